"""What reading a topic back shows of the writes to it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime

from reconciler.apply.ledger import Ledger, Seen
from reconciler.apply.look import is_created_again, planned_in
from reconciler.apply.not_moved import why_not_done
from reconciler.apply.second_look import changed_meanwhile, created_again, not_as_written
from reconciler.model import (
    FATAL,
    RETRIABLE,
    Delete,
    Difference,
    KafkaFailure,
    LiveState,
    LiveTopic,
    Operation,
    Policy,
    TopicPlan,
    Verification,
)
from reconciler.plan import differences, step_of

VALUE_NOT_SHOWN = "VALUE_NOT_SHOWN"
_LAGGING = "brokers may lag behind the controller: run plan later, or raise --timeout"
_NOT_VISIBLE = KafkaFailure(
    code=0,
    name="NOT_VISIBLE",
    error_class=RETRIABLE,
    message="the topic is not visible on any broker since it was written",
    remedy=_LAGGING,
)
_STILL_THERE = KafkaFailure(
    code=0,
    name="STILL_THERE",
    error_class=RETRIABLE,
    message="brokers still show the topic, although it was to be deleted",
    remedy=_LAGGING,
)


def seen_of(topic: TopicPlan, state: LiveState, ledger: Ledger, at: datetime) -> Seen:
    """What ``state`` shows of a topic that was written."""
    if isinstance(topic, Delete):
        return _seen_of_deleted(topic, state, at)
    live, unreadable = state.topics.get(topic.name), state.unreadable.get(topic.name)
    if live is None:
        hidden = unreadable is not None and unreadable.error_class == FATAL
        return Seen(
            verification=Verification.UNVERIFIABLE if hidden else Verification.NOT_VISIBLE,
            at=at,
            failure=unreadable or _NOT_VISIBLE,
            changed=ledger.changed(topic.name),
        )
    seen = _seen_of_existing(topic, live, ledger, at)
    if is_created_again(state, topic):
        # What was written may have gone to either: it counts for neither.
        seen = Seen(verification=Verification.VERIFIED, at=at, changed=created_again(topic), is_created_again=True)
    return replace(seen, topic_id=live.topic_id)


def _seen_of_existing(topic: TopicPlan, live: LiveTopic, ledger: Ledger, at: datetime) -> Seen:
    accepted = ledger.accepted(topic.name)
    changed = changed_meanwhile(topic, live, ledger.policy, accepted, ledger.done_by_others(topic.name))
    others = changed.fields if changed else frozenset()
    operations = ledger.operations_to_verify(topic.name)
    differing = _not_as_asked(topic, live, operations, ledger.policy)
    missing = [change for change in differing if change.field not in others]
    as_written = _as_written(topic, live, operations, differing)
    moves, to_move = ledger.moves_of(topic.name), {*step_of(Operation.MOVE_REPLICAS).fields(topic)}
    not_moved = why_not_done(moves)
    if not_moved is not None:  # while replicas are being moved, old and new ones are shown together
        is_failed = any(each.failure is not None for each in moves)
        return Seen(
            verification=Verification.MISMATCH if is_failed else Verification.NOT_VISIBLE,
            at=at,
            failure=not_moved,
            changed=changed,
            as_written=as_written - to_move,
            is_final=all(change.field in to_move for change in missing),
        )
    if not missing:
        keys = [key for each in operations for key in step_of(each).keys_set(topic)]
        not_shown = [key for key in keys if live.overrides.get(key, "") is None]
        if not not_shown:
            return Seen(verification=Verification.VERIFIED, at=at, changed=changed)
        verification, failure = Verification.UNVERIFIABLE, _value_not_shown(not_shown)
    else:
        ignored = all(any(step_of(each).is_ignored(topic, change, live) for each in accepted) for change in missing)
        verification = Verification.UNVERIFIABLE if ignored else Verification.MISMATCH
        failure = not_as_written(missing)
    return Seen(verification=verification, at=at, failure=failure, changed=changed, as_written=as_written)


def _seen_of_deleted(topic: Delete, state: LiveState, at: datetime) -> Seen:
    unreadable = state.unreadable.get(topic.name)
    if unreadable is not None:
        hidden = unreadable.error_class == FATAL
        return Seen(
            verification=Verification.UNVERIFIABLE if hidden else Verification.NOT_VISIBLE, at=at, failure=unreadable
        )
    if planned_in(state, topic) is not None:
        return Seen(verification=Verification.NOT_VISIBLE, at=at, failure=_STILL_THERE)
    return Seen(verification=Verification.VERIFIED, at=at, is_created_again=is_created_again(state, topic))


def _as_written(
    topic: TopicPlan, live: LiveTopic, operations: Collection[Operation], differing: Collection[Difference]
) -> frozenset[str]:
    """The fields that were written and that the cluster shows as written."""
    asked = [change for each in operations for change in step_of(each).changes(topic)]
    shown = [change for change in asked if live.overrides.get(change.config_key or "", "") is not None]
    return frozenset(change.field for change in shown).difference(change.field for change in differing)


def _not_as_asked(
    topic: TopicPlan, live: LiveTopic, operations: Collection[Operation], policy: Policy
) -> Sequence[Difference]:
    """What was written and is not there; what was not sent, or was rejected, does not count."""
    differing = differences(topic.desired, live, policy)
    return [lacking for each in Operation if each in operations for lacking in step_of(each).lacking(topic, differing)]


def _value_not_shown(keys: Sequence[str]) -> KafkaFailure:
    return KafkaFailure(
        code=0,
        name=VALUE_NOT_SHOWN,
        error_class=FATAL,
        message=f"{' and '.join(keys)}: set, but the cluster does not return the value, so it cannot be verified",
        remedy="values of sensitive keys are hidden: check another way that the value is right",
    )
