"""A run from start to report: whatever happens in between, the report is written and the exit code is right."""

from __future__ import annotations

import os
import shutil
import signal
import sys
import traceback
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from fnmatch import fnmatchcase
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Literal

import click

from reconciler.cli.conclusion import conclude
from reconciler.cli.exit_codes import DIFFERENCES, ERROR
from reconciler.cli.options import ManifestOptions, OutputOptions, report_format
from reconciler.cli.progress import Progress
from reconciler.cli.version import version
from reconciler.clock import Clock
from reconciler.errors import Diagnostic, Interrupted, ReconcilerError, ReportNotWritten, Severity, WrongUsage
from reconciler.model import DesiredState, LiveState, Outcome, Plan

if TYPE_CHECKING:
    from reconciler.report.document import Report
    from reconciler.report.text import TextStyle

CommandName = Literal["validate", "plan", "apply"]


@dataclass(slots=True, kw_only=True)
class Run:
    """What is known so far; commands fill it in, and the report tells it however far they came."""

    command: CommandName
    output: OutputOptions
    clock: Clock = field(default_factory=Clock)
    started_at: datetime = field(init=False)
    progress: Progress = field(init=False)
    environment: str | None = None
    bootstrap_servers: str | None = None
    desired: DesiredState | None = None
    live: LiveState | None = None
    plan: Plan | None = None
    outcomes: Callable[[], Mapping[str, Outcome]] = dict
    """What came of every topic of the plan, at any moment."""
    diagnostics: list[Diagnostic] = field(default_factory=list)
    requests: Callable[[], Mapping[str, int]] = dict
    detailed_exit_code: bool = False
    """Whether changes that apply would make have an exit code of their own."""
    ended_by: ReconcilerError | None = None
    """Why the run ended early."""
    _started: float = field(init=False)

    def __post_init__(self) -> None:
        self.started_at = self.clock.now()
        self.progress = Progress(quiet=self.output.quiet)
        self._started = self.clock.monotonic()

    def report(self) -> Report:
        """The report of the run as it stands now."""
        from reconciler.report.build import Facts, build  # noqa: PLC0415 - pydantic costs 100 ms that --help need not pay

        outcomes = self.outcomes()
        status, exit_code = conclude(outcomes.values(), self.diagnostics, self.ended_by)
        if self.detailed_exit_code and status == "changes":
            exit_code = DIFFERENCES
        return build(
            Facts(
                command=self.command,
                version=version(),
                run_id=str(uuid.uuid4()),
                started_at=self.started_at,
                finished_at=self.clock.now(),
                duration_seconds=self.clock.monotonic() - self._started,
                status=status,
                exit_code=exit_code,
                environment=self.environment,
                bootstrap_servers=self.bootstrap_servers,
                desired=self.desired,
                live=self.live,
                plan=self.plan,
                outcomes=outcomes,
                diagnostics=self.diagnostics,
                requests=self.requests(),
            )
        )


def carry_out(run: Run, work: Callable[[Run], object]) -> int:
    """Do the command's ``work``, then write the report and say what there is to say; the exit code."""
    try:
        with _signals_as_exceptions():
            work(run)
    except ReconcilerError as error:
        run.ended_by = error
        run.diagnostics += error.diagnostics
    except Exception as error:  # noqa: BLE001 - even a defect of ours must leave a report
        run.diagnostics.append(_defect(error))
    run.progress.end()
    report = run.report()
    for diagnostic in run.diagnostics:
        if diagnostic.severity is Severity.ERROR or not run.output.quiet:
            click.echo(str(diagnostic), err=True)
    written = _write(report, run.output.reports)
    click.echo(render(report, run.output.output, text_style(run.output)), nl=False)
    return report.run.exit_code if written else max(report.run.exit_code, ERROR)


def text_style(options: OutputOptions) -> TextStyle:
    """How text is to look: as wide as the terminal, 100 columns where there is none."""
    from reconciler.report.text import Detail, TextStyle  # noqa: PLC0415 - as in Run.report

    width = shutil.get_terminal_size((_COLUMNS_WITHOUT_TERMINAL, 0)).columns
    detail = Detail.SUMMARY if options.quiet else Detail.ALL if options.verbose else Detail.CHANGES
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


def _write(report: Report, paths: tuple[Path, ...]) -> bool:
    from reconciler.report.text import TextStyle  # noqa: PLC0415 - as in Run.report
    from reconciler.report.write import write_report  # noqa: PLC0415 - as in Run.report

    written = True
    for path in paths:
        try:
            write_report(path, click.unstyle(render(report, report_format(path), TextStyle())))
        except ReportNotWritten as error:
            click.echo(str(error), err=True)
            written = False
    return written


def _defect(error: Exception) -> Diagnostic:
    place = traceback.extract_tb(error.__traceback__)[-1]
    return Diagnostic(
        severity=Severity.ERROR,
        code="internal-error",
        message=f"internal error: {type(error).__name__} in {Path(place.filename).name}:{place.lineno}",
        hint="this is a defect of reconciler; please report it with the command and the manifest",
    )


def load_manifest(run: Run, options: ManifestOptions, only: tuple[str, ...] = ()) -> DesiredState:
    """Note the manifest in ``run``, of its topics those that ``only`` names. Raises ManifestInvalid."""
    from reconciler.manifest.load import load  # noqa: PLC0415 - the YAML parser is not needed for --help

    run.environment = options.environment
    run.desired = desired = load(options.files, options.environment, os.environ)
    run.diagnostics += desired.diagnostics
    if only:
        chosen = [topic for topic in desired.topics if any(fnmatchcase(topic.name, glob) for glob in only)]
        if not chosen:
            raise WrongUsage.because("usage", f"--only {' --only '.join(only)}: no topic of the manifest matches")
        run.desired = replace(desired, topics=chosen)
    return run.desired


@contextmanager
def _signals_as_exceptions() -> Iterator[None]:
    """SIGINT and SIGTERM raise Interrupted, once; afterwards they end the process at once, as ever."""

    def interrupt(number: int, _frame: FrameType | None) -> None:
        for each in before:
            signal.signal(each, signal.SIG_DFL)
        raise Interrupted(number)

    before = {number: signal.signal(number, interrupt) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        if signal.getsignal(signal.SIGINT) is interrupt:
            for number, handler in before.items():
                signal.signal(number, handler)


def on_a_terminal() -> bool:
    """Whether somebody can be asked."""
    return sys.stdin is not None and sys.stdin.isatty() and sys.stderr.isatty()
