"""Creates that are refused without asking a broker."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace

from reconciler.model import Action, Plan, Refusal, RefusalKind, TopicPlan
from reconciler.printable import quoted

_TURNED_OFF = Refusal(
    kind=RefusalKind.CREATION_OFF,
    reason="the topic is missing, and this run may not create topics",
    way_out="create it by other means; if this run may create it, use --auto-create or KAFKA_TOPIC_AUTO_CREATE=true",
)


INTERNAL_TOPICS = frozenset(
    {
        "__cluster_metadata",
        "__consumer_offsets",
        "__remote_log_metadata",
        "__share_group_state",
        "__transaction_state",
    }
)
"""Topics that brokers make for themselves, with the settings that their own code counts on (``Topic.java``)."""

_INTERNAL = Refusal(
    kind=RefusalKind.IMPOSSIBLE,
    reason="brokers create this internal topic themselves, when it is first needed",
    way_out="plan again once it exists; its settings at creation are broker settings, such as offsets.topic.*",
)


def refused_create(name: str) -> Refusal | None:
    """Why the topic ``name`` must not be created, though it is missing; ``None`` where it may be."""
    return _INTERNAL if name in INTERNAL_TOPICS else None


def without_creation(plan: Plan) -> Plan:
    """``plan`` with every create refused that is not refused already."""
    return replace(plan, topics=tuple(_not_created(topic) for topic in plan.topics))


def _not_created(topic: TopicPlan) -> TopicPlan:
    is_as_it_was = topic.action is not Action.CREATE or topic.refusal is not None
    return topic if is_as_it_was else replace(topic, refusal=_TURNED_OFF)


def without_collisions(plan: Plan) -> Plan:
    """``plan`` with every create refused whose name differs only in ``.`` and ``_`` from another topic's in it.

    A broker refuses such a name beside a topic that exists, but not beside one of the same request
    (``Topic.hasCollision``, ``ReplicationControlManager.validateNewTopicNames``).
    """
    alike: dict[str, list[str]] = defaultdict(list)
    for topic in plan.topics:
        alike[topic.name.replace(".", "_")].append(topic.name)
    topics = []
    for topic in plan.topics:
        others = [name for name in alike[topic.name.replace(".", "_")] if name != topic.name]
        is_refused = bool(others) and topic.action is Action.CREATE and topic.refusal is None
        topics.append(replace(topic, refusal=_collision(topic.name, others)) if is_refused else topic)
    return replace(plan, topics=tuple(topics))


def _collision(name: str, others: list[str]) -> Refusal:
    return Refusal(
        kind=RefusalKind.IMPOSSIBLE,
        reason=f"{quoted(name)} and {', '.join(map(quoted, others))} differ only in . and _, "
        "which Kafka's metrics cannot tell apart",
        way_out="rename the topic; if one of the names is a misspelling, remove that one from the manifest",
    )
