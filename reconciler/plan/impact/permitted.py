"""Whether this principal may move replicas."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from reconciler.model import FATAL, Drift, KafkaFailure, LiveBrokers, Plan

_ALTER = "ALTER"
_DENIED = KafkaFailure(
    code=31,
    name="CLUSTER_AUTHORIZATION_FAILED",
    error_class=FATAL,
    message="this principal may not move replicas",
    remedy="grant this principal ALTER on the cluster",
)


def with_denied_moves(plan: Plan, moving: Collection[str], brokers: LiveBrokers | None) -> Plan:
    """``plan`` with the topics in ``moving`` marked whose moves would be denied.

    Brokers cannot validate a reassignment, but tell which operations are permitted (KIP-430). The plan stands: apply
    may run as another principal.
    """
    if brokers is None or _ALTER in (brokers.operations or ()):
        return plan
    topics = (
        replace(topic, unchecked=topic.unchecked or _DENIED)
        if isinstance(topic, Drift) and topic.name in moving
        else topic
        for topic in plan.topics
    )
    return replace(plan, topics=tuple(topics))
