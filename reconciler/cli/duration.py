"""Times on the command line: ``30s``, ``2m``, ``500ms``; a number alone is in seconds."""

from __future__ import annotations

from typing import Any

import click

from reconciler.printable import quoted


class Duration(click.FloatRange):
    """A time in seconds. Python reads ``nan`` and ``inf`` as numbers; they are refused here."""

    name = "duration"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """``value`` in seconds. Raises BadParameter where it is not a duration."""
        from reconciler.configs.durations import NOT_A_DURATION, seconds  # noqa: PLC0415 - not needed for --help

        number = seconds(str(value))
        if number is None:
            self.fail(f"{quoted(str(value))} {NOT_A_DURATION}", param, ctx)
        return float(super().convert(number, param, ctx))
