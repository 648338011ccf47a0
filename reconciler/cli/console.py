"""The standard streams of a run: progress and problems on standard error, the document on standard output."""

from __future__ import annotations

import logging
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from reconciler.cli import streams
from reconciler.cli.logs import start_logging
from reconciler.cli.options import OutputOptions
from reconciler.cli.progress import Progress
from reconciler.cli.streams import say
from reconciler.errors import Diagnostic, OutputNotWritten, Severity
from reconciler.printable import escaped_lines

if TYPE_CHECKING:
    from reconciler.report.text import Detail, TextStyle

log = logging.getLogger(__name__)

_COLUMNS_WITHOUT_TERMINAL = 100
_LEVELS = {Severity.ERROR: logging.ERROR, Severity.WARNING: logging.WARNING, Severity.INFO: logging.INFO}


def _detail(output: OutputOptions) -> Detail:
    from reconciler.report.text import Detail  # noqa: PLC0415 - not needed for --help

    if output.quiet:
        return Detail.SUMMARY
    if output.compact:
        return Detail.COMPACT
    if output.verbosity:
        return Detail.ALL
    return Detail.FITTING if output.compact is None else Detail.CHANGES


@dataclass(slots=True)
class Console:
    """The standard streams of one run, and what was already printed to them."""

    output: OutputOptions
    progress: Progress = field(init=False)
    failure: OutputNotWritten | None = None
    """Why a write to standard output failed."""
    _said: int = 0
    """How many of the problems have been printed."""

    def __post_init__(self) -> None:
        output = self.output
        self.progress = progress = Progress(quiet=output.quiet, as_log=output.log_format == "json")
        start_logging(output.log_format, verbosity=output.verbosity, quiet=output.quiet, before_line=progress.erase)

    @property
    def style(self) -> TextStyle:
        """Width and detail of text: as wide as the terminal, 100 columns without one."""
        from reconciler.report.text import TextStyle  # noqa: PLC0415 - not needed for --help

        width = shutil.get_terminal_size((_COLUMNS_WITHOUT_TERMINAL, 0)).columns
        return TextStyle(width=width, detail=_detail(self.output))

    def put(self, text: str, write: Callable[[str], None] = streams.put) -> None:
        """Write ``text`` to standard output. Raises OutputNotWritten, and keeps it in ``failure``."""
        try:
            write(text)
        except OutputNotWritten as failure:
            self.failure = self.failure or failure
            raise

    def say_problems(self, problems: Sequence[Diagnostic], *, quiet: bool) -> None:
        """Print those of ``problems``, all so far, that were not printed yet; only errors where ``quiet``."""
        unsaid, self._said = problems[self._said :], len(problems)
        unheard = self.failure.diagnostics if self.failure is not None and self.failure.reader_left else ()
        for problem in unsaid:
            if problem not in unheard and (problem.severity is Severity.ERROR or not quiet):
                self.say(problem)

    def say(self, problem: Diagnostic) -> None:
        """Print one problem, as a log line where logs are JSON."""
        if self.output.log_format == "text":
            say(str(problem))
            if problem.detail is not None and self.output.verbosity > 1:
                say(escaped_lines(problem.detail))
            return
        place = str(problem.origin) if problem.origin else None
        facts = {"code": problem.code, "hint": problem.hint, "topic": problem.topic, "origin": place}
        facts |= {"detail": problem.detail} if problem.detail else {}
        log.log(_LEVELS[problem.severity], problem.message, extra=facts)
