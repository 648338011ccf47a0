"""An unexpected exception as a diagnostic."""

from __future__ import annotations

from pathlib import Path
from traceback import extract_tb, format_tb

from reconciler.errors import Diagnostic, Severity


def defect(error: Exception, *, traceback: str = "-vv shows and a report has") -> Diagnostic:
    """The diagnostic of an unexpected exception: its type, the place that raised it, and the traceback.

    ``traceback`` is where the traceback can be found, for the hint.
    """
    place = extract_tb(error.__traceback__)[-1]
    return Diagnostic(
        severity=Severity.ERROR,
        code="internal-error",
        message=f"internal error: {type(error).__name__} in {Path(place.filename).name}:{place.lineno}",
        hint=f"this is a bug in reconciler; please report it with the traceback, which {traceback}",
        detail=_traceback(error),
    )


def _traceback(error: BaseException) -> str:
    """Frames and types, without the exceptions' own words: these may hold a value, and a value may be a password."""
    earlier = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    before = f"{_traceback(earlier)}\nfollowed by\n\n" if earlier else ""
    frames = "".join(format_tb(error.__traceback__))
    return f"{before}Traceback (most recent call last):\n{frames}{type(error).__qualname__}\n"
