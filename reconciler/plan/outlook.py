"""A plan as outcomes: what came of every topic when nothing was attempted on purpose."""

from __future__ import annotations

from collections.abc import Mapping

from reconciler.model import Action, Decision, Outcome, Plan, Refused, Safe, TopicPlan, TopicStatus


def outlook(plan: Plan) -> Mapping[str, Outcome]:
    """The outcome of only planning: ``planned``, ``unchanged``, ``refused`` or, where unreadable, ``unknown``."""
    return {topic.name: _outcome(topic) for topic in plan.topics}


def _outcome(topic: TopicPlan) -> Outcome:
    changes = {change.field: _change_status(change.decision) for change in topic.changes}
    return Outcome(
        name=topic.name, status=_status(topic), changes=changes, failure=topic.failure, refusal=topic.refusal
    )


def _change_status(decision: Decision) -> TopicStatus:
    match decision:
        case Safe():
            return TopicStatus.PLANNED
        case Refused():
            return TopicStatus.REFUSED


def _status(topic: TopicPlan) -> TopicStatus:
    match topic.action:
        case Action.SKIP:
            return TopicStatus.UNCHANGED
        case Action.UNREADABLE:
            return TopicStatus.UNKNOWN
        case Action.CREATE | Action.DRIFT:
            return TopicStatus.REFUSED if topic.refused_changes or topic.refusal else TopicStatus.PLANNED
