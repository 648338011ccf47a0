"""What type checkers know about the public Python interface; ``make check`` reads it, nothing runs it."""
