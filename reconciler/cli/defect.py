"""The message about an internal error, of a command that writes no report."""

from __future__ import annotations

import click

from reconciler.cli.streams import say
from reconciler.printable import escaped_lines

_VERBOSITY = f"{__name__}.verbosity"
TRACEBACK_VERBOSITY = 2


def note_verbosity(ctx: click.Context, _parameter: click.Parameter, verbosity: int) -> int:
    """The callback of ``-v``: keeps how often the flag was given, also for a command that fails."""
    ctx.meta[_VERBOSITY] = verbosity
    return verbosity


def say_defect(error: Exception, ctx: click.Context | None) -> None:
    """Print the internal error ``error`` to standard error; with -vv, its traceback too."""
    from reconciler.session.defect import defect  # noqa: PLC0415 - not needed for --help

    problem = defect(error, traceback="-vv shows")
    say(str(problem))
    if ctx is not None and ctx.meta.get(_VERBOSITY, 0) >= TRACEBACK_VERBOSITY:
        say(escaped_lines(str(problem.detail)))
