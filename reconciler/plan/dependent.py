"""Changes that are safe only together with another change of the topic, which the broker refuses."""

from __future__ import annotations

from functools import partial

from reconciler.model import (
    Drift,
    FieldChange,
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
