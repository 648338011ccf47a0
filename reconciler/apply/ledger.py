"""The account of an apply: what was asked, what was answered, what was seen afterwards.

It can be read at any moment, so that a run that is cut short still reports truly.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from reconciler.model import (
    EXPECTED,
    RETRIABLE,
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
_WORST_FIRST = (Status.FAILED, Status.UNKNOWN, Status.NOT_ATTEMPTED, Status.REFUSED, Status.APPLIED)


class Ledger:
    """Attempts and verifications, topic by topic, and the plan as it stands: what a second look finds changes it."""

    def __init__(self, plan: Plan) -> None:
        self._attempts: dict[str, list[Attempt]] = {}
        self._seen: dict[str, tuple[Verification, datetime]] = {}
        self._plan = plan
        self._topics = {topic.name: topic for topic in plan.topics}

    @property
    def plan(self) -> Plan:
        """The plan, with what has been replanned meanwhile."""
        return replace(self._plan, topics=tuple(self._topics.values()))

    @property
    def policy(self) -> Policy:
        """The plan's policy."""
        return self._plan.policy

    def topic(self, name: str) -> TopicPlan:
        """What is planned of a topic, as it stands."""
        return self._topics[name]

    def replan(self, topic: TopicPlan) -> None:
        """Put what a second look showed of a topic in place of what was planned."""
        self._topics[topic.name] = topic

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

    def saw(self, name: str, verification: Verification, at: datetime) -> None:
        """Note what reading back showed, in place of what an earlier look did."""
        self._seen[name] = (verification, at)

    def to_verify(self) -> Sequence[TopicPlan]:
        """The topics that may have been changed."""
        return [topic for topic in self._topics.values() if self.operations_to_verify(topic.name)]

    def operations_to_verify(self, name: str) -> frozenset[Operation]:
        """What may have changed the topic: accepted, unanswered, or found done by somebody else."""
        return frozenset(attempt.operation for attempt in self._attempts.get(name, ()) if _may_have_happened(attempt))

    def progress(self) -> str:
        """How far the writes are, in words."""
        tried = [attempts[-1].failure for attempts in self._attempts.values()]
        retrying = sum(failure is not None and failure.kind == RETRIABLE for failure in tried)
        done = sum(failure is None for failure in tried)
        failed = len(tried) - done - retrying
        remaining = sum(topic.has_work for topic in self._topics.values()) - len(tried)
        return f"applying: {done:,} done, {failed:,} failed, {retrying:,} retrying, {remaining:,} remaining"

    def outcomes(self) -> Mapping[str, Outcome]:
        """What came of every topic of the plan."""
        return {topic.name: self._outcome(topic) for topic in self._topics.values()}

    def _asked(self, name: str, operation: Operation) -> Sequence[Attempt]:
        return [attempt for attempt in self._attempts.get(name, ()) if attempt.operation is operation]

    def _outcome(self, topic: TopicPlan) -> Outcome:
        attempts = self._attempts.get(topic.name, [])
        verification, seen_at = self._seen.get(topic.name, (None, None))
        last = {attempt.operation: attempt for attempt in attempts}
        changes = {change.field: _change_status(change, last, verification) for change in topic.changes}
        status = _topic_status(topic, changes, last, verification)
        failures = (attempt.failure for attempt in last.values() if attempt.failure is not None)
        return Outcome(
            name=topic.name,
            status=status,
            changes=changes,
            attempts=tuple(attempts),
            verification=verification,
            verified_at=seen_at,
            failure=topic.failure or (next(failures, None) if status is not Status.APPLIED else None),
        )


def _may_have_happened(attempt: Attempt) -> bool:
    failure = attempt.failure
    return failure is None or attempt.found_applied or not failure.outcome_known or failure.kind == EXPECTED


def _topic_status(
    topic: TopicPlan,
    changes: Mapping[str, Status],
    last: Mapping[Operation, Attempt],
    verification: Verification | None,
) -> Status:
    match topic.action:
        case Action.SKIP:
            return Status.UNCHANGED
        case Action.UNREADABLE:
            return Status.UNKNOWN
        case Action.CREATE:
            if topic.failure is not None:
                return Status.REFUSED
            return _written(last.get(Operation.CREATE_TOPICS), verification)
        case Action.DRIFT:
            return next(status for status in _WORST_FIRST if status in changes.values())


def _change_status(change: FieldChange, last: Mapping[Operation, Attempt], verification: Verification | None) -> Status:
    if change.verdict is Verdict.IMPOSSIBLE:
        return Status.REFUSED
    return _written(last.get(operation_for(change)), verification)


def _written(attempt: Attempt | None, verification: Verification | None) -> Status:
    """What came of a write: done is only what was read back."""
    if attempt is None:
        return Status.NOT_ATTEMPTED
    if not _may_have_happened(attempt):
        return Status.FAILED
    match verification:
        case Verification.VERIFIED:
            return Status.APPLIED
        case Verification.MISMATCH:
            return Status.FAILED
        case _:
            return Status.UNKNOWN
