"""A run from start to report: whatever happens in between, the report is written and the exit code is right."""

from __future__ import annotations

import logging
import os
import shutil
import sys
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from fnmatch import fnmatchcase
from pathlib import Path
from typing import TYPE_CHECKING, Literal, Protocol

import click

from reconciler import __version__
from reconciler.cli import streams
from reconciler.cli.conclusion import conclude
from reconciler.cli.defect import defect
from reconciler.cli.exit_codes import DIFFERENCES, ERROR
from reconciler.cli.logs import start_logging
from reconciler.cli.options import ManifestOptions, OutputOptions, report_format
from reconciler.cli.progress import Progress
from reconciler.cli.signals import Signals
from reconciler.cli.streams import say
from reconciler.cli.variables import near_misses
from reconciler.clock import Clock
from reconciler.errors import (
    Diagnostic,
    Interrupted,
    OutputNotWritten,
    ReconcilerError,
    ReportNotWritten,
    Severity,
    WrongUsage,
)
from reconciler.model import DesiredState, LiveState, Outcome, Plan
from reconciler.printable import escaped_lines, unmistakable

if TYPE_CHECKING:
    from reconciler.report.document import Report
    from reconciler.report.text import TextStyle

log = logging.getLogger(__name__)

CommandName = Literal["validate", "plan", "apply"]


class Account(Protocol):
    """A plan on its way, at any moment."""

    @property
    def plan(self) -> Plan:
        """The plan as it stands."""

    def outcomes(self) -> Mapping[str, Outcome]:
        """What came of every topic so far."""


@dataclass(slots=True, kw_only=True)
class Run:
    """What is known so far; commands fill it in, and the report tells it however far they came."""

    command: CommandName
    output: OutputOptions
    signals: Signals = field(default_factory=lambda: click.get_current_context().ensure_object(Signals))
    clock: Clock = field(init=False)
    started_at: datetime = field(init=False)
    progress: Progress = field(init=False)
    environment: str | None = None
    bootstrap_servers: str | None = None
    desired: DesiredState | None = None
    live: LiveState | None = None
    plan: Plan | None = None
    account: Account | None = None
    """What has become of the plan, where it is carried out."""
    diagnostics: list[Diagnostic] = field(default_factory=list)
    said: int = 0
    """How many of them have been said already."""
    requests: Callable[[], Mapping[str, int]] = dict
    detailed_exit_code: bool = False
    """Whether changes that apply would make have an exit code of their own."""
    output_failure: OutputNotWritten | None = None
    """Why standard output did not take all that it was to get."""
    ended_by: ReconcilerError | None = None
    """Why the run ended early."""
    durations: dict[str, float] = field(default_factory=dict)
    """Seconds that each phase has taken so far."""
    _id: str = field(init=False, default_factory=lambda: str(uuid.uuid4()))
    _started: float = field(init=False)

    def __post_init__(self) -> None:
        self.clock = Clock(sleep=self.signals.sleep)
        self.started_at = self.clock.now()
        output = self.output
        self.progress = progress = Progress(quiet=output.quiet, as_log=output.log_format == "json")
        start_logging(output.log_format, verbosity=output.verbosity, quiet=output.quiet, before_line=progress.erase)
        self._started = self.clock.monotonic()

    @contextmanager
    def phase(self, name: str) -> Iterator[None]:
        """Count the time inside the block as that of a phase."""
        began = self.clock.monotonic()
        try:
            yield
        finally:
            self.durations[name] = self.durations.get(name, 0) + self.clock.monotonic() - began

    def report(self) -> Report:
        """The report of the run as it stands now."""
        from reconciler.plan import outlook  # noqa: PLC0415 - likewise
        from reconciler.report.build import Facts, build  # noqa: PLC0415 - pydantic costs 100 ms that --help need not pay

        plan = self.account.plan if self.account else self.plan
        outcomes = self.account.outcomes() if self.account else outlook(plan) if plan else {}
        status, exit_code = conclude(outcomes.values(), self.diagnostics, self.ended_by)
        if self.detailed_exit_code and status == "changes":
            exit_code = DIFFERENCES
        return build(
            Facts(
                command=self.command,
                version=__version__,
                run_id=self._id,
                started_at=self.started_at,
                finished_at=self.clock.now(),
                duration_seconds=self.clock.monotonic() - self._started,
                status=status,
                exit_code=exit_code,
                environment=self.environment,
                bootstrap_servers=self.bootstrap_servers,
                desired=self.desired,
                live=self.live,
                plan=plan,
                outcomes=outcomes,
                diagnostics=self.diagnostics,
                requests=self.requests(),
                durations=self.durations,
            )
        )


def carry_out(run: Run, work: Callable[[Run], object]) -> int:
    """Do the command's ``work``, then write the report and say what there is to say; the exit code."""
    try:
        run.signals.check()
        _check_places(run.output.reports)
        work(run)
    except ReconcilerError as error:
        run.ended_by = error
        run.diagnostics += error.diagnostics
    except Exception as error:  # noqa: BLE001 - even a defect of ours must leave a report
        run.diagnostics.append(defect(error))
    run.progress.end()
    _heed_signal(run)
    report = _concluded(run)
    say_problems(run, quiet=run.output.quiet)
    written = _write(report, run.output.reports, said=run.diagnostics)
    if run.output_failure is None and not _put_report(run, report):
        say_problems(run, quiet=run.output.quiet)
        report = run.report()
        # What is no file got its report already, and cannot take it back.
        written &= _write(report, tuple(filter(os.path.isfile, run.output.reports)), said=run.diagnostics)
    return report.run.exit_code if written else max(report.run.exit_code, ERROR)


def _put_report(run: Run, report: Report) -> bool:
    text = render(report, run.output.output, text_style(run.output))
    return put(run, text, streams.put_json if run.output.output == "json" else streams.put)


def put(run: Run, text: str, write: Callable[[str], None] = streams.put) -> bool:
    """Give ``text`` to standard output; where that does not take it, note it in ``run``, which goes on."""
    try:
        write(text)
    except OutputNotWritten as failure:
        if run.output_failure is None:
            run.output_failure = failure
            run.diagnostics += failure.diagnostics
        return False
    return True


def _heed_signal(run: Run) -> None:
    """The last safe point. What comes later is too late: the run has ended, and its report says as what."""
    if run.signals.came is not None and not isinstance(run.ended_by, Interrupted):
        run.ended_by = interrupted = Interrupted(run.signals.came)
        run.diagnostics += interrupted.diagnostics


def _concluded(run: Run) -> Report:
    """The report of the whole run, or one without topics where a defect of ours keeps that from being made."""
    try:
        return run.report()
    except Exception as error:  # noqa: BLE001 - as in carry_out
        run.diagnostics.append(defect(error))
        run.desired = run.live = run.plan = run.account = None
        return run.report()


def say_problems(run: Run, *, quiet: bool) -> None:
    """Say what is wrong and has not been said yet, of what is not an error nothing where ``quiet``."""
    unsaid, run.said = run.diagnostics[run.said :], len(run.diagnostics)
    failure = run.output_failure
    unheard = failure.diagnostics if failure is not None and failure.reader_left else ()
    for diagnostic in unsaid:
        if diagnostic not in unheard and (diagnostic.severity is Severity.ERROR or not quiet):
            _say(diagnostic, run.output)


def _say(diagnostic: Diagnostic, output: OutputOptions) -> None:
    if output.log_format == "text":
        say(str(diagnostic))
        if diagnostic.detail is not None and output.verbosity > 1:
            say(escaped_lines(diagnostic.detail))
        return
    place = str(diagnostic.origin) if diagnostic.origin else None
    facts = {"code": diagnostic.code, "hint": diagnostic.hint, "topic": diagnostic.topic, "origin": place}
    facts |= {"detail": diagnostic.detail} if diagnostic.detail else {}
    log.log(_LEVELS[diagnostic.severity], diagnostic.message, extra=facts)


_LEVELS = {Severity.ERROR: logging.ERROR, Severity.WARNING: logging.WARNING, Severity.INFO: logging.INFO}


def text_style(options: OutputOptions) -> TextStyle:
    """How text is to look: as wide as the terminal, 100 columns where there is none."""
    from reconciler.report.text import Detail, TextStyle  # noqa: PLC0415 - as in Run.report

    width = shutil.get_terminal_size((_COLUMNS_WITHOUT_TERMINAL, 0)).columns
    detail = Detail.SUMMARY if options.quiet else Detail.ALL if options.verbosity else Detail.CHANGES
    return TextStyle(width=width, detail=detail)


_COLUMNS_WITHOUT_TERMINAL = 100


def render(report: Report, form: str, look: TextStyle) -> str:
    """The report in the form ``text``, ``json`` or ``github``."""
    match form:
        case "json":
            from reconciler.report.json import render_json  # noqa: PLC0415 - as in Run.report

            return render_json(report)
        case "github":
            from reconciler.report.github import render_github  # noqa: PLC0415 - as in Run.report

            return render_github(report)
        case _:
            from reconciler.report.text import render_text  # noqa: PLC0415 - as in Run.report

            return render_text(report, look)


def _check_places(paths: Sequence[Path]) -> None:
    """Notice before anything is done which reports could not be written after it. Raises ReportNotWritten."""
    from reconciler.report.write import check_place  # noqa: PLC0415 - as in Run.report

    problems: list[Diagnostic] = []
    for path in paths:
        try:
            check_place(path)
        except ReportNotWritten as error:
            problems += error.diagnostics
    if problems:
        raise ReportNotWritten(*problems)


def _write(report: Report, paths: Sequence[Path], *, said: Sequence[Diagnostic]) -> bool:
    """Write the report to each path, and say where that fails unless it is ``said``; whether all were written."""
    from reconciler.report.text import TextStyle, render_record  # noqa: PLC0415 - as in Run.report
    from reconciler.report.write import write_report  # noqa: PLC0415 - as in Run.report

    written = True
    for path in paths:
        try:
            form = report_format(path)
            is_text = form == "text"
            text = click.unstyle(render_record(report, TextStyle())) if is_text else render(report, form, TextStyle())
            write_report(path, text)
        except ReportNotWritten as error:
            if not set(error.diagnostics) <= set(said):
                say(str(error))
            written = False
    return written


def load_manifest(run: Run, options: ManifestOptions, only: tuple[str, ...] = ()) -> DesiredState:
    """Note the manifest in ``run``, of its topics those that ``only`` names. Raises ManifestInvalid."""
    from reconciler.manifest.load import load  # noqa: PLC0415 - the YAML parser is not needed for --help

    run.diagnostics += near_misses(os.environ)
    run.environment = options.environment
    desired = run.signals.wait_for(lambda: load(options.files, options.environment, os.environ))
    run.desired = desired
    run.diagnostics += desired.diagnostics
    if only:
        chosen = [topic for topic in desired.topics if any(fnmatchcase(topic.name, glob) for glob in only)]
        if not chosen:
            wanted = unmistakable(" --only ".join(only))
            raise WrongUsage.because("usage", f"--only {wanted}: no topic of the manifest matches")
        run.desired = replace(desired, topics=chosen)
    return run.desired


def on_a_terminal() -> bool:
    """Whether somebody can be asked."""
    return sys.stdin is not None and sys.stdin.isatty() and sys.stderr.isatty()
