"""The result of an apply as text."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from click import style

from reconciler.model import RunStatus, TopicStatus, is_trouble
from reconciler.report.came_of import came_of, is_done_by_others
from reconciler.report.document import Report, Topic
from reconciler.report.layout import Detail, TextStyle, count, details, wrapped
from reconciler.report.reassigned import STILL_MOVING, is_still_moving
from reconciler.report.result_lines import result_lines
from reconciler.report.summary import by_obstacle
from reconciler.report.undo_text import patch_lines


def render_result(report: Report, layout: TextStyle) -> Iterator[str]:
    """The result of an apply, topic by topic."""
    if report.plan is None:
        return
    for topic in report.topics:
        is_worth_a_line = topic.status != "unchanged" or topic.found_done or topic.reassignment is not None
        if is_worth_a_line and (layout.detail > Detail.SUMMARY or is_trouble(topic.status)):
            yield from _result(topic, layout)
    yield result_summary(report)
    yield from patch_lines(report, layout)


def result_summary(report: Report) -> str:
    """The result of an apply in one line; each topic is counted once, by its status."""
    statuses: Counter[str] = Counter(topic.status for topic in report.topics)
    deleted = sum(topic.status == "applied" and topic.action == "delete" for topic in report.topics)
    others = sum(map(is_done_by_others, report.topics))
    numbers = [f"{count(statuses['applied'], 'topic')} applied{details({'deleted': deleted, 'found done': others})}"]
    numbers += [f"{statuses['unchanged']:,} unchanged{details({'found done': report.summary.found_done})}"]
    special = {
        "refused": _special(report.topics),
        "stale": _recreated(report.topics),
        "unknown": _moving(report.topics),
    }
    for status in ("refused", "stale", "failed", "unknown", "not_attempted", "planned"):
        if statuses[status]:
            numbers.append(f"{statuses[status]:,} {status.replace('_', ' ')}{details(special.get(status, {}))}")
    again = " Interrupted: run apply again to finish." if _is_unfinished(report, statuses) else ""
    return f"Apply: {', '.join(numbers)}.{again}"


def _special(topics: Sequence[Topic]) -> dict[str, int]:
    refused = [topic for topic in topics if topic.status == "refused"]
    in_part = sum(map(_is_changed, refused))
    return {"in part: other changes were applied": in_part} | by_obstacle(refused)


def _recreated(topics: Sequence[Topic]) -> dict[str, int]:
    return {"recreated": sum(topic.status == "stale" and topic.recreated is not None for topic in topics)}


def _moving(topics: Sequence[Topic]) -> dict[str, int]:
    return {f"with {STILL_MOVING}": sum(topic.status == "unknown" and is_still_moving(topic) for topic in topics)}


def _is_unfinished(report: Report, statuses: Counter[str]) -> bool:
    return report.run.status is RunStatus.INTERRUPTED and bool(statuses["unknown"] or statuses["not_attempted"])


def _is_changed(topic: Topic) -> bool:
    return any(change.status == "applied" for change in topic.changes)


def _result(topic: Topic, layout: TextStyle) -> Iterator[str]:
    yield f"{topic.name}: {style(came_of(topic), fg=_colour(topic.status))}{_seen(topic)}"
    for line in result_lines(topic):
        yield from wrapped(line, layout, start=4, indent=6)


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
    if topic.status is TopicStatus.UNKNOWN and is_still_moving(topic):
        return f", {STILL_MOVING}"
    if topic.verification is None or (topic.verification.status == "verified" and topic.status != "applied"):
        return ""
    return f", {topic.verification.status.replace('_', ' ')}"
