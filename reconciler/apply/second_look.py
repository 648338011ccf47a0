"""What is left to do for a topic whose request ended in doubt, once the cluster was read again.

A response may be lost although the request was carried out, and somebody else may have changed the topic. So nothing is
sent again before the cluster was read. Reading finds what is done already; it never widens what was reviewed.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from reconciler.model import (
    FATAL,
    Create,
    Delete,
    Difference,
    Drift,
    FieldChange,
    InSync,
    KafkaFailure,
    LiveTopic,
    Operation,
    Policy,
    Refusal,
    RefusalKind,
    TopicPlan,
    Unreadable,
    changes_of,
    is_made,
)
from reconciler.plan import differences, step_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Changed:
    """Somebody else made, changed or deleted a topic after it was planned; nothing more of it is written.

    ``fields`` are those that the plan was to bring and did not; ``refusal`` says what is there instead.
    """

    fields: frozenset[str]
    refusal: Refusal


def is_done(topic: TopicPlan, operation: Operation, live: LiveTopic, policy: Policy) -> bool:
    """Whether the cluster has everything that ``operation`` was to write."""
    return not step_of(operation).lacking(topic, differences(topic.desired, live, policy))


def changed_meanwhile(
    topic: TopicPlan, live: LiveTopic, policy: Policy, accepted: Collection[Operation], done: Collection[str] = ()
) -> Changed | None:
    """Whether somebody else changed ``topic``: a field is neither as wanted nor as it was when it was planned.

    Nor may one be as it was that somebody else had ``done``. Operations that a broker ``accepted`` do not count. Only
    what is set on the topic itself is compared: an inherited value may differ from broker to broker although nobody
    changed the topic.
    """
    differing = differences(topic.desired, live, policy)
    match topic:
        case Create():
            if not differing or Operation.CREATE_TOPICS in accepted:
                return None
            return _changed(differing, f"created after this plan with other settings: {_now(differing)}")
        case Drift(live=reviewed):
            still_open = {change.field for change in _still_open(topic, accepted)}
            lacking = [change for change in differing if change.field in still_open]
            others = [each for each in lacking if each.field in done or _own(live, each) != _own(reviewed, each)]
            return _changed(lacking, f"changed after this plan: {_now(others)}") if others else None
        case Delete() | InSync() | Unreadable():
            return None


def deleted_meanwhile(topic: TopicPlan, accepted: Collection[Operation]) -> Changed:
    """What is left to do for a topic that existed when it was planned and is gone."""
    return _changed(_still_open(topic, accepted), "deleted after this plan")


def created_again(topic: TopicPlan) -> Changed:
    """What is left to do for a topic whose name another topic has by now: all of it, whatever was written before."""
    made = [change for change in changes_of(topic) if is_made(change.decision)]
    return _changed(made, "deleted and created again after this plan")


def moved_meanwhile(what: KafkaFailure) -> Changed:
    """What is left to do for a topic whose replicas somebody else moves, or has moved, since it was planned."""
    refusal = Refusal(kind=RefusalKind.STALE, reason=what.message, way_out=what.remedy)
    return Changed(fields=frozenset({"replication_factor"}), refusal=refusal)


def _still_open(topic: TopicPlan, accepted: Collection[Operation]) -> list[FieldChange]:
    return [change for each in Operation if each not in accepted for change in step_of(each).changes(topic)]


def not_as_written(differing: Iterable[Difference]) -> KafkaFailure:
    """The failure of a write that is not visible as written."""
    return KafkaFailure(
        code=0,
        name="NOT_AS_WRITTEN",
        error_class=FATAL,
        message=f"the cluster does not have what was written: {_now(differing)}",
        remedy="it was changed afterwards, or the cluster ignores the setting; run plan to see",
    )


def _changed(open_changes: Iterable[Difference], what: str) -> Changed:
    return Changed(fields=frozenset(change.field for change in open_changes), refusal=_stale(what))


def _stale(what: str) -> Refusal:
    return Refusal(
        kind=RefusalKind.STALE,
        reason=f"the topic was {what}",
        way_out="run plan to review the topic as it is now, then run apply again",
    )


def _now(differing: Iterable[Difference]) -> str:
    """The live and the desired value of each difference."""
    return "; ".join(
        f"{change.field.removeprefix('config.')} is {_value(change.before, 'not set')}, "
        f"wanted {_value(change.after, 'the default')}"
        for change in differing
    )


def _value(value: int | str | None, otherwise: str) -> str:
    return otherwise if value is None else str(value) or "empty"


def _own(live: LiveTopic, change: Difference) -> int | str | None:
    """What is set on the topic itself; of replicas nothing: they are compared partition by partition when they move."""
    if change.config_key is not None:
        return live.overrides.get(change.config_key)
    return live.partitions if change.field == "partitions" else None
