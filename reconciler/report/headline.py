"""A run in one line, for those who read no further."""

from __future__ import annotations

from collections import Counter

from reconciler.model import Command, RunStatus, TopicStatus
from reconciler.report.came_of import is_done_by_others
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

_OF_OTHERS = "not from this branch"


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
    """Each change is counted once; routine ones by whether they are from this branch."""
    numbers = Counter((entry.need, entry.is_of_others) for entry in entries(report))
    if not numbers:
        return f"in sync, {count(len(report.topics), 'topic')}"
    person, consented = ((numbers[need, False], numbers[need, True]) for need in (Need.PERSON, Need.CONSENTED))
    told = [
        (sum(person), "needs a person", "need a person", person[1]),
        (sum(consented), "is risky with consent", "are risky with consent", consented[1]),
        (numbers[Need.NOBODY, False], "is routine", "are routine", 0),
        (numbers[Need.NOBODY, True], f"is {_OF_OTHERS}", f"are {_OF_OTHERS}", 0),
    ]
    parts = [
        (number, f"{one if number == 1 else many}{f' ({others:,} {_OF_OTHERS})' if others else ''}")
        for number, one, many, others in told
        if number
    ]
    (first, words), *more = parts
    return ", ".join([f"{count(first, 'change')} {words}", *(f"{number:,} {words}" for number, words in more)])


def _carried_out(report: Report) -> str:
    statuses = Counter(topic.status for topic in report.topics)
    done_by_others = sum(map(is_done_by_others, report.topics))
    parts = [f"{count(statuses[TopicStatus.APPLIED] - done_by_others, 'topic')} applied"]
    if found_done := done_by_others + report.summary.found_done:
        parts.append(f"{found_done:,} found done")
    for status, one, *many in _ENDED:
        if number := statuses[status]:
            parts.append(f"{number:,} {one if number == 1 or not many else many[0]}")
    return ", ".join(parts)
