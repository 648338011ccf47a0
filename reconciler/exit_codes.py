"""Exit codes, the same for every command."""

OK = 0
ERROR = 1
"""Bad manifest, no connection, a topic failed or its state is unknown."""
DIFFERENCES = 2
"""Changes that apply would make, where the command was asked to say so."""
REFUSED = 3
"""Something is impossible, or changed after it was planned; everything else was done."""
USAGE = 64
"""``EX_USAGE`` of sysexits.h: 2 already means "differences" here, as it does in terraform."""
SIGNALLED = 128
"""Plus the signal's number, as shells report it."""
