"""What differs from the reviewed plan is stale; what is as wanted already was found done; what was refused stays so."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from reconciler.model import (
    Create,
    Delete,
    Drift,
    FieldChange,
    InSync,
    Plan,
    Policy,
    Refusal,
    RefusalKind,
    Refused,
    ReviewedPlan,
    ReviewedTopic,
    Risky,
    Safe,
    TopicPlan,
    Unreadable,
)
from reconciler.plan.review.difference import difference, is_recreated

AGAIN = "run plan again, review it, and apply the new plan"


def as_reviewed(plan: Plan, *, reviewed: ReviewedPlan) -> Plan:
    """``plan`` with everything refused that ``reviewed`` does not show, or shows as refused."""
    topics = (_topic(each, reviewed.topics.get(each.name), plan.policy) for each in plan.topics)
    return replace(plan, topics=tuple(topics))


def stale(reason: str) -> Refusal:
    """The refusal of what is no longer as it was reviewed."""
    return Refusal(kind=RefusalKind.STALE, reason=reason, way_out=AGAIN)


def _topic(topic: TopicPlan, was: ReviewedTopic | None, policy: Policy) -> TopicPlan:
    match topic:
        case Unreadable():
            return topic
        case InSync():
            return replace(topic, found_done=was is not None and was.has_work and not is_recreated(topic, was))
        case Create() | Drift() | Delete():
            reason = difference(topic, was, policy)
            return _refused_before(topic, was) if reason is None else _stale(topic, stale(reason))


def _stale(topic: Create | Drift | Delete, refusal: Refusal) -> TopicPlan:
    """``topic`` with everything refused that apply would make of it."""
    if isinstance(topic, Create):
        return replace(topic, refusal=topic.refusal or refusal)
    if not any(isinstance(change.decision, Safe | Risky) for change in topic.changes):
        return topic
    # Its risk is not measured, because it is not the change that was reviewed.
    changes = [
        replace(each, decision=Refused(refusal)) if isinstance(each.decision, Safe | Risky) else each
        for each in topic.changes
    ]
    return replace(topic, changes=tuple(changes), refusal=refusal)


def _refused_before(topic: Create | Drift | Delete, was: ReviewedTopic | None) -> TopicPlan:
    """``topic`` with what the reviewed plan refuses refused, too, if nothing else is against it."""
    if was is None:
        return topic
    if isinstance(topic, Create):
        return replace(topic, refusal=topic.refusal or (_as_before(was.refusal) if was.refusal else None))
    refused = {field: _as_before(each.refusal) for field, each in was.changes.items() if each.refusal is not None}
    return _refusing(topic, refused)


def _as_before(refusal: Refusal) -> Refusal:
    is_of_others = refusal.kind in {RefusalKind.BROKER, RefusalKind.CLIENT}
    return Refusal(
        kind=RefusalKind.IMPOSSIBLE if is_of_others else refusal.kind,
        reason=f"refused in the reviewed plan: {refusal.reason}",
        way_out=AGAIN,
    )


def _refusing(topic: Drift | Delete, refusals: Mapping[str, Refusal]) -> Drift | Delete:
    return replace(topic, changes=tuple(_refused(each, refusals.get(each.field)) for each in topic.changes))


def _refused(change: FieldChange, refusal: Refusal | None) -> FieldChange:
    match change.decision:
        case Safe(risk=risk) | Risky(risk=risk) if refusal is not None:
            return replace(change, decision=Refused(refusal, risk))
        case _:
            return change
