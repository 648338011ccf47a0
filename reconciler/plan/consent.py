"""Consent to risky changes: without it a change is refused, and the topic's other changes are made."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from fnmatch import fnmatchcase
from functools import partial

from reconciler.errors import Location
from reconciler.model import (
    Consent,
    Decision,
    Delete,
    FieldChange,
    Permission,
    Plan,
    Refusal,
    RefusalKind,
    Refused,
    Risk,
    RiskKind,
    Risky,
    TopicPlan,
    with_changes,
)
from reconciler.plan.capacity import decided_in_order
from reconciler.plan.loss import counted, described


def with_consent(plan: Plan, *, permission: Permission, today: date) -> Plan:
    """``plan`` with consent on every risky change that has it, and every other one refused.

    A protected topic has none. A kind that ``policy.risks`` lowers to a warning has it everywhere else.
    """
    warned = plan.policy.warn_only
    decided = decided_in_order(plan.topics, lambda topic: _decided(topic, permission, warned, today))
    return replace(plan, topics=tuple(decided))


def _decided(topic: TopicPlan, permission: Permission, warned: Mapping[RiskKind, Location], today: date) -> TopicPlan:
    consents = (
        *topic.desired.allow,
        *(each.consent for each in permission.consents if fnmatchcase(topic.name, each.glob)),
        *(Consent(kind=kind, given_by=str(place)) for kind, place in warned.items()),
    )
    return with_changes(topic, partial(_with_consent, topic, consents, today))


def _with_consent(topic: TopicPlan, consents: Sequence[Consent], today: date, change: FieldChange) -> FieldChange:
    if not isinstance(change.decision, Risky) or change.decision.consent is not None:
        return change
    return replace(change, decision=_decision(topic, change.decision.risk, consents, today))


def _decision(topic: TopicPlan, risk: Risk, consents: Sequence[Consent], today: date) -> Decision:
    if topic.desired.is_protected:
        return Refused(protected(topic), risk)
    shortfalls = []
    for consent in consents:
        if risk.is_covered_by(consent.kind):
            lacking = shortfall(consent, risk, today)
            if lacking is None:
                return Risky(risk, consent)
            shortfalls.append(lacking)
    nearest = min(shortfalls, key=lambda each: each.distance, default=None)
    return Refused(_without(nearest, topic, risk), risk)


@dataclass(frozen=True, slots=True, kw_only=True)
class Shortfall:
    """Why a consent does not cover a change, how far it is from that, and what would make it cover it."""

    distance: tuple[int, int]
    reason: str
    way_out: str


def shortfall(consent: Consent, risk: Risk, today: date) -> Shortfall | None:
    """Why ``consent`` does not cover ``risk``; ``None`` where it does."""
    place, records = consent.given_by, risk.impact.records if risk.impact is not None else None
    if consent.until is not None and today > consent.until:
        return Shortfall(
            distance=(2, (today - consent.until).days),
            reason=f"the consent at {place} expired on {consent.until}",
            way_out=f"write a later until at {place}",
        )
    if consent.up_to is None or (records is not None and records <= consent.up_to):
        return None
    ceiling = f"the consent at {place} covers up to {counted(consent.up_to, 'record')}"
    if records is None:
        return Shortfall(
            distance=(1, 0),
            reason=f"{ceiling}, but the number of records is not known: {_why_not_known(risk)}",
            way_out=f"remove up_to at {place}",
        )
    return Shortfall(
        distance=(0, records - consent.up_to),
        reason=f"{ceiling}, but up to {records:,} were measured",
        way_out=f"write up_to: {records} at {place}",
    )


def _why_not_known(risk: Risk) -> str:
    unknown = risk.impact.unknown if risk.impact is not None else ()
    return next((each.why for each in unknown if each.what == "records"), "this change is not counted in records")


def _without(nearest: Shortfall | None, topic: TopicPlan, risk: Risk) -> Refusal:
    by_option = f"pass --allow {risk.kind}={topic.name}"
    if nearest is not None:
        reason, way_out = nearest.reason, f"{nearest.way_out}, or {by_option}"
    else:
        also = "".join(f"; consent to {kind} counts, too" for kind in sorted(risk.also))
        reason, way_out = described(risk), f"to consent, {_in_the_manifest(topic, risk.kind, by_option)}{also}"
    return Refusal(kind=RefusalKind.NEEDS_CONSENT, reason=reason, way_out=way_out)


def _in_the_manifest(topic: TopicPlan, kind: RiskKind, by_option: str) -> str:
    if isinstance(topic, Delete) and topic.is_unmanaged:
        return f"{by_option}; to keep the topic, add it to the manifest"
    if not topic.desired.is_listed:
        return by_option
    if topic.desired.allow:
        place = topic.desired.origin_of("allow") or topic.desired.allow[0].given_by
        return f"add {kind} to allow at {place}, or {by_option}"
    origin = topic.desired.origin
    return f"write allow: [{kind}] at {origin.file}:{origin.line}, or {by_option}"


def protected(topic: TopicPlan) -> Refusal:
    """The refusal of every risky change of a protected topic."""
    place = topic.desired.origin_of("protected") or topic.desired.origin
    return Refusal(
        kind=RefusalKind.PROTECTED,
        reason=f"the topic is protected ({place}), so no consent counts",
        way_out=f"to make the change, remove protected: true at {place} first",
    )
