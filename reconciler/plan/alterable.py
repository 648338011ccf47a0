"""Creates that set config keys which the service does not permit to set."""

from __future__ import annotations

from dataclasses import replace

from reconciler.model import ClusterReference, Create, Plan, TopicPlan
from reconciler.plan.rules import NOT_ALTERABLE


def without_unalterable(plan: Plan) -> Plan:
    """``plan`` with every create refused that sets a key outside ``cluster.alterable_config``, with each such key."""
    return replace(plan, topics=tuple(_refused(topic, plan.policy.service) for topic in plan.topics))


def _refused(topic: TopicPlan, service: ClusterReference) -> TopicPlan:
    if not isinstance(topic, Create) or topic.refusal is not None:
        return topic
    objections = {
        f"config.{key}": NOT_ALTERABLE.refusal(key=key, place=service.alterable_origin)
        for key in topic.desired.config
        if not service.permits(key)
    }
    return replace(topic, objections=objections, refusal=next(iter(objections.values()), None))
