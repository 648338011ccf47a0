"""What somebody changed after the run that is to be undone: it is not what the run left, and is refused."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import assert_never

from reconciler.configs import same_value
from reconciler.model import (
    STATE,
    ChangedTopic,
    Create,
    CreatedTopic,
    Delete,
    DeletedTopic,
    Drift,
    FieldChange,
    FormerValue,
    InSync,
    LiveTopic,
    Plan,
    Policy,
    Refusal,
    RefusalKind,
    Refused,
    Risky,
    Safe,
    TopicPlan,
    TouchedTopic,
    Undo,
    Unreadable,
    with_changes,
)
from reconciler.plan.diff import is_left_alone
from reconciler.printable import quoted

_BY_THE_MANIFEST = "if the former state is wanted all the same, write it into the manifest and run apply"
_Why = Callable[[FieldChange], Refusal | None]


def without_changed_since(plan: Plan, *, undo: Undo) -> Plan:
    """``plan`` with everything refused that is not as the run left it, and what Kafka cannot take back.

    A topic that the run created is only deleted if it is known to be that topic.
    """
    touched = {topic.name: topic for topic in undo.topics}
    policy = replace(undo.manifest.policy, service=plan.policy.service)
    return replace(plan, topics=tuple(_decided(topic, touched.get(topic.name), policy) for topic in plan.topics))


def _decided(topic: TopicPlan, touched: TouchedTopic | None, policy: Policy) -> TopicPlan:
    if touched is None or isinstance(topic, InSync | Unreadable):
        return topic
    if not topic.desired.is_listed and policy.protects(topic.name):
        return _refused(topic, lambda _change: _protected(topic.name))
    match touched:
        case ChangedTopic():
            return _refused(topic, lambda change: _since_changed(topic, touched, change))
        case CreatedTopic():
            return _refused(topic, lambda _change: _since_created(topic, touched, policy))
        case DeletedTopic():
            return _refused(topic, _since_deleted) if isinstance(topic, Drift) else topic
        case _:
            assert_never(touched)


def _refused(topic: TopicPlan, why: _Why) -> TopicPlan:
    """``topic`` with everything refused that ``why`` has a reason against; a create is a change of its state."""
    if isinstance(topic, Create):
        whole = FieldChange(field=STATE, before="absent", after="present")
        return topic if topic.refusal is not None else replace(topic, refusal=why(whole))
    return with_changes(topic, lambda change: _refused_change(change, why))


def _refused_change(change: FieldChange, why: _Why) -> FieldChange:
    refusal = why(change)
    match change.decision:
        case _ if refusal is None:
            return change
        case Safe(risk=risk) | Risky(risk=risk) | Refused(risk=risk):
            return replace(change, decision=Refused(refusal, risk))


def _since_changed(topic: TopicPlan, touched: ChangedTopic, change: FieldChange) -> Refusal | None:
    match topic:
        case Create():
            return _stale("somebody deleted the topic after that run")
        case Drift(live=live) if _is_another(live, touched):
            return _recreated(live, touched)
        case Drift(live=live):
            if change.field == "replication_factor":
                return _of_replicas(change, touched)
            key = change.config_key
            return _of_partitions(live, touched) if key is None else _of_config(key, live, touched)
        case _:
            return None


def _of_config(key: str, live: LiveTopic, touched: ChangedTopic) -> Refusal | None:
    former = touched.config.get(key)
    if former is None or _is_as_left(key, live, former):
        return None
    if key in live.overrides and live.overrides[key] is None:
        return _stale("the cluster does not return the value, so it is not known whether somebody changed it since")
    did = "removed the override" if former.left is None else f"set {_value(former.left)}"
    return _stale(f"that run {did}; now it is {_value(live.overrides.get(key))}: somebody changed it since")


def _is_as_left(key: str, live: LiveTopic, former: FormerValue) -> bool:
    if former.left is None or key not in live.overrides:
        return former.left is None and key not in live.overrides
    return same_value(key, live.overrides[key], former.left)


def _of_replicas(change: FieldChange, touched: ChangedTopic) -> Refusal | None:
    count = touched.replicas
    if count is None or change.before == count.left:
        return None
    return _stale(
        f"that run left a replication factor of {count.left}; now it is {change.before}: somebody changed it since"
    )


def _of_partitions(live: LiveTopic, touched: ChangedTopic) -> Refusal | None:
    count = touched.partitions
    if count is None:
        return None
    if live.partitions < count.before:
        return _stale(f"that run left {count.left} partitions; now there are {live.partitions}")
    return Refusal(
        kind=RefusalKind.IMPOSSIBLE,
        reason="Kafka cannot remove partitions",
        way_out=f"the topic keeps {live.partitions}; to have {count.before} again, create a topic under a new name "
        "and move the records",
    )


def _since_created(topic: TopicPlan, touched: CreatedTopic, policy: Policy) -> Refusal | None:
    if not isinstance(topic, Delete):
        return None
    if touched.topic_id is None or topic.live.topic_id is None:
        return Refusal(
            kind=RefusalKind.IMPOSSIBLE,
            reason="the id of the topic that the run created is not known, so this may be another topic of its name",
            way_out="to delete it all the same, write state: absent at the topic in the manifest and run apply",
        )
    if _is_another(topic.live, touched):
        return _recreated(topic.live, touched)
    now = _other_settings(topic.live, touched, policy)
    return _stale(f"somebody changed the topic after that run created it: {now}") if now else None


def _other_settings(live: LiveTopic, touched: CreatedTopic, policy: Policy) -> str:
    """The settings that are not those which the run created the topic with, in words."""
    counts = {
        "partitions": (touched.partitions, live.partitions),
        "replication_factor": (touched.replication_factor, live.replication_factor),
    }
    other = [f"{name} {now}, was {was}" for name, (was, now) in counts.items() if was not in {None, now}]
    for key in sorted({*live.overrides, *touched.config}):
        was, now = touched.config.get(key), live.overrides.get(key)
        if key not in live.overrides:
            other.append(f"{key} not set, was {_value(was)}")
        elif key not in touched.config:
            other += [] if is_left_alone(key, live, policy) else [f"{key} {_value(now)}, was not set"]
        elif now is not None and not same_value(key, was, now):
            other.append(f"{key} {_value(now)}, was {_value(was)}")
    return "; ".join(other)


def _since_deleted(change: FieldChange) -> Refusal:
    field = change.field.removeprefix("config.")
    before, after = _value(change.before), _value(change.after)
    return _stale(f"somebody created the topic again after that run: {field} is {before}, and was {after}")


def _is_another(live: LiveTopic, touched: TouchedTopic) -> bool:
    return None not in {live.topic_id, touched.topic_id} and live.topic_id != touched.topic_id


def _recreated(live: LiveTopic, touched: TouchedTopic) -> Refusal:
    ids = f"its id was {touched.topic_id}, and is {live.topic_id}"
    return _stale(f"somebody deleted the topic and created it again after that run: {ids}")


def _protected(name: str) -> Refusal:
    return Refusal(
        kind=RefusalKind.PROTECTED,
        reason=f"{quoted(name)} matches a pattern in policy.protected_topics, so it is never touched",
        way_out="set policy.protected_topics without this pattern",
    )


def _stale(reason: str) -> Refusal:
    return Refusal(kind=RefusalKind.STALE, reason=reason, way_out=_BY_THE_MANIFEST)


def _value(value: int | str | None) -> str:
    return "not set" if value is None else str(value) or "empty"
