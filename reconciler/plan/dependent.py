"""Changes that are possible or safe only together with another change of the topic, which is refused."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from reconciler.model import (
    Drift,
    FieldChange,
    Plan,
    Policy,
    Refusal,
    RefusalKind,
    Refused,
    Risky,
    Safe,
    TopicPlan,
    with_changes,
)
from reconciler.plan.rules import Change, judged


def without_dependent(topic: TopicPlan, policy: Policy) -> TopicPlan:
    """``topic`` with every safe change refused that is risky without those that are refused.

    A retention cut does nothing where ``cleanup.policy`` becomes ``compact``; where it stays ``delete``, records go.
    """
    if not isinstance(topic, Drift):
        return topic
    refused = {change.config_key for change in topic.refused_changes if change.config_key is not None}
    return with_changes(topic, partial(_decided, topic, policy, refused)) if refused else topic


def without_too_few_replicas(plan: Plan) -> Plan:
    """``plan`` without changes to fewer replicas than ``min.insync.replicas``, where lowering that is refused."""
    return replace(plan, topics=tuple(map(with_enough_replicas, plan.topics)))


def with_enough_replicas(topic: TopicPlan) -> TopicPlan:
    """The same of one topic."""
    if not isinstance(topic, Drift):
        return topic
    kept = next((each.before for each in topic.refused_changes if each.config_key == "min.insync.replicas"), None)
    return topic if kept is None else with_changes(topic, partial(_with_at_least, int(kept)))


def _with_at_least(min_in_sync: int, change: FieldChange) -> FieldChange:
    before, after = change.before, change.after
    if change.field != "replication_factor" or not isinstance(before, int) or not isinstance(after, int):
        return change
    if not isinstance(change.decision, Risky) or not after < min(before, min_in_sync):
        return change
    refusal = Refusal(
        kind=RefusalKind.IMPOSSIBLE,
        reason=f"min.insync.replicas stays {min_in_sync}, as the change of it is refused, "
        f"and there would be {after} to confirm a write",
        way_out="lower min.insync.replicas first, or with this change",
    )
    return replace(change, decision=Refused(refusal, change.decision.risk))


def _decided(topic: Drift, policy: Policy, refused: set[str], change: FieldChange) -> FieldChange:
    # With a risk, the change was measured, and hurts nobody whatever the others do.
    if not isinstance(change.decision, Safe) or change.decision.risk is not None:
        return change
    alone = judged(Change(difference=change, desired=topic.desired, live=topic.live, policy=policy), refused).decision
    if not isinstance(alone, Risky):
        return change
    refusal = Refusal(
        kind=RefusalKind.NEEDS_CONSENT,
        reason="safe only together with changes of the topic that are refused",
        way_out="correct the refused changes, or remove them from the manifest, and run plan again",
    )
    return FieldChange(
        field=change.field,
        before=change.before,
        after=change.after,
        origin=change.origin,
        decision=Refused(refusal, alone.risk),
    )
