"""Desired state against live state: one plan, the same for the same facts."""

from __future__ import annotations

from reconciler.model import Action, DesiredState, LiveState, Plan, Policy, TopicPlan, TopicSpec
from reconciler.plan.creation import refused_create
from reconciler.plan.diff import differences


def plan(desired: DesiredState, live: LiveState) -> Plan:
    """What every topic of ``desired`` needs, sorted by name."""
    topics = tuple(
        sorted((topic_plan(spec, live, desired.policy) for spec in desired.topics), key=lambda topic: topic.name)
    )
    return Plan(topics=topics, policy=desired.policy, cluster_id=live.cluster_id)


def topic_plan(spec: TopicSpec, live: LiveState, policy: Policy) -> TopicPlan:
    """What the topic ``spec`` needs."""
    failure = live.unreadable.get(spec.name)
    if failure is not None:
        return TopicPlan(action=Action.UNREADABLE, desired=spec, failure=failure)
    topic = live.topics.get(spec.name)
    if topic is None:
        return TopicPlan(action=Action.CREATE, desired=spec, refusal=refused_create(spec.name))
    changes = differences(spec, topic, policy)
    return TopicPlan(action=Action.DRIFT if changes else Action.SKIP, desired=spec, live=topic, changes=changes)
