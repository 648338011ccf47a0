"""Showing a plan before it is carried out, and asking for confirmation."""

from __future__ import annotations

import sys
from dataclasses import replace
from typing import TYPE_CHECKING

import click

from reconciler.cli.console import Console
from reconciler.cli.question import agreed
from reconciler.cli.run import on_a_terminal
from reconciler.cli.signals import Signals
from reconciler.cli.streams import say
from reconciler.errors import OutputNotWritten, ReconcilerError, WrongUsage
from reconciler.model import Record

if TYPE_CHECKING:
    from reconciler.report.text import TextStyle
    from reconciler.session.writing import WritingSession


def check_can_ask() -> None:
    """Raises WrongUsage where nobody can be asked for confirmation."""
    if not on_a_terminal():
        which = "input" if sys.stdin is None or not sys.stdin.isatty() else "error"
        words = f"cannot ask for confirmation: standard {which} is not a terminal"
        raise WrongUsage.because("usage", f"{words}; pass --yes to apply without asking")


def show_plan(session: WritingSession, console: Console) -> None:
    """Show the plan before it is applied; on standard error where standard output is for another format."""
    output = console.output
    if output.output == "text" or (output.log_format == "text" and not output.quiet):
        console.progress.end()
        text = _plan_text(session.record, console.style)
        if output.output == "text":
            _put(session, console, text)  # --yes agreed to the plan already, seen or not
        else:
            say(text)


def ask(session: WritingSession, console: Console, question: str) -> None:
    """Show the whole plan, also with -q, and ask for confirmation. Raises ReconcilerError where the answer is no.

    The plan is shown where the question is asked: a reader may see the output of a pipe later, or never. A standard
    output that is not a terminal gets the plan after the answer, so that `tee` does not write into the question.
    """
    from reconciler.report.text import Detail  # noqa: PLC0415 - not needed for --help

    layout = console.style
    is_text = console.output.output == "text"
    is_seen = is_text and sys.stdout is not None and sys.stdout.isatty()
    console.progress.end()
    planned = session.record
    console.say_problems(planned.diagnostics, quiet=False)
    detail = Detail.FITTING if layout.detail is Detail.SUMMARY else layout.detail
    text = _plan_text(planned, replace(layout, detail=detail))
    if not is_seen:
        say(text)
    elif not _put(session, console, text):
        raise ReconcilerError.because("declined", "cannot show the plan, so nothing was changed")
    session.begin()
    try:
        if not agreed(question, click.get_current_context().ensure_object(Signals)):
            raise ReconcilerError.because("declined", "Apply cancelled. Nothing was changed.")
    finally:
        if is_text and not is_seen:
            _put(session, console, _plan_text(planned, layout))


def _put(session: WritingSession, console: Console, text: str) -> bool:
    """Write ``text`` to standard output; whether that worked. A failure is noted in the record, and the run goes on."""
    try:
        console.put(f"{text}\n")
    except OutputNotWritten as failure:
        session.note(*failure.diagnostics)
        return False
    return True


def _plan_text(planned: Record, layout: TextStyle) -> str:
    from reconciler.report.build import build  # noqa: PLC0415 - not needed for --help
    from reconciler.report.escaping import printable  # noqa: PLC0415 - not needed for --help
    from reconciler.report.text import render_plan  # noqa: PLC0415 - not needed for --help

    return "".join(f"{line}\n" for line in render_plan(printable(build(planned)), layout))
