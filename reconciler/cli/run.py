"""A run from start to report: however the work ends, the report is written and the exit code is right."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import click

from reconciler.cli import streams
from reconciler.cli.console import Console
from reconciler.cli.options import OutputOptions
from reconciler.cli.signals import Signals
from reconciler.cli.streams import say
from reconciler.clock import Clock
from reconciler.errors import Diagnostic, Interrupted, OutputNotWritten, ReportNotWritten
from reconciler.exit_codes import ERROR
from reconciler.report.formats import BY_ENDING, FORMATS
from reconciler.session import Control, Session

if TYPE_CHECKING:
    from reconciler.report.document import Report

SomeSession = TypeVar("SomeSession", bound=Session)


def carry_out(
    begin: Callable[[Control], SomeSession], output: OutputOptions, work: Callable[[SomeSession, Console], object]
) -> int:
    """Do the command's ``work`` in a new session, then write the reports; returns the exit code."""
    signals = click.get_current_context().ensure_object(Signals)
    console = Console(output)
    session = begin(
        Control(
            tell=console.progress,
            check=signals.check,
            undisturbed=signals.held,
            wait_for=signals.wait_for,
            clock=Clock(sleep=signals.sleep),
        )
    )
    session.is_about(output.commit)
    try:
        signals.check()
        _check_places(output.reports)
        work(session, console)
    except Exception as error:  # noqa: BLE001 - an internal error must leave a report too
        session.end(error)
    console.progress.end()
    # The last safe point. A later signal changes nothing: the run has ended, and its report has its status.
    if signals.came is not None and not isinstance(session.record.ended_by, Interrupted):
        session.end(Interrupted(signals.came))
    session.close()
    return _conclude(session, console)


def _conclude(session: Session, console: Console) -> int:
    """Write the reports, print problems, write the document to standard output; returns the exit code."""
    report = report_of(session)
    console.say_problems(session.record.diagnostics, quiet=console.output.quiet)
    reports = console.output.reports
    written = _write(report, reports, said=session.record.diagnostics)
    if console.failure is None:
        is_json = console.output.output == "json"
        try:
            desired = session.record.desired
            layout = replace(console.style, topics=None if desired is None else len(desired.topics))
            text = FORMATS[console.output.output].renderer().render(report, layout)
            console.put(text, streams.put_json if is_json else streams.put)
        except OutputNotWritten as failure:
            session.note(*failure.diagnostics)
            console.say_problems(session.record.diagnostics, quiet=console.output.quiet)
            report = report_of(session)
            # A pipe or device has its report already, and cannot be rewritten.
            written &= _write(report, tuple(filter(os.path.isfile, reports)), said=session.record.diagnostics)
    return report.run.exit_code if written else max(report.run.exit_code, ERROR)


def report_of(session: Session) -> Report:
    """The report of the whole run; where an internal error prevents that, one without topics."""
    from reconciler.report.build import build  # noqa: PLC0415 - not needed for --help

    try:
        return build(session.record)
    except Exception as error:  # noqa: BLE001 - as in carry_out
        session.end(error)
        return build(replace(session.record, desired=None, live=None, plan=None, outcomes={}))


def _check_places(paths: Sequence[Path]) -> None:
    """Check before the run which reports could not be written after it. Raises ReportNotWritten."""
    from reconciler.report.write import check_place  # noqa: PLC0415 - as in report_of

    problems: list[Diagnostic] = []
    for path in paths:
        try:
            check_place(path)
        except ReportNotWritten as error:
            problems += error.diagnostics
    if problems:
        raise ReportNotWritten(*problems)


def _write(report: Report, paths: Sequence[Path], *, said: Sequence[Diagnostic]) -> bool:
    """Write the report to each path, and print failures that are not in ``said``; whether all were written."""
    from reconciler.report.write import write_report  # noqa: PLC0415 - as in report_of

    written = True
    for path in paths:
        try:
            write_report(path, BY_ENDING[path.suffix].renderer().render_file(report))
        except ReportNotWritten as error:
            if not set(error.diagnostics) <= set(said):
                say(str(error))
            written = False
    return written


def on_a_terminal() -> bool:
    """Whether standard input and standard error are a terminal, where confirmation can be asked for."""
    return sys.stdin is not None and sys.stdin.isatty() and sys.stderr.isatty()
