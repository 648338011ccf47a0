"""The account of an apply: what was asked, what was answered, what was seen afterwards.

It can be read at any moment, so that a run that is cut short still reports truly.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from reconciler.apply.second_look import Changed
from reconciler.model import (
    EXPECTED,
    FATAL,
    Action,
    Attempt,
    FieldChange,
    KafkaFailure,
    Operation,
    Outcome,
    Plan,
    Policy,
    Status,
    TopicPlan,
    Verdict,
    Verification,
)
from reconciler.plan import operation_for

# The worst of what came of a topic's changes is what came of the topic.
_WORST_FIRST = (
    Status.FAILED,
    Status.UNKNOWN,
    Status.NOT_ATTEMPTED,
    Status.STALE,
    Status.REFUSED,
    Status.APPLIED,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What reading a topic back showed, and why it is not what was written, where it is not.

    ``changed`` is left out of ``verification``: what somebody else did says nothing about what was written.
    """

    verification: Verification
    at: datetime
    failure: KafkaFailure | None = None
    changed: Changed | None = None
    as_written: frozenset[str] = frozenset()
    """Fields that are as written although others are not; where all are, ``verification`` says so."""


class Ledger:
    """Attempts and verifications, topic by topic."""

    def __init__(self, plan: Plan) -> None:
        self._attempts: dict[str, list[Attempt]] = {}
        self._seen: dict[str, Seen] = {}
        self._plan = plan

    @property
    def plan(self) -> Plan:
        """The plan that is carried out."""
        return self._plan

    @property
    def policy(self) -> Policy:
        """The plan's policy."""
        return self._plan.policy

    def attempted(self, name: str, attempt: Attempt) -> None:
        """Note a request and its answer."""
        self._attempts.setdefault(name, []).append(attempt)

    def found_applied(self, name: str, operation: Operation) -> None:
        """Note that the cluster has what the last such request was to bring, although its answer was an error."""
        attempts = self._attempts[name]
        last = max(place for place, attempt in enumerate(attempts) if attempt.operation is operation)
        attempts[last] = replace(attempts[last], found_applied=True)

    def number_of_attempts(self, name: str, operation: Operation) -> int:
        """How often that was asked for the topic."""
        return len(self._asked(name, operation))

    def tries(self, name: str, operation: Operation) -> int:
        """How often that failed for the topic itself, not for the size of its batch."""
        failures = (attempt.failure for attempt in self._asked(name, operation))
        return sum(failure is not None and not failure.is_of_batch for failure in failures)

    def last_failure(self, name: str, operation: Operation) -> KafkaFailure | None:
        """What the last such request was answered with, ``None`` where it was accepted."""
        return self._asked(name, operation)[-1].failure

    def is_outcome_known(self, name: str, operation: Operation) -> bool:
        """Whether the answer to the last such request tells if it was carried out."""
        failure = self.last_failure(name, operation)
        return failure is None or failure.outcome_known

    def accepted(self, name: str) -> frozenset[Operation]:
        """What a broker said yes to."""
        return frozenset(attempt.operation for attempt in self._attempts.get(name, ()) if attempt.failure is None)

    def saw(self, name: str, seen: Seen) -> None:
        """Note what a look showed, in place of what an earlier one did."""
        self._seen[name] = seen

    def changed(self, name: str) -> Changed | None:
        """What somebody else did to the topic after it was planned, as far as a look showed."""
        seen = self._seen.get(name)
        return seen.changed if seen is not None else None

    def may_still_happen(self, name: str) -> bool:
        """Whether some request for the topic was not answered, so that it may be carried out yet."""
        failures = (attempt.failure for attempt in self._attempts.get(name, ()))
        return any(failure is not None and not failure.outcome_known for failure in failures)

    def to_verify(self) -> Sequence[TopicPlan]:
        """The topics that may have been changed."""
        return [topic for topic in self._plan.topics if self.operations_to_verify(topic.name)]

    def operations_to_verify(self, name: str) -> frozenset[Operation]:
        """What may have changed the topic: accepted, unanswered, or found done by somebody else."""
        return frozenset(attempt.operation for attempt in self._attempts.get(name, ()) if _may_have_happened(attempt))

    def progress(self) -> str:
        """How far the writes are, in words."""
        tried = [attempts[-1] for attempts in self._attempts.values()]
        done = sum(attempt.failure is None or attempt.found_applied for attempt in tried)
        failed = sum(attempt.failure is not None and attempt.failure.kind == FATAL for attempt in tried)
        retrying = len(tried) - done - failed
        remaining = sum(topic.has_work for topic in self._plan.topics) - len(tried)
        return f"applying: {done:,} done, {failed:,} failed, {retrying:,} retrying, {remaining:,} remaining"

    def outcomes(self) -> Mapping[str, Outcome]:
        """What came of every topic of the plan."""
        return {topic.name: self._outcome(topic) for topic in self._plan.topics}

    def _asked(self, name: str, operation: Operation) -> Sequence[Attempt]:
        return [attempt for attempt in self._attempts.get(name, ()) if attempt.operation is operation]

    def _outcome(self, topic: TopicPlan) -> Outcome:
        attempts = self._attempts.get(topic.name, [])
        seen = self._seen.get(topic.name)
        last = {attempt.operation: attempt for attempt in attempts}
        changes = {change.field: _change_status(change, last, seen) for change in topic.changes}
        status = _topic_status(topic, changes, last, seen)
        return Outcome(
            name=topic.name,
            status=status,
            changes=changes,
            attempts=tuple(attempts),
            verification=_verification(seen),
            verified_at=seen.at if seen else None,
            failure=_failure(topic, status, changes, last, seen),
        )


def _verification(seen: Seen | None) -> Verification | None:
    if seen is None:
        return None
    return Verification.MISMATCH if seen.changed else seen.verification


def _failure(
    topic: TopicPlan,
    status: Status,
    changes: Mapping[str, Status],
    last: Mapping[Operation, Attempt],
    seen: Seen | None,
) -> KafkaFailure | None:
    """Why a topic is not done: what came of that which was to be written, or else what its plan refuses."""
    if seen is not None and seen.changed is not None and status is Status.STALE:
        return seen.changed.failure
    if status in {Status.APPLIED, Status.REFUSED}:
        return topic.failure
    return _failure_to_write(_open_attempts(topic, changes, last), seen) or topic.failure


def _open_attempts(
    topic: TopicPlan, changes: Mapping[str, Status], last: Mapping[Operation, Attempt]
) -> Sequence[Attempt]:
    """The last attempts at what is not done."""
    open_changes = {operation_for(each) for each in topic.safe_changes if changes[each.field] is not Status.APPLIED}
    operations = {Operation.CREATE_TOPICS} if topic.action is Action.CREATE else open_changes
    return [attempt for operation, attempt in last.items() if operation in operations and not attempt.found_applied]


def _failure_to_write(attempts: Sequence[Attempt], seen: Seen | None) -> KafkaFailure | None:
    failures = [attempt.failure for attempt in attempts if attempt.failure is not None]
    told = next((failure for failure in failures if failure.kind != EXPECTED), None)
    if seen is not None and (
        told is None or (seen.verification is Verification.UNVERIFIABLE and not told.outcome_known)
    ):
        return seen.failure or told or next(iter(failures), None)
    return told or next(iter(failures), None)


def _may_have_happened(attempt: Attempt) -> bool:
    failure = attempt.failure
    return failure is None or attempt.found_applied or not failure.outcome_known or failure.kind == EXPECTED


def _topic_status(
    topic: TopicPlan,
    changes: Mapping[str, Status],
    last: Mapping[Operation, Attempt],
    seen: Seen | None,
) -> Status:
    match topic.action:
        case Action.SKIP:
            return Status.UNCHANGED
        case Action.UNREADABLE:
            return Status.UNKNOWN
        case Action.CREATE:
            if topic.failure is not None:
                return Status.REFUSED
            return Status.STALE if seen and seen.changed else _written(last.get(Operation.CREATE_TOPICS), seen)
        case Action.DRIFT:
            return next(status for status in _WORST_FIRST if status in changes.values())


def _change_status(change: FieldChange, last: Mapping[Operation, Attempt], seen: Seen | None) -> Status:
    if change.verdict is Verdict.IMPOSSIBLE:
        return Status.REFUSED
    attempt = last.get(operation_for(change))
    is_refused = attempt is not None and attempt.failure is not None and attempt.failure.kind == FATAL
    if seen and seen.changed and change.field in seen.changed.fields and not is_refused:
        return Status.STALE
    if attempt is not None and _may_have_happened(attempt) and seen and change.field in seen.as_written:
        return Status.APPLIED
    return _written(attempt, seen)


def _written(attempt: Attempt | None, seen: Seen | None) -> Status:
    """What came of a write: done is only what was read back."""
    if attempt is None:
        return Status.NOT_ATTEMPTED
    if not _may_have_happened(attempt):
        return Status.FAILED
    match seen.verification if seen else None:
        case Verification.VERIFIED:
            return Status.APPLIED
        case Verification.MISMATCH:
            return Status.FAILED
        case _:
            return Status.UNKNOWN
