"""What is still to be done of a topic whose request ended in doubt, now that the cluster was looked at again.

An answer may be lost although the request was carried out, and somebody else may have been there first. So
nothing is sent again before a look. The look decides what is done already; it never widens what was reviewed.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from reconciler.model import (
    FATAL,
    Create,
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
    """Whether the cluster has all that ``operation`` was to bring."""
    return not step_of(operation).lacking(topic, differences(topic.desired, live, policy))


def changed_meanwhile(
    topic: TopicPlan, live: LiveTopic, policy: Policy, accepted: Collection[Operation]
) -> Changed | None:
    """What is neither as wanted nor as it was when ``topic`` was planned, with all that is still open of it.

    What a broker ``accepted`` does not count. Compared is what is set on the topic itself: an inherited value may
    differ from broker to broker without anybody having changed the topic.
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
            others = [change for change in lacking if _own(live, change) != _own(reviewed, change)]
            return _changed(lacking, f"changed after this plan: {_now(others)}") if others else None
        case InSync() | Unreadable():
            return None


def deleted_meanwhile(topic: TopicPlan, accepted: Collection[Operation]) -> Changed:
    """What is still open of a topic that was there when it was planned and is gone."""
    return _changed(_still_open(topic, accepted), "deleted after this plan")


def _still_open(topic: TopicPlan, accepted: Collection[Operation]) -> list[FieldChange]:
    return [change for each in Operation if each not in accepted for change in step_of(each).changes(topic)]


def not_as_written(differing: Iterable[Difference]) -> KafkaFailure:
    """What a look shows in place of what was written."""
    return KafkaFailure(
        code=0,
        name="NOT_AS_WRITTEN",
        error_class=FATAL,
        message=f"the cluster does not show what was written: {_now(differing)}",
        remedy="somebody changed it afterwards, or the cluster ignores the setting; run plan to see",
    )


def _changed(open_changes: Iterable[Difference], what: str) -> Changed:
    refusal = Refusal(
        kind=RefusalKind.STALE,
        reason=f"the topic was {what}",
        way_out="run plan to review what is there now, then apply again",
    )
    return Changed(fields=frozenset(change.field for change in open_changes), refusal=refusal)


def _now(differing: Iterable[Difference]) -> str:
    """What is there and what is wanted, in words."""
    return "; ".join(
        f"{change.field.removeprefix('config.')} is {_value(change.before, 'not set')}, "
        f"wanted {_value(change.after, 'the default')}"
        for change in differing
    )


def _value(value: int | str | None, otherwise: str) -> str:
    return otherwise if value is None else str(value) or "empty"


def _own(live: LiveTopic, change: Difference) -> int | str | None:
    """What is set on the topic itself."""
    if change.config_key is not None:
        return live.overrides.get(change.config_key)
    return live.partitions
