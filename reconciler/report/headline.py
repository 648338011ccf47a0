"""A run in one line, for those who read no further."""

from __future__ import annotations

from collections import Counter

from reconciler.model import Command, RunStatus, TopicStatus
from reconciler.report.document import Report
from reconciler.report.drift.words import numbers
from reconciler.report.entries import Need, entries
from reconciler.report.layout import count

_ENDED = (
    (TopicStatus.FAILED, "failed"),
    (TopicStatus.UNKNOWN, "is unknown", "are unknown"),
    (TopicStatus.NOT_ATTEMPTED, "was not attempted", "were not attempted"),
    (TopicStatus.REFUSED, "was refused", "were refused"),
    (TopicStatus.STALE, "was changed by somebody else", "were changed by somebody else"),
)


def headline(report: Report) -> str:
    """``prod: 3 changes need a person, 41 are routine``, without a full stop."""
    subject = report.environment or (report.cluster.bootstrap_servers if report.cluster else "reconciler")
    return f"{subject}: {_said(report)}"


def _said(report: Report) -> str:
    if report.run.status is RunStatus.INTERRUPTED:
        return f"{report.command} was interrupted"
    if report.command is Command.VALIDATE:
        return "the manifest is valid" if report.run.status is RunStatus.OK else "the manifest has errors"
    if report.plan is None or (report.command is Command.DRIFT and report.audit is None):
        return f"{report.command} failed"
    if report.audit is not None:
        return numbers(report)
    return _planned(report) if report.command is Command.PLAN else _carried_out(report)


def _planned(report: Report) -> str:
    needs = Counter(entry.need for entry in entries(report))
    person, consented, nobody = needs[Need.PERSON], needs[Need.CONSENTED], needs[Need.NOBODY]
    if not person + consented + nobody:
        return f"in sync, {count(len(report.topics), 'topic')}"
    parts = [
        (person, "needs a person", "need a person"),
        (consented, "is risky with consent", "are risky with consent"),
    ]
    told = [
        (number, one if number == 1 else many) for number, one, many in (*parts, (nobody, "is routine", "are routine"))
    ]
    (first, verb), *more = [(number, verb) for number, verb in told if number]
    return ", ".join([f"{count(first, 'change')} {verb}", *(f"{number:,} {verb}" for number, verb in more)])


def _carried_out(report: Report) -> str:
    statuses = Counter(topic.status for topic in report.topics)
    parts = [f"{count(statuses[TopicStatus.APPLIED], 'topic')} applied"]
    for status, one, *many in _ENDED:
        if number := statuses[status]:
            parts.append(f"{number:,} {one if number == 1 or not many else many[0]}")
    return ", ".join(parts)
