"""A plan as an audit: its differences with their age, their cause, and the waivers that accept them."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from fnmatch import fnmatchcase

from reconciler.model import Audit, CauseKind, DriftClass, Finding, FormerFinding, Plan, Scope, Waiver
from reconciler.plan.audit.causes import causes
from reconciler.plan.audit.facts import Facts
from reconciler.plan.audit.findings import findings

__all__ = ["Facts", "audited"]

_HEALS = frozenset({DriftClass.MISSING, DriftClass.CHANGED, DriftClass.UNMANAGED})
"""What was unreadable was not known to differ, and what was recreated stays another topic."""


def audited(plan: Plan, facts: Facts) -> Audit:
    """What differs in ``plan``."""
    found = sorted((_known(each, facts) for each in findings(plan, facts)), key=_place)
    unread = {each.topic for each in found if each.kind is DriftClass.UNREADABLE}
    healed: list[FormerFinding] = []
    unconfirmed: list[FormerFinding] = []
    for each in _gone(found, facts):
        if _was_not_seen(each, unread, facts.desired.scope):
            unconfirmed.append(each)
        elif each.key.kind in _HEALS:
            healed.append(each)
    return Audit(
        findings=found,
        causes=causes(found),
        baseline=facts.former,
        healed=healed,
        unconfirmed=unconfirmed,
    )


def _known(finding: Finding, facts: Facts) -> Finding:
    """``finding`` with its age, if an earlier report has it, and with its waiver."""
    former = facts.former.findings.get(finding.key) if facts.former is not None else None
    return replace(
        finding,
        first_seen_at=former.first_seen_at if former is not None else finding.first_seen_at,
        waiver=next(_waivers(finding, facts), None),
    )


def _waivers(finding: Finding, facts: Facts) -> Iterator[Waiver]:
    if finding.kind is DriftClass.UNREADABLE or finding.cause is CauseKind.REASSIGNMENT:
        return
    today = facts.now.date()
    for waiver in facts.desired.waivers:
        if waiver.counts_on(today) and waiver.accepts(finding.topic, finding.field or finding.kind):
            yield waiver


def _gone(found: Sequence[Finding], facts: Facts) -> Sequence[FormerFinding]:
    """What the earlier report found, and this audit does not."""
    if facts.former is None:
        return []
    keys = {each.key for each in found}
    return sorted(
        (each for each in facts.former.findings.values() if each.key not in keys),
        key=lambda each: (each.key.topic, each.key.kind, each.key.field or ""),
    )


def _was_not_seen(former: FormerFinding, unread: Collection[str], scope: Scope) -> bool:
    """Whether this audit did not look, or could not."""
    topic = former.key.topic
    is_left_out = bool(scope.only) and not any(fnmatchcase(topic, glob) for glob in scope.only)
    return former.key.kind is not DriftClass.UNREADABLE and (topic in unread or is_left_out)


def _place(finding: Finding) -> tuple[str, str, str]:
    return finding.topic, finding.kind, finding.field or ""
