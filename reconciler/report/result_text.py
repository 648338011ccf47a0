"""The result of an apply as text."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from click import style

from reconciler.model import RunStatus, TopicStatus, is_trouble
from reconciler.report.document import Change, Report, Topic
from reconciler.report.layout import Detail, TextStyle, count, details, words_of, wrapped
from reconciler.report.risk_text import verdict_on
from reconciler.report.standing import changes_by_attention
from reconciler.report.summary import by_obstacle


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
    deleted = sum(topic.status == "applied" and topic.action == "delete" for topic in report.topics)
    numbers = [f"{count(statuses['applied'], 'topic')} applied{details({'deleted': deleted})}"]
    numbers += [f"{statuses['unchanged']:,} unchanged"]
    for status in ("refused", "stale", "failed", "unknown", "not_attempted", "planned"):
        if statuses[status]:
            special = _special(report.topics) if status == "refused" else {}
            numbers.append(f"{statuses[status]:,} {status.replace('_', ' ')}{details(special)}")
    again = " Interrupted: run apply again to finish." if _is_unfinished(report, statuses) else ""
    return f"Apply: {', '.join(numbers)}.{again}"


def _special(topics: Sequence[Topic]) -> dict[str, int]:
    refused = [topic for topic in topics if topic.status == "refused"]
    in_part = sum(map(_is_changed, refused))
    return {"in part: other changes were applied": in_part} | by_obstacle(refused)


def _is_unfinished(report: Report, statuses: Counter[str]) -> bool:
    return report.run.status is RunStatus.INTERRUPTED and bool(statuses["unknown"] or statuses["not_attempted"])


def _is_changed(topic: Topic) -> bool:
    return any(change.status == "applied" for change in topic.changes)


def _result(topic: Topic, layout: TextStyle) -> Iterator[str]:
    words = "deleted" if topic.action == "delete" and topic.status == "applied" else topic.status.replace("_", " ")
    yield f"{topic.name}: {style(words, fg=_colour(topic.status))}{_seen(topic)}"
    if topic.error is not None:
        yield from wrapped(words_of(topic.error, topic.refusal), layout, start=4, indent=6)
        yield from wrapped(topic.error.remedy, layout, start=4, indent=6)
    if any(change.refusal is not None or change.status != topic.status for change in topic.changes):
        for change in changes_by_attention(topic):
            yield from wrapped(_result_of(change), layout, start=4, indent=6)


def _result_of(change: Change) -> str:
    words = f"{change.field.removeprefix('config.')}: {change.status.replace('_', ' ')}"
    if change.refusal is None:
        return words
    kind = f" ({change.consent.kind})" if change.consent is not None else ""
    return f"{words}, {verdict_on(change.refusal.kind)}{kind}"


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
