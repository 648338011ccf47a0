"""What an earlier report knew of drift: what had drifted since when, and which values topics had of their own."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from reconciler.errors import ReportNotRead
from reconciler.model import STATE, Action, DriftClass, FindingKey, FormerAudit, FormerFinding, TopicStatus
from reconciler.printable import unmistakable
from reconciler.report.base import former_run
from reconciler.report.document import DriftEntry, Report, Topic


def former_audit(report: Report, path: str) -> FormerAudit:
    """What ``report``, which is the file ``path``, tells; of a plan or an apply what was not applied.

    Raises ReportNotRead for one without a plan: its run ended before it had compared anything.
    """
    if report.plan is None:
        raise ReportNotRead.because(
            "report-without-plan",
            f"{unmistakable(path)}: the report cannot be a baseline: its run ({report.command}, {report.run.status}) "
            "compared nothing",
            hint="use the report of the last run that could read the cluster",
        )
    found = _of_audit(report) if report.audit is not None else _of_plan(report)
    left = former_run(report, path).topics
    return FormerAudit(
        path=path,
        run_id=report.run.id,
        made_at=report.run.started_at,
        findings={each.key: each for each in found},
        overrides={name: frozenset(each.live.overrides) for name, each in left.items() if each.live is not None},
    )


def _of_audit(report: Report) -> Iterator[FormerFinding]:
    for topic in report.topics:
        yield from (_finding(topic.name, each) for each in topic.drift)
    for unmanaged in report.unmanaged:
        yield from (_finding(unmanaged.name, each) for each in unmanaged.drift)
    for each in report.audit.unconfirmed if report.audit is not None else ():
        yield FormerFinding(key=FindingKey(each.class_, each.topic, each.field), first_seen_at=each.first_seen_at)


def _finding(topic: str, entry: DriftEntry) -> FormerFinding:
    return FormerFinding(
        key=FindingKey(entry.class_, topic, entry.field), first_seen_at=entry.first_seen_at, cause=entry.cause
    )


def _of_plan(report: Report) -> Iterator[FormerFinding]:
    """What a plan or an apply found and did not change."""
    seen_at = report.run.started_at
    for topic in report.topics:
        yield from _left_by(topic, seen_at)
    for unmanaged in report.unmanaged:
        yield _at(seen_at, DriftClass.UNMANAGED, unmanaged.name)


def _left_by(topic: Topic, seen_at: datetime) -> Iterator[FormerFinding]:
    if topic.action is Action.CREATE and topic.status is not TopicStatus.APPLIED:
        yield _at(seen_at, DriftClass.MISSING, topic.name)
    for change in topic.changes:
        if change.status is TopicStatus.APPLIED:
            continue
        if change.field == STATE and topic.origin is None:  # to be pruned
            yield _at(seen_at, DriftClass.UNMANAGED, topic.name)
        else:
            yield _at(seen_at, DriftClass.CHANGED, topic.name, change.field)


def _at(seen_at: datetime, kind: DriftClass, topic: str, field: str | None = None) -> FormerFinding:
    return FormerFinding(key=FindingKey(kind, topic, field), first_seen_at=seen_at)
