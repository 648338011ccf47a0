"""Consent that a reviewed plan shows: it counts while nothing that was measured is larger now, or elsewhere."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import replace
from datetime import date
from functools import partial

from reconciler.model import (
    Consent,
    FieldChange,
    Impact,
    Plan,
    Refusal,
    RefusalKind,
    Refused,
    ReviewedChange,
    ReviewedPlan,
    Risk,
    Risky,
    TopicPlan,
    with_changes,
)
from reconciler.plan.capacity import decided_in_order
from reconciler.plan.consent import protected, shortfall
from reconciler.plan.loss import counted, described
from reconciler.plan.review.stale import AGAIN, stale
from reconciler.printable import quoted

_NUMBERS = ("records", "bytes", "partitions")
_NUMBERS_OF_MOVES = ("partitions",)
"""A topic in use grows: how many bytes are copied matters only where they would fill a disk."""


def with_reviewed_consent(plan: Plan, *, reviewed: ReviewedPlan, today: date) -> Plan:
    """``plan`` with the consent of ``reviewed`` on every risky change, and those refused that it does not cover.

    No other consent counts, neither of the manifest nor of an option: what they permit, the reviewed plan shows.
    """
    named = partial(_named, reviewed.file, frozenset(map(str, plan.policy.warn_only.values())))
    decided = decided_in_order(plan.topics, lambda topic: _decided(topic, reviewed, named, today))
    return replace(plan, topics=tuple(decided))


def _decided(topic: TopicPlan, reviewed: ReviewedPlan, named: Callable[[Consent], Consent], today: date) -> TopicPlan:
    was = reviewed.topics.get(topic.name)
    changes = was.changes if was is not None else {}

    def decide(change: FieldChange) -> FieldChange:
        match change.decision:
            case Risky(risk=risk, consent=None):
                found = _consent(topic, risk, changes.get(change.field), today)
                refused_or_made = Refused(found, risk) if isinstance(found, Refusal) else Risky(risk, named(found))
                return replace(change, decision=refused_or_made)
            case _:
                return change

    return with_changes(topic, decide)


def _consent(topic: TopicPlan, risk: Risk, was: ReviewedChange | None, today: date) -> Consent | Refusal:
    """The consent that covers ``risk``, or why none does."""
    if topic.desired.is_protected:
        return protected(topic)
    if was is None or was.risk is None:
        return stale(f"the change is risky now, and was safe in the reviewed plan: {described(risk)}")
    consent = was.consent
    if consent is None or was.risk.kind is not risk.kind or not risk.is_covered_by(consent.kind):
        return _without(f"the reviewed plan shows no consent to {risk.kind}: {described(risk)}")
    lacking = shortfall(consent, risk, today)
    if lacking is not None:
        return _without(lacking.reason)
    elsewhere = list(_elsewhere(was.risk.impact, risk.impact))
    if elsewhere:
        return _without(f"replicas would go to other brokers than reviewed: {'; '.join(elsewhere)}")
    larger = list(_larger(was.risk.impact, risk.impact))
    return _without(f"the impact is larger than reviewed: {'; '.join(larger)}") if larger else consent


def _without(reason: str) -> Refusal:
    return Refusal(kind=RefusalKind.NEEDS_CONSENT, reason=reason, way_out=AGAIN)


def _named(file: str, by_policy: Collection[str], consent: Consent) -> Consent:
    """``consent`` with the plan that shows it beside the place it was given at, unless ``policy.risks`` gives it."""
    if consent.given_by in by_policy:
        return consent
    return replace(consent, given_by=f"{consent.given_by}, reviewed in {file}")


def _larger(before: Impact | None, now: Impact | None) -> Iterator[str]:
    """What is larger ``now``, or not known any more; what was not known was consented to as it may be."""
    if before is None:
        return
    for number in _NUMBERS_OF_MOVES if before.moves else _NUMBERS:
        then = getattr(before, number)
        if then is not None:
            yield from _grown(number.removesuffix("s"), then, getattr(now, number) if now is not None else None)
    yield from _readers(before, now)


def _elsewhere(before: Impact | None, now: Impact | None) -> Iterator[str]:
    """The first partition whose replicas would be on other brokers ``now`` than reviewed ``before``."""
    then = {move.partition: move.after for move in before.moves} if before is not None else {}
    for move in now.moves if now is not None else ():
        if then.get(move.partition) != move.after:
            reviewed = _listed(then[move.partition]) if move.partition in then else "not to be moved"
            yield f"partition {move.partition}: {_listed(move.after)}, reviewed {reviewed}"
            return


def _listed(brokers: Sequence[int]) -> str:
    return ", ".join(map(str, brokers))


def _grown(noun: str, then: int, now: int | None, whose: str = "") -> Iterator[str]:
    if now is None:
        yield f"{whose}an unknown number of {noun}s, reviewed {then:,}"
    elif now > then:
        yield f"{whose}{counted(now, noun)}, reviewed {then:,}"


def _readers(before: Impact, now: Impact | None) -> Iterator[str]:
    """What groups lose more than reviewed; a group that is new and may lose something counts, too."""
    if before.readers is None:
        return
    if now is None or now.readers is None:
        yield "the groups that read the topic are not known now"
        return
    then = {each.group: each for each in before.readers}
    for reader in now.readers:
        known = then.get(reader.group)
        group = f"group {quoted(reader.group)}"
        if known is None:
            if reader.unread_records_lost != 0:
                yield f"{group} reads the topic now, and did not in the reviewed plan"
        elif known.unread_records_lost is not None:
            lost = known.unread_records_lost, reader.unread_records_lost
            yield from _grown("unread record", *lost, f"{group} loses ")
