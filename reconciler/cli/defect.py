"""What is said of a defect of ours by a command that makes no report."""

from __future__ import annotations

import click

from reconciler.cli.streams import say
from reconciler.printable import escaped_lines

_VERBOSITY = f"{__name__}.verbosity"
TRACEBACK_VERBOSITY = 2


def note_verbosity(ctx: click.Context, _parameter: click.Parameter, verbosity: int) -> int:
    """The callback of ``-v``: how often it was given is known from now on, whatever becomes of the command."""
    ctx.meta[_VERBOSITY] = verbosity
    return verbosity


def say_defect(error: Exception, ctx: click.Context | None) -> None:
    """Say what is known of ``error`` on standard error, of a command that makes no report."""
    from reconciler.session.defect import defect  # noqa: PLC0415 - not needed for --help

    problem = defect(error, traceback="-vv shows")
    say(str(problem))
    if ctx is not None and ctx.meta.get(_VERBOSITY, 0) >= TRACEBACK_VERBOSITY:
        say(escaped_lines(str(problem.detail)))
