"""What came of topics and of their changes, in words."""

from __future__ import annotations

from reconciler.report.document import Change, Topic
from reconciler.report.risk_text import verdict_on


def came_of(topic: Topic) -> str:
    """``applied``, ``deleted``, ``found done``, ``not attempted``."""
    if topic.found_done or is_done_by_others(topic):
        return "found done"
    return "deleted" if topic.action == "delete" and topic.status == "applied" else topic.status.replace("_", " ")


def is_done_by_others(topic: Topic) -> bool:
    """Whether all changes of ``topic`` were there before this run made them."""
    changes = topic.changes
    return topic.status == "applied" and bool(changes) and all(change.found_done for change in changes)


def is_found_done(change: Change) -> bool:
    """Whether ``change`` was there before this run made it, and still is."""
    return change.found_done and change.status == "applied"


def has_own_results(topic: Topic) -> bool:
    """Whether something else came of a change than of the topic."""
    return len({change.found_done for change in topic.changes}) > 1 or any(
        change.refusal not in {None, topic.refusal} or change.status != topic.status for change in topic.changes
    )


def result_of(change: Change) -> str:
    """``retention.ms: refused, needs consent (data-loss)``."""
    words = "found done" if is_found_done(change) else change.status.replace("_", " ")
    words = f"{change.field.removeprefix('config.')}: {words}"
    if change.refusal is None:
        return words
    kind = f" ({change.consent.kind})" if change.consent is not None else ""
    verdict = verdict_on(change.refusal.kind)
    return f"{words}{kind}" if words.endswith(f": {verdict}") else f"{words}, {verdict}{kind}"
