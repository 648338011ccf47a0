"""What can be wrong, as values and as exceptions.

An expected problem is a :class:`Diagnostic`; all of them are collected before anything is said.
An exception means that this run cannot go on:

    ReconcilerError
    ├── ManifestInvalid      the manifest has errors, all of them attached
    ├── ClusterUnavailable   the cluster cannot be reached, or is not the one meant
    ├── DeadlinePassed       the time for the whole run is over
    ├── ApplyStopped         a broker refuses what every further request would be refused for
    ├── SandboxError         a local Kafka cannot be started
    ├── WrongUsage           options that make no sense together
    ├── ReportNotWritten     the report cannot be put where it was asked for
    ├── ReportNotRead        a file is not a report that can be read
    ├── PlanRefused          a reviewed plan does not fit this run, so nothing of it is done
    ├── OutputNotWritten     standard output does not take the document
    └── Interrupted          a signal asked this process to end
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from signal import Signals
from typing import NamedTuple, Self

from reconciler.printable import escaped, escaped_hint


class Location(NamedTuple):
    """A place in a file; line and column count from 1. A tuple, because a large manifest has 100,000 of them."""

    file: str
    line: int
    column: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


class Variable(NamedTuple):
    """An environment variable, where it is the place that a value comes from."""

    name: str

    def __str__(self) -> str:
        return self.name


Origin = Location | Variable


class Severity(StrEnum):
    """How much a diagnostic matters; an error fails the run."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


@dataclass(frozen=True, slots=True, kw_only=True)
class Diagnostic:
    """One problem: where, what was seen, and what to do about it."""

    severity: Severity
    code: str
    """Stable identifier for scripts, in kebab case."""
    message: str
    hint: str | None = None
    topic: str | None = None
    origin: Origin | None = None
    detail: str | None = None
    """More lines for debugging, such as a traceback."""

    def __str__(self) -> str:
        where = f"{self.origin}: " if isinstance(self.origin, Location) else ""  # a variable is named by the message
        todo = f"\n  {escaped_hint(self.hint)}" if self.hint else ""
        return f"{escaped(where)}{self.severity}: {escaped(self.message)}{todo}"


class ReconcilerError(Exception):
    """The run cannot go on; ``diagnostics`` say why."""

    def __init__(self, *diagnostics: Diagnostic) -> None:
        super().__init__("\n".join(map(str, diagnostics)))
        self.diagnostics: Sequence[Diagnostic] = diagnostics

    @classmethod
    def because(cls, code: str, message: str, *, hint: str | None = None, origin: Origin | None = None) -> Self:
        """An error of this class with a single diagnostic."""
        return cls(Diagnostic(severity=Severity.ERROR, code=code, message=message, hint=hint, origin=origin))


class ManifestInvalid(ReconcilerError):
    """The manifest has errors; every one of them is attached."""


class ClusterUnavailable(ReconcilerError):
    """The cluster cannot be reached or refused the connection; the diagnostic carries the real cause."""

    is_final: bool = False
    """Whether trying again cannot help: no such host, wrong password, another cluster."""

    @classmethod
    def for_good(cls, code: str, message: str, *, hint: str) -> Self:
        """An error that trying again cannot help."""
        error = cls.because(code, message, hint=hint)
        error.is_final = True
        return error


class DeadlinePassed(ReconcilerError):
    """The time for the whole run is over."""

    @classmethod
    def after(cls, seconds: float) -> Self:
        """A run that was to take ``seconds`` at most has taken them."""
        message = f"the run did not finish within the deadline of {seconds:g} s"
        return cls.because("deadline", message, hint="run the command again to continue, or raise --deadline")


class ApplyStopped(ReconcilerError):
    """A broker refused a request for a reason that every further one would meet too."""


class SandboxError(ReconcilerError):
    """A local Kafka cannot be started."""


class WrongUsage(ReconcilerError):
    """Options that make no sense together, or one that is missing."""


class ReportNotWritten(ReconcilerError):
    """The report cannot be put where it was asked for."""


class ReportNotRead(ReconcilerError):
    """A file is not a report that can be read; every problem is attached, at most about twenty."""


class PlanRefused(ReconcilerError):
    """A reviewed plan does not fit this run, so nothing of it is done; every reason that is known is attached."""


class OutputNotWritten(ReconcilerError):
    """Standard output does not take the document that was asked for."""

    reader_left: bool = False
    """Whether the reader closed the pipe, and needs no message."""


class Interrupted(ReconcilerError):
    """A signal asked this process to end; ``signal_number`` says which."""

    def __init__(self, signal_number: int) -> None:
        name = Signals(signal_number).name
        super().__init__(
            Diagnostic(
                severity=Severity.ERROR,
                code="interrupted",
                message=f"interrupted by {name}",
                hint="run the command again to finish",
            )
        )
        self.signal_number = signal_number
