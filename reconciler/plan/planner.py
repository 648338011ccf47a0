"""Desired state against live state: one plan, the same for the same facts."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from reconciler.model import (
    INTERNAL_TOPICS,
    Create,
    Delete,
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
from reconciler.plan.rules import Change, judged


def plan(desired: DesiredState, live: LiveState) -> Plan:
    """What every topic of ``desired`` needs, and which topics in its scope it does not list, each sorted by name."""
    policy = replace(desired.policy, service=desired.cluster)
    topics = tuple(sorted((topic_plan(spec, live, policy) for spec in desired.topics), key=lambda topic: topic.name))
    return Plan(
        topics=topics,
        unmanaged=tuple(live.topics[name] for name in unmanaged_by(desired, live.topics)),
        unlisted={name: live.unreadable[name] for name in unmanaged_by(desired, live.unreadable)},
        policy=policy,
        cluster_id=live.cluster_id,
    )


def topic_plan(spec: TopicSpec, live: LiveState, policy: Policy) -> TopicPlan:
    """What the topic ``spec`` needs."""
    failure = live.unreadable.get(spec.name)
    if failure is not None:
        return Unreadable(desired=spec, failure=failure)
    topic = live.topics.get(spec.name)
    if topic is None:
        return InSync(desired=spec, live=None) if spec.is_absent else Create(desired=spec)
    changes = tuple(
        judged(Change(difference=each, desired=spec, live=topic, policy=policy))
        for each in differences(spec, topic, policy)
    )
    if spec.is_absent:
        return Delete(desired=spec, live=topic, changes=changes)
    return Drift(desired=spec, live=topic, changes=changes) if changes else InSync(desired=spec, live=topic)


def unmanaged_by(desired: DesiredState, names: Iterable[str]) -> list[str]:
    """Those of ``names`` that are in the scope, and not in the manifest; never internal or protected topics."""
    listed = {spec.name for spec in desired.all_topics}
    return [
        name
        for name in sorted(names)
        if name not in listed
        and desired.scope.has(name)
        and name not in INTERNAL_TOPICS
        and not desired.policy.protects(name)
    ]
