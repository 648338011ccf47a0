"""Times as people write them: ``30s``, ``2m``, ``500ms``; a number alone is in seconds."""

from __future__ import annotations

import math

from reconciler.configs.canonical import InvalidValue
from reconciler.configs.spelling import MILLISECONDS, expand

NOT_A_DURATION = "is not a duration; write 30s, 2m or 500ms, or a number of seconds"
_MILLISECONDS_A_SECOND = 1000


def seconds(text: str) -> float | None:
    """``text`` in seconds; ``None`` where it is not a duration. Python reads ``nan`` and ``inf`` as numbers."""
    try:
        number = float(text)
    except ValueError:
        return _with_units(text)
    return number if math.isfinite(number) else None


def _with_units(text: str) -> float | None:
    if not text.rstrip().endswith(tuple(MILLISECONDS)):
        return None
    try:
        return int(expand("retention.ms", text)) / _MILLISECONDS_A_SECOND
    except (InvalidValue, ValueError):
        return None
