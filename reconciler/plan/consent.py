"""Consent to risky changes: without it a change is refused, and the topic's other changes are made."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from fnmatch import fnmatchcase

from reconciler.model import (
    Consent,
    FieldChange,
    Permission,
    Plan,
    Policy,
    Refusal,
    RefusalKind,
    Refused,
    Risky,
    TopicPlan,
    with_changes,
)


def with_consent(plan: Plan, *, policy: Policy, permission: Permission, today: date) -> Plan:  # noqa: ARG001
    """``plan`` with consent on every risky change that has it, and every other one refused."""
    return replace(plan, topics=tuple(_decided(topic, permission) for topic in plan.topics))


def _decided(topic: TopicPlan, permission: Permission) -> TopicPlan:
    consents = [
        *topic.desired.allow,
        *(each.consent for each in permission.consents if fnmatchcase(topic.name, each.glob)),
    ]
    return with_changes(topic, lambda change: _with_consent(change, consents))


def _with_consent(change: FieldChange, consents: Iterable[Consent]) -> FieldChange:
    if not isinstance(change.decision, Risky) or change.decision.consent is not None:
        return change
    risk = change.decision.risk
    given = next((consent for consent in consents if consent.kind is risk.kind), None)
    if given is not None:
        return replace(change, decision=Risky(risk, given))
    refusal = Refusal(
        kind=RefusalKind.NEEDS_CONSENT,
        reason=risk.reason,
        way_out=f"to consent, write allow: [{risk.kind}] at the topic, or pass --allow {risk.kind}",
    )
    return replace(change, decision=Refused(refusal, risk))
