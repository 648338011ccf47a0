"""Desired state against live state: one plan, the same for the same facts."""

from __future__ import annotations

from reconciler.model import (
    Create,
    DesiredState,
    Drift,
    InSync,
    LiveState,
    Plan,
    Policy,
    TopicPlan,
    TopicSpec,
    Unreadable,
)
from reconciler.plan.diff import differences
from reconciler.plan.rules import judged


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
        return Unreadable(desired=spec, failure=failure)
    topic = live.topics.get(spec.name)
    if topic is None:
        return Create(desired=spec)
    changes = tuple(map(judged, differences(spec, topic, policy)))
    return Drift(desired=spec, live=topic, changes=changes) if changes else InSync(desired=spec, live=topic)
