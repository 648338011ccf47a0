"""The account of an apply: what was asked, what was answered, what was seen afterwards.

It can be read at any moment, so that a run that is cut short still reports truly.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from reconciler.model import (
    Action,
    Attempt,
    FieldChange,
    KafkaFailure,
    Operation,
    Outcome,
    Plan,
    Status,
    TopicPlan,
    Verdict,
    Verification,
)
from reconciler.plan import operation_for

# The worst of what came of a topic's changes is what came of the topic.
_WORST_FIRST = (Status.FAILED, Status.UNKNOWN, Status.NOT_ATTEMPTED, Status.REFUSED, Status.APPLIED)


class Ledger:
    """Attempts and verifications, topic by topic."""

    def __init__(self) -> None:
        self._attempts: dict[str, list[Attempt]] = {}
        self._seen: dict[str, tuple[Verification, datetime]] = {}

    def attempted(self, name: str, attempt: Attempt) -> None:
        """Note a request and its answer."""
        self._attempts.setdefault(name, []).append(attempt)

    def saw(self, name: str, verification: Verification, at: datetime) -> None:
        """Note what reading back showed, in place of what an earlier look did."""
        self._seen[name] = (verification, at)

    def operations_to_verify(self, name: str) -> frozenset[Operation]:
        """What may have changed the topic: accepted, unanswered, or found done by somebody else."""
        return frozenset(
            attempt.operation for attempt in self._attempts.get(name, ()) if _may_have_happened(attempt.failure)
        )

    def outcomes(self, plan: Plan) -> Mapping[str, Outcome]:
        """What came of every topic of ``plan``."""
        return {topic.name: self._outcome(topic) for topic in plan.topics}

    def _outcome(self, topic: TopicPlan) -> Outcome:
        attempts = self._attempts.get(topic.name, [])
        verification, seen_at = self._seen.get(topic.name, (None, None))
        last = {attempt.operation: attempt for attempt in attempts}
        changes = {change.field: _change_status(change, last, verification) for change in topic.changes}
        return Outcome(
            name=topic.name,
            status=_topic_status(topic, changes, last, verification),
            changes=changes,
            attempts=tuple(attempts),
            verification=verification,
            verified_at=seen_at,
            failure=topic.failure or next((last[op].failure for op in last if last[op].failure is not None), None),
        )


def _may_have_happened(failure: KafkaFailure | None) -> bool:
    return failure is None or not failure.outcome_known or failure.kind == "EXPECTED"


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
    if not _may_have_happened(attempt.failure):
        return Status.FAILED
    match verification:
        case Verification.VERIFIED:
            return Status.APPLIED
        case Verification.MISMATCH:
            return Status.FAILED
        case _:
            return Status.UNKNOWN
