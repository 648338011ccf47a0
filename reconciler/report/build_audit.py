"""The report document of an audit."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date

from reconciler.model import (
    Audit,
    Cause,
    DriftClass,
    Finding,
    FormerAudit,
    FormerFinding,
    Waiver,
)
from reconciler.report import document
from reconciler.report.build_error import build_error


def audited(report: document.Report, audit: Audit) -> document.Report:
    """``report`` with what ``audit`` found, topic by topic and by cause."""
    of_topic: dict[str, list[Finding]] = defaultdict(list)
    for each in audit.findings:
        of_topic[each.topic].append(each)
    total = _numbers(None, audit.findings)
    return replace(
        report,
        summary=replace(
            report.summary,
            drifted=total.drifted,
            waived=total.waived,
            missing=total.missing,
            changed=total.changed,
            unreadable=total.unreadable,
            healed=len({each.key.topic for each in audit.healed}),
        ),
        topics=[_topic(topic, of_topic[topic.name]) for topic in report.topics],
        unmanaged=[replace(topic, drift=[_entry(each) for each in of_topic[topic.name]]) for topic in report.unmanaged],
        audit=document.Audit(
            baseline=_baseline(audit.baseline),
            causes=[_cause(each) for each in audit.causes],
            owners=_owners(audit.findings),
            healed=[_former(each) for each in audit.healed],
            unconfirmed=[_former(each) for each in audit.unconfirmed],
        ),
    )


def with_waivers(report: document.Report, waivers: Sequence[Waiver], today: date) -> document.Report:
    """``report`` of a plan or an apply with the waivers that audits would heed; here they have no effect."""
    counting = [each for each in waivers if each.counts_on(today)]
    if not counting:
        return report
    return replace(
        report,
        topics=[
            replace(topic, changes=[_with_waiver(topic.name, change, counting) for change in topic.changes])
            for topic in report.topics
        ],
    )


def _with_waiver(topic: str, change: document.Change, waivers: Sequence[Waiver]) -> document.Change:
    found = next((each for each in waivers if each.accepts(topic, change.field)), None)
    return replace(change, waiver=build_waiver(found)) if found is not None else change


def build_waiver(waiver: Waiver | None) -> document.Waiver | None:
    """The part of the document about a waiver."""
    if waiver is None:
        return None
    return document.Waiver(
        topic=waiver.topic,
        field=waiver.field,
        reason=waiver.reason,
        owner=waiver.owner,
        expires=waiver.expires,
        origin=document.Place(**waiver.origin._asdict()),
    )


def _topic(topic: document.Topic, found: Sequence[Finding]) -> document.Topic:
    waivers = {each.field: each.waiver for each in found if each.kind is DriftClass.CHANGED}
    return replace(
        topic,
        changes=[replace(change, waiver=build_waiver(waivers.get(change.field))) for change in topic.changes],
        drift=[_entry(each) for each in found],
    )


def _entry(finding: Finding) -> document.DriftEntry:
    return document.DriftEntry(
        class_=finding.kind,
        field=finding.field,
        first_seen_at=finding.first_seen_at,
        cause=finding.cause,
        waiver=build_waiver(finding.waiver),
        former_topic_id=finding.former_topic_id,
    )


def _cause(cause: Cause) -> document.Cause:
    first = cause.findings[0]
    owners = Counter(each.owner for each in cause.findings)
    return document.Cause(
        class_=first.kind,
        kind=cause.kind,
        field=cause.field,
        live=cause.live,
        wanted=list(cause.wanted) if first.kind is DriftClass.CHANGED else [],
        error=build_error(cause.failure),
        waiver=build_waiver(first.waiver),
        first_seen_at=min(each.first_seen_at for each in cause.findings),
        topics=[each.topic for each in cause.findings],
        owners=[
            document.OwnerCount(owner=owner, topics=number) for owner, number in sorted(owners.items(), key=_most_first)
        ],
    )


def _most_first(item: tuple[str | None, int]) -> tuple[int, bool, str]:
    owner, number = item
    return -number, owner is None, owner or ""


def _owners(findings: Sequence[Finding]) -> list[document.OwnerDrift]:
    by_owner: Mapping[str | None, list[Finding]] = defaultdict(list)
    for each in findings:
        by_owner[each.owner].append(each)
    found = [_numbers(owner, some) for owner, some in by_owner.items()]
    return sorted(found, key=lambda each: (-each.drifted, -each.waived, each.owner is None, each.owner or ""))


def _numbers(owner: str | None, findings: Sequence[Finding]) -> document.OwnerDrift:
    drift = [each for each in findings if each.is_drift]
    of_class: dict[DriftClass, set[str]] = defaultdict(set)
    for each in drift:
        of_class[each.kind].add(each.topic)
    unread = of_class[DriftClass.UNREADABLE]
    is_open = {each.topic for each in drift if each.is_open} - unread
    return document.OwnerDrift(
        owner=owner,
        drifted=len(is_open),
        waived=len({each.topic for each in drift} - is_open - unread),
        **{each.value: len(of_class[each]) for each in DriftClass},
    )


def _former(former: FormerFinding) -> document.FormerDrift:
    return document.FormerDrift(
        class_=former.key.kind, topic=former.key.topic, field=former.key.field, first_seen_at=former.first_seen_at
    )


def _baseline(former: FormerAudit | None) -> document.AuditBaseline | None:
    if former is None:
        return None
    return document.AuditBaseline(path=former.path, run_id=former.run_id, made_at=former.made_at)
