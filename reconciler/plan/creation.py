"""Plans of runs that may not create topics."""

from __future__ import annotations

from dataclasses import replace

from reconciler.model import FATAL, Action, KafkaFailure, Plan

_TURNED_OFF = KafkaFailure(
    code=0,
    name="CREATION_TURNED_OFF",
    kind=FATAL,
    message="the topic is missing, and this run may not create topics",
    remedy="create it some other way, or allow it: --auto-create, KAFKA_TOPIC_AUTO_CREATE=true",
)


def without_creation(plan: Plan) -> Plan:
    """``plan`` with every create refused."""
    topics = tuple(
        replace(topic, failure=_TURNED_OFF) if topic.action is Action.CREATE else topic for topic in plan.topics
    )
    return replace(plan, topics=topics)
