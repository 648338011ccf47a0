"""The result of an apply as text."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from click import style

from reconciler.model import RunStatus, TopicStatus, is_trouble
from reconciler.report.document import Report, Topic
from reconciler.report.layout import Detail, TextStyle, count, details, words_of, wrapped


def render_result(report: Report, layout: TextStyle) -> Iterator[str]:
    """The result of an apply, topic by topic."""
    if report.plan is None:
        return
    for topic in report.topics:
        if topic.status != "unchanged" and (layout.detail > Detail.SUMMARY or is_trouble(topic.status)):
            yield from _result(topic, layout)
    yield result_summary(report)


def result_summary(report: Report) -> str:
    """The result of an apply in one line; each topic is counted once, by its status."""
    statuses: Counter[str] = Counter(topic.status for topic in report.topics)
    in_part = sum(topic.status == "refused" and _is_changed(topic) for topic in report.topics)
    numbers = [f"{count(statuses['applied'], 'topic')} applied", f"{statuses['unchanged']} unchanged"]
    for status in ("refused", "stale", "failed", "unknown", "not_attempted", "planned"):
        if statuses[status]:
            special = {"in part: its other changes were applied": in_part} if status == "refused" else {}
            numbers.append(f"{statuses[status]} {status.replace('_', ' ')}{details(special)}")
    again = " Interrupted: run apply again to finish." if _is_unfinished(report, statuses) else ""
    return f"Apply: {', '.join(numbers)}.{again}"


def _is_unfinished(report: Report, statuses: Counter[str]) -> bool:
    return report.run.status is RunStatus.INTERRUPTED and bool(statuses["unknown"] or statuses["not_attempted"])


def _is_changed(topic: Topic) -> bool:
    return any(change.status == "applied" for change in topic.changes)


def _result(topic: Topic, layout: TextStyle) -> Iterator[str]:
    yield f"{topic.name}: {style(topic.status.replace('_', ' '), fg=_colour(topic.status))}{_seen(topic)}"
    if topic.error is not None:
        yield from wrapped(words_of(topic.error, topic.refusal), layout, start=4, indent=6)
        yield from wrapped(topic.error.remedy, layout, start=4, indent=6)
    if any(change.status != topic.status for change in topic.changes):
        for change in topic.changes:
            yield f"    {change.field.removeprefix('config.')}: {change.status.replace('_', ' ')}"


def _colour(status: TopicStatus) -> str | None:
    match status:
        case TopicStatus.APPLIED:
            return "green"
        case TopicStatus.REFUSED | TopicStatus.STALE:
            return "magenta"
        case TopicStatus.FAILED | TopicStatus.UNKNOWN | TopicStatus.NOT_ATTEMPTED:
            return "red"
        case TopicStatus.PLANNED | TopicStatus.UNCHANGED:
            return None


def _seen(topic: Topic) -> str:
    """The result of reading the topic back, where it concerns the topic as a whole."""
    if topic.verification is None or (topic.verification.status == "verified" and topic.status != "applied"):
        return ""
    return f", {topic.verification.status.replace('_', ' ')}"
