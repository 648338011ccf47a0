"""A plan as outcomes: what came of every topic when nothing was attempted on purpose."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from reconciler.model import (
    Create,
    Decision,
    Delete,
    Drift,
    InSync,
    Outcome,
    Plan,
    Refusal,
    RefusalKind,
    Refused,
    TopicPlan,
    TopicStatus,
    Unreadable,
    is_made,
)


def outlook(plan: Plan) -> Mapping[str, Outcome]:
    """The outcome of planning: ``planned``, ``unchanged``, ``refused``, ``stale``, or where unreadable ``unknown``."""
    return {topic.name: _outcome(topic) for topic in plan.topics}


def _outcome(topic: TopicPlan) -> Outcome:
    match topic:
        case Create(refusal=None):
            return Outcome(name=topic.name, status=TopicStatus.PLANNED)
        case Create(refusal=refusal):
            return Outcome(name=topic.name, status=status_of_refusal(refusal), refusal=refusal)
        case Drift(changes=changes, refusal=refusal) | Delete(changes=changes, refusal=refusal):
            statuses = {change.field: _change_status(change.decision) for change in changes}
            status = _status(statuses.values(), refusal)
            return Outcome(name=topic.name, status=status, changes=statuses, refusal=refusal)
        case InSync():
            return Outcome(name=topic.name, status=TopicStatus.UNCHANGED)
        case Unreadable(failure=failure):
            return Outcome(name=topic.name, status=TopicStatus.UNKNOWN, failure=failure)


def _status(changes: Collection[TopicStatus], refusal: Refusal | None) -> TopicStatus:
    """The status of a topic with such ``changes``, of which some may be stale and others refused on their own."""
    worst = next((each for each in (TopicStatus.STALE, TopicStatus.REFUSED) if each in changes), TopicStatus.PLANNED)
    return TopicStatus.REFUSED if refusal is not None and worst is TopicStatus.PLANNED else worst


def _change_status(decision: Decision) -> TopicStatus:
    match decision:
        case Refused(refusal=refusal):
            return status_of_refusal(refusal)
        case _:
            return TopicStatus.PLANNED if is_made(decision) else TopicStatus.REFUSED


def status_of_refusal(refusal: Refusal | None) -> TopicStatus:
    """``stale`` for what is no longer as it was reviewed, else ``refused``."""
    is_stale = refusal is not None and refusal.kind is RefusalKind.STALE
    return TopicStatus.STALE if is_stale else TopicStatus.REFUSED
