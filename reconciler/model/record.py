"""The record of a run: all that is known of it, its status and its exit code."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from reconciler.errors import Diagnostic, Interrupted, PlanRefused, ReconcilerError, Severity, WrongUsage
from reconciler.exit_codes import DIFFERENCES, ERROR, OK, REFUSED, SIGNALLED, USAGE
from reconciler.model.audit import Audit
from reconciler.model.base import Base
from reconciler.model.desired import DesiredState
from reconciler.model.former import FormerId
from reconciler.model.live import LiveState, LiveTopic
from reconciler.model.outcome import Outcome, TopicStatus
from reconciler.model.plan import Plan
from reconciler.model.reviewed import ReviewedPlan
from reconciler.model.undo import Undo


class Command(StrEnum):
    """What a run does; each has a report."""

    VALIDATE = "validate"
    PLAN = "plan"
    APPLY = "apply"
    DRIFT = "drift"
    ENSURE = "ensure"
    """Not of the command line: what a service does when it starts (``reconciler.ensure_topics``)."""


class RunStatus(StrEnum):
    """How a run ended."""

    OK = "ok"
    """In sync, or everything was applied."""
    CHANGES = "changes"
    """There are changes that apply would make, or drift that no waiver accepts."""
    REFUSED = "refused"
    """Something cannot be applied; everything else was."""
    FAILED = "failed"
    INTERRUPTED = "interrupted"


def ending(status: TopicStatus) -> RunStatus:
    """How a run ends if this is the worst ``status`` of its topics."""
    match status:
        case TopicStatus.APPLIED | TopicStatus.UNCHANGED:
            return RunStatus.OK
        case TopicStatus.PLANNED:
            return RunStatus.CHANGES
        case TopicStatus.REFUSED | TopicStatus.STALE:
            return RunStatus.REFUSED
        case TopicStatus.FAILED | TopicStatus.UNKNOWN | TopicStatus.NOT_ATTEMPTED:
            return RunStatus.FAILED


def is_trouble(status: TopicStatus) -> bool:
    """Whether a topic with ``status`` makes the run fail."""
    return ending(status) in {RunStatus.REFUSED, RunStatus.FAILED}


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """What is known of a run at one moment; ``outcomes`` has every topic of ``plan``.

    ``requests`` counts requests sent, by kind; ``request_seconds`` has how long each of them took that was measured.
    ``durations`` are seconds by phase. ``tells_changes``: changes that apply would make have an exit code of their own
    (``--detailed-exitcode``).
    """

    command: Command
    version: str
    id: str
    started_at: datetime
    finished_at: datetime
    duration_seconds: float
    commit: str | None = None
    """The Git commit that the run is about; hexadecimal."""
    environment: str | None = None
    bootstrap_servers: str | None = None
    desired: DesiredState | None = None
    live: LiveState | None = None
    listed: Mapping[str, LiveTopic] = field(default_factory=dict)
    """Topics that the cluster lists, of those whose settings could not be read or are not as planned; counts only."""
    plan: Plan | None = None
    former_ids: Mapping[str, FormerId] = field(default_factory=dict)
    """The ids that topics had in an earlier report; one that has another id now was recreated."""
    base: Base | None = None
    """What tells where the changes of ``plan`` come from."""
    reviewed: ReviewedPlan | None = None
    """The reviewed plan that is carried out."""
    outcomes: Mapping[str, Outcome] = field(default_factory=dict)
    diagnostics: Sequence[Diagnostic] = ()
    requests: Mapping[str, int] = field(default_factory=dict)
    durations: Mapping[str, float] = field(default_factory=dict)
    request_seconds: Mapping[str, Sequence[float]] = field(default_factory=dict)
    ended_by: ReconcilerError | None = None
    """Why the run ended early."""
    tells_changes: bool = False
    audit: Audit | None = None
    """What an audit found."""
    undo: Undo | None = None
    """The run that this one undoes; ``desired`` is then the state before it, under the rules of the manifest."""

    @property
    def status(self) -> RunStatus:
        """How the run ended: the worst of its topics and diagnostics."""
        if isinstance(self.ended_by, Interrupted):
            return RunStatus.INTERRUPTED
        if isinstance(self.ended_by, WrongUsage) or self._has_errors():
            return RunStatus.FAILED
        if isinstance(self.ended_by, PlanRefused):
            return RunStatus.REFUSED
        if self.audit is not None:
            return _found_by(self.audit)
        endings = {ending(outcome.status) for outcome in self.outcomes.values()}
        if self.desired is not None and self.desired.violations:
            endings.add(RunStatus.REFUSED)
        if self.command is Command.ENSURE and RunStatus.REFUSED in endings:
            # What is refused of topics that exist was never to be done; a topic that is missing is an error besides.
            endings = endings - {RunStatus.REFUSED} | {RunStatus.CHANGES}
        worst_first = (RunStatus.FAILED, RunStatus.REFUSED, RunStatus.CHANGES)
        return next((each for each in worst_first if each in endings), RunStatus.OK)

    @property
    def exit_code(self) -> int:
        """The exit code of the process."""
        match self.status:
            case RunStatus.OK:
                return OK
            case RunStatus.CHANGES:
                return DIFFERENCES if self.tells_changes else OK
            case RunStatus.REFUSED:
                return REFUSED
            case RunStatus.FAILED:
                return USAGE if isinstance(self.ended_by, WrongUsage) else ERROR
            case RunStatus.INTERRUPTED:
                return SIGNALLED + (self.ended_by.signal_number if isinstance(self.ended_by, Interrupted) else 0)

    def _has_errors(self) -> bool:
        """Whether there is an error that refuses neither topics, as violations of the policy, nor the whole plan."""
        refusals = {*self.desired.diagnostics} if self.desired is not None else set()
        if isinstance(self.ended_by, PlanRefused):
            refusals |= {*self.ended_by.diagnostics}
        return any(each.severity is Severity.ERROR and each not in refusals for each in self.diagnostics)


def _found_by(audit: Audit) -> RunStatus:
    """How an audit ends: what it refuses to do, or cannot, does not matter, for it does nothing."""
    if audit.has_unreadable:
        return RunStatus.FAILED
    return RunStatus.CHANGES if audit.has_open_drift else RunStatus.OK
