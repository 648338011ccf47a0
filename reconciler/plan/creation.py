"""What is refused without asking a broker: creates that Kafka cannot make, and what the run may not do."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import replace

from reconciler.model import (
    INTERNAL_TOPICS,
    Create,
    Delete,
    Drift,
    FieldChange,
    InSync,
    Plan,
    Refusal,
    RefusalKind,
    Refused,
    Risky,
    Safe,
    TopicPlan,
    Unreadable,
    with_changes,
)
from reconciler.printable import quoted

_TURNED_OFF = Refusal(
    kind=RefusalKind.CREATION_OFF,
    reason="the topic does not exist, and creating topics is turned off (--no-auto-create)",
    way_out="create the topic by other means, or pass --auto-create (KAFKA_TOPIC_AUTO_CREATE=true)",
)

_CREATING_ONLY = Refusal(
    kind=RefusalKind.CREATING_ONLY,
    reason="this run creates missing topics and leaves those that exist as they are",
    way_out="run reconciler apply to change the topic",
)

_INTERNAL = Refusal(
    kind=RefusalKind.IMPOSSIBLE,
    reason="this is an internal topic, which brokers create themselves when it is first needed",
    way_out="run plan again once the topic exists; broker settings such as offsets.topic.* set what it is created with",
)


def without_internal_topics(plan: Plan) -> Plan:
    """``plan`` with every create of a topic refused that brokers make for themselves."""
    return _refusing(plan, lambda name: _INTERNAL if name in INTERNAL_TOPICS else None)


def without_creation(plan: Plan) -> Plan:
    """``plan`` with every create refused."""
    return _refusing(plan, lambda _name: _TURNED_OFF)


def without_changes(plan: Plan) -> Plan:
    """``plan`` with every change and delete refused of topics that exist."""
    return replace(plan, topics=tuple(with_changes(topic, _left_as_it_is) for topic in plan.topics))


def _left_as_it_is(change: FieldChange) -> FieldChange:
    match change.decision:
        case Safe(risk=risk) | Risky(risk=risk):
            return replace(change, decision=Refused(_CREATING_ONLY, risk))
        case Refused():
            return change


def without_collisions(plan: Plan) -> Plan:
    """``plan`` with every create refused whose name differs only in ``.`` and ``_`` from another topic's in it.

    A broker refuses such a name beside a topic that exists, but not beside one of the same request
    (``Topic.hasCollision``, ``ReplicationControlManager.validateNewTopicNames``).
    """
    alike: dict[str, list[str]] = defaultdict(list)
    for topic in filter(_is_on_the_cluster, plan.topics):
        alike[topic.name.replace(".", "_")].append(topic.name)
    others = {
        topic.name: [name for name in alike[topic.name.replace(".", "_")] if name != topic.name]
        for topic in plan.topics
    }
    leaving = {topic.name for topic in plan.topics if isinstance(topic, Delete)}
    return _refusing(plan, lambda name: _collision(name, others[name], are_leaving=leaving.issuperset(others[name])))


def _is_on_the_cluster(topic: TopicPlan) -> bool:
    """Whether the topic is on the cluster, or would be; not if it is to be absent, and is."""
    match topic:
        case InSync(live=None):
            return False
        case Create() | Drift() | Delete() | InSync() | Unreadable():
            return True


def _refusing(plan: Plan, why: Callable[[str], Refusal | None]) -> Plan:
    """``plan`` with every create refused that ``why`` has a reason against and that is not refused already."""
    return replace(plan, topics=tuple(_refused(topic, why) for topic in plan.topics))


def _refused(topic: TopicPlan, why: Callable[[str], Refusal | None]) -> TopicPlan:
    match topic:
        case Create(refusal=None):
            return replace(topic, refusal=why(topic.name))
        case Create() | Drift() | Delete() | InSync() | Unreadable():
            return topic


def _collision(name: str, others: list[str], *, are_leaving: bool) -> Refusal | None:
    if not others:
        return None
    return Refusal(
        kind=RefusalKind.IMPOSSIBLE,
        reason=f"{quoted(name)} and {', '.join(map(quoted, others))} differ only in . and _, "
        "which Kafka's metrics cannot tell apart",
        way_out=f"run again once {', '.join(map(quoted, others))} is deleted"
        if are_leaving
        else "rename the topic, or remove the misspelt one from the manifest",
    )
