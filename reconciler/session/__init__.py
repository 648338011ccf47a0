"""One manifest and one cluster, from files to what came of it, with the record of it all.

A session knows no command line, no terminal, no signals and nothing global: several may run at once in one process.
What only reads is here; what writes is in ``reconciler.session.writing``, which reading commands cannot reach.
"""

from reconciler.session.control import Control
from reconciler.session.session import Session

__all__ = ["Control", "Session"]
