"""The outcome of a topic, from its attempts and from what was read back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from reconciler.apply.not_moved import why_not_done
from reconciler.apply.second_look import Changed
from reconciler.model import (
    EXPECTED,
    FATAL,
    Attempt,
    Create,
    Delete,
    Drift,
    FieldChange,
    InSync,
    KafkaFailure,
    MoveProgress,
    MoveState,
    Operation,
    Outcome,
    Refusal,
    Refused,
    TopicPlan,
    TopicStatus,
    Unreadable,
    Verification,
    changes_of,
    is_made,
    refusal_of,
)
from reconciler.plan import operation_for
from reconciler.plan.outlook import status_of_refusal

# The worst status of a topic's changes is the topic's.
_WORST_FIRST = (
    TopicStatus.FAILED,
    TopicStatus.UNKNOWN,
    TopicStatus.NOT_ATTEMPTED,
    TopicStatus.STALE,
    TopicStatus.REFUSED,
    TopicStatus.APPLIED,
)
_SILENT_ON_MOVES = frozenset({TopicStatus.APPLIED, TopicStatus.UNCHANGED, TopicStatus.NOT_ATTEMPTED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What reading a topic back showed, and why if it is not what was written.

    ``verification`` does not count ``changed``: what somebody else did is no proof about what was written.
    """

    verification: Verification
    at: datetime
    failure: KafkaFailure | None = None
    changed: Changed | None = None
    as_written: frozenset[str] = frozenset()
    """Fields that are as written although others are not; if all are, ``verification`` is ``VERIFIED``."""
    is_created_again: bool = False
    """Somebody has created another topic of its name."""
    topic_id: str | None = None
    is_final: bool = False
    """Looking again shows no more: its replicas are still being moved when this run ends."""


def outcome_of(
    topic: TopicPlan,
    attempts: Sequence[Attempt],
    seen: Seen | None,
    done_by_others: Mapping[Operation, frozenset[str]],
    moves: Sequence[MoveProgress] = (),
) -> Outcome:
    """The outcome of ``topic`` after all ``attempts``; ``seen`` is what the last look showed, if there was one.

    ``done_by_others`` are fields that were as wanted before an operation was sent, ``moves`` is how far its replicas
    are moved.
    """
    last = {attempt.operation: attempt for attempt in attempts}
    asked = {attempt.operation for attempt in attempts if attempt.may_have_happened}
    found_done = frozenset[str]().union(*done_by_others.values())
    shown = _Shown(frozenset({*asked, *done_by_others}), found_done, seen, moves)
    changes = {change.field: _change_status(topic, change, last, shown) for change in changes_of(topic)}
    status = _with_moves(_topic_status(topic, changes, last, shown), moves)
    not_moved = why_not_done(moves) if status in {TopicStatus.FAILED, TopicStatus.UNKNOWN} else None
    return Outcome(
        name=topic.name,
        status=status,
        changes=changes,
        attempts=tuple(attempts),
        verification=_verification(seen),
        verified_at=seen.at if seen else None,
        topic_id=seen.topic_id if seen else None,
        done_by_others=found_done,
        moves=tuple(moves),
        failure=_failure(topic, status, changes, last, seen) or not_moved,
        refusal=_refusal(topic, status, seen),
    )


def _with_moves(status: TopicStatus, moves: Sequence[MoveProgress]) -> TopicStatus:
    """``status`` with what became of ``moves``, whoever asked for them: nothing is done before replicas are there."""
    states = {each.state for each in moves}
    if status not in _SILENT_ON_MOVES or states <= {MoveState.NOT_BEGUN}:
        return status
    if MoveState.FAILED in states:
        return TopicStatus.FAILED
    is_done = states == {MoveState.DONE} and status is not TopicStatus.NOT_ATTEMPTED
    return status if is_done else TopicStatus.UNKNOWN


def _verification(seen: Seen | None) -> Verification | None:
    if seen is None:
        return None
    return Verification.MISMATCH if seen.changed else seen.verification


def _failure(
    topic: TopicPlan,
    status: TopicStatus,
    changes: Mapping[str, TopicStatus],
    last: Mapping[Operation, Attempt],
    seen: Seen | None,
) -> KafkaFailure | None:
    """Why a topic is not done: the failure to write it, or to read it."""
    if status in {TopicStatus.STALE, TopicStatus.APPLIED, TopicStatus.REFUSED}:
        return None
    match topic:
        case Create() | Drift() | Delete():
            return _failure_to_write(_open_attempts(topic, changes, last), seen)
        case Unreadable(failure=failure):
            return failure
        case InSync():
            return None


def _refusal(topic: TopicPlan, status: TopicStatus, seen: Seen | None) -> Refusal | None:
    """Why a topic is refused: by its plan, or because somebody else changed it."""
    if status is TopicStatus.STALE and seen is not None and seen.changed is not None:
        return seen.changed.refusal
    return refusal_of(topic)


def _open_attempts(
    topic: TopicPlan, changes: Mapping[str, TopicStatus], last: Mapping[Operation, Attempt]
) -> Sequence[Attempt]:
    """The last attempts at what is not done."""
    made = (change for change in changes_of(topic) if is_made(change.decision))
    open_changes = {operation_for(topic, change) for change in made if changes[change.field] is not TopicStatus.APPLIED}
    operations = {Operation.CREATE_TOPICS} if isinstance(topic, Create) else open_changes
    return [attempt for operation, attempt in last.items() if operation in operations and not attempt.found_applied]


def _failure_to_write(attempts: Sequence[Attempt], seen: Seen | None) -> KafkaFailure | None:
    failures = [attempt.failure for attempt in attempts if attempt.failure is not None]
    told = next((failure for failure in failures if failure.error_class != EXPECTED), None)
    if seen is not None and (
        told is None or (seen.verification is Verification.UNVERIFIABLE and not told.outcome_known)
    ):
        return seen.failure or told or next(iter(failures), None)
    return told or next(iter(failures), None)


def _topic_status(
    topic: TopicPlan,
    changes: Mapping[str, TopicStatus],
    last: Mapping[Operation, Attempt],
    shown: _Shown,
) -> TopicStatus:
    match topic:
        case InSync():
            return TopicStatus.UNCHANGED
        case Unreadable():
            return TopicStatus.UNKNOWN
        case Create(refusal=None):
            if shown.seen is not None and shown.seen.changed is not None:
                return TopicStatus.STALE
            return _written(None, Operation.CREATE_TOPICS, last.get(Operation.CREATE_TOPICS), shown)
        case Create(refusal=refusal):
            return status_of_refusal(refusal)
        case Drift() | Delete():
            return next(status for status in _WORST_FIRST if status in changes.values())


def _change_status(
    topic: TopicPlan, change: FieldChange, last: Mapping[Operation, Attempt], shown: _Shown
) -> TopicStatus:
    if isinstance(change.decision, Refused):
        return status_of_refusal(change.decision.refusal)
    if not is_made(change.decision):
        return TopicStatus.REFUSED
    operation = operation_for(topic, change)
    attempt = last.get(operation)
    is_refused = attempt is not None and attempt.failure is not None and attempt.failure.error_class == FATAL
    if shown.is_changed(change.field) and not is_refused:
        return TopicStatus.STALE
    is_other = shown.seen is not None and shown.seen.changed is not None
    if attempt is None and is_other and change.field not in shown.found_done:
        return TopicStatus.STALE  # nothing more is written to the topic, whatever became of this field since
    if attempt is None and operation is Operation.MOVE_REPLICAS and change.field not in shown.found_done:
        return _with_moves(TopicStatus.NOT_ATTEMPTED, shown.moves)
    return _written(change.field, operation, attempt, shown)


def _written(field: str | None, operation: Operation, last: Attempt | None, shown: _Shown) -> TopicStatus:
    """The status of ``field``, or of the whole topic, after its last attempt: applied is only what was read back."""
    if last is None and field not in shown.found_done:
        return TopicStatus.NOT_ATTEMPTED
    if shown.is_as_written(field, operation):
        return TopicStatus.APPLIED
    if last is None or field in shown.found_done:
        return TopicStatus.UNKNOWN
    if not last.may_have_happened or shown.verification is Verification.MISMATCH:
        return TopicStatus.FAILED
    return TopicStatus.UNKNOWN


@dataclass(frozen=True, slots=True)
class _Shown:
    """What was ``seen`` of a topic that some request of the kinds ``possible`` may have changed, of whomever."""

    possible: frozenset[Operation]
    found_done: frozenset[str]
    seen: Seen | None
    moves: Sequence[MoveProgress]

    @property
    def verification(self) -> Verification | None:
        return self.seen.verification if self.seen is not None else None

    def is_changed(self, field: str | None) -> bool:
        """Whether somebody else changed ``field``."""
        return self.seen is not None and self.seen.changed is not None and field in self.seen.changed.fields

    def is_as_written(self, field: str | None, operation: Operation) -> bool:
        """Whether ``field``, or the whole topic, is as ``operation`` was to make it, whichever attempt did that."""
        if self.seen is None or operation not in self.possible or self.is_changed(field):
            return False
        return self.seen.verification is Verification.VERIFIED or field in self.seen.as_written
