"""Times on the command line: ``30s``, ``2m``, ``500ms``; a number alone is in seconds."""

from __future__ import annotations

import math
from typing import Any

import click

from reconciler.printable import quoted

_MILLISECONDS_A_SECOND = 1000


class Duration(click.FloatRange):
    """A time in seconds. Python reads ``nan`` and ``inf`` as numbers; they are refused here."""

    name = "duration"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """``value`` in seconds. Raises BadParameter where it is not a duration."""
        seconds = _seconds(str(value))
        if seconds is None:
            self.fail(
                f"{quoted(str(value))} is not a duration; write 30s, 2m or 500ms, or a number of seconds", param, ctx
            )
        return float(super().convert(seconds, param, ctx))


def _seconds(text: str) -> float | None:
    """``text`` in seconds; ``None`` where it is not a duration."""
    try:
        number = float(text)
    except ValueError:
        return _with_units(text)
    return number if math.isfinite(number) else None


def _with_units(text: str) -> float | None:
    from reconciler.configs.canonical import InvalidValue  # noqa: PLC0415 - not needed for --help
    from reconciler.configs.spelling import MILLISECONDS, expand  # noqa: PLC0415 - likewise

    if not text.rstrip().endswith(tuple(MILLISECONDS)):
        return None
    try:
        return int(expand("retention.ms", text)) / _MILLISECONDS_A_SECOND
    except (InvalidValue, ValueError):
        return None
