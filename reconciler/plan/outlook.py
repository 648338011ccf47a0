"""A plan as outcomes: what came of every topic when nothing was attempted on purpose."""

from __future__ import annotations

from collections.abc import Mapping

from reconciler.model import (
    Create,
    Decision,
    Delete,
    Drift,
    InSync,
    Outcome,
    Plan,
    TopicPlan,
    TopicStatus,
    Unreadable,
    is_made,
)


def outlook(plan: Plan) -> Mapping[str, Outcome]:
    """The outcome of only planning: ``planned``, ``unchanged``, ``refused`` or, where unreadable, ``unknown``."""
    return {topic.name: _outcome(topic) for topic in plan.topics}


def _outcome(topic: TopicPlan) -> Outcome:
    match topic:
        case Create(refusal=None):
            return Outcome(name=topic.name, status=TopicStatus.PLANNED)
        case Create(refusal=refusal):
            return Outcome(name=topic.name, status=TopicStatus.REFUSED, refusal=refusal)
        case Drift(changes=changes, refusal=refusal) | Delete(changes=changes, refusal=refusal):
            statuses = {change.field: _change_status(change.decision) for change in changes}
            status = TopicStatus.REFUSED if topic.refused_changes or refusal else TopicStatus.PLANNED
            return Outcome(name=topic.name, status=status, changes=statuses, refusal=refusal)
        case InSync():
            return Outcome(name=topic.name, status=TopicStatus.UNCHANGED)
        case Unreadable(failure=failure):
            return Outcome(name=topic.name, status=TopicStatus.UNKNOWN, failure=failure)


def _change_status(decision: Decision) -> TopicStatus:
    return TopicStatus.PLANNED if is_made(decision) else TopicStatus.REFUSED
