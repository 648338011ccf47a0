"""Topics that violate the policy: they are neither created nor changed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from reconciler.errors import Diagnostic
from reconciler.model import (
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


def without_violations(plan: Plan, *, violations: Mapping[str, Sequence[Diagnostic]]) -> Plan:
    """``plan`` with every create and every change refused of topics that violate the policy.

    A delete is not hindered, so that such a topic can be removed.
    """
    refusals = {name: _refusal(broken) for name, broken in violations.items() if broken}
    return replace(plan, topics=tuple(_refused(topic, refusals.get(topic.name)) for topic in plan.topics))


def _refusal(violations: Sequence[Diagnostic]) -> Refusal:
    ways_out = dict.fromkeys(each.hint for each in violations if each.hint is not None)
    return Refusal(
        kind=RefusalKind.POLICY,
        reason="; ".join(each.message for each in violations),
        way_out="; ".join(ways_out),
    )


def _refused(topic: TopicPlan, refusal: Refusal | None) -> TopicPlan:
    if refusal is None:
        return topic
    match topic:
        case Create(refusal=None):
            return replace(topic, refusal=refusal)
        case Drift():
            return with_changes(topic, lambda change: _refused_change(change, refusal))
        case Create() | Delete() | InSync() | Unreadable():
            return topic


def _refused_change(change: FieldChange, refusal: Refusal) -> FieldChange:
    match change.decision:
        case Safe(risk=risk) | Risky(risk=risk):
            return replace(change, decision=Refused(refusal, risk))
        case Refused():
            return change
