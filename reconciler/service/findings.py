"""What still differs between manifest and cluster after a run: topic by topic, with what apply did taken off."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import partial

from reconciler.model import (
    Create,
    Delete,
    Drift,
    FieldChange,
    InSync,
    LiveTopic,
    Outcome,
    Plan,
    Record,
    Refusal,
    Refused,
    Risky,
    Safe,
    TopicPlan,
    TopicStatus,
    Unreadable,
)


class FindingKind(StrEnum):
    """In what way a topic differs."""

    MISSING = "missing"
    """It does not exist."""
    PARTITIONS = "partitions"
    REPLICATION_FACTOR = "replication_factor"
    CONFIG = "config"
    UNWANTED = "unwanted"
    """It exists, but the manifest says ``state: absent``, or it is to be pruned."""
    UNMANAGED = "unmanaged"
    """It is in the manifest's scope, but not in the manifest."""
    UNREADABLE = "unreadable"
    """Its state could not be read, so it may differ or not."""
    NOT_COMPARED = "not_compared"
    """It exists, but its settings could not be compared."""
    UNKNOWN = "unknown"
    """A write was not confirmed, or somebody changed the topic meanwhile; the next audit shows its state."""


MISMATCHES = frozenset({FindingKind.PARTITIONS, FindingKind.REPLICATION_FACTOR, FindingKind.CONFIG})
"""The topic exists, but not as the manifest wants it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One difference of one topic. ``before`` and ``after`` are those of the field, ``None`` for the topic as a whole.

    ``refusal`` is why apply would not remove the difference. ``is_risky``: removing it needs consent, or has it.
    """

    topic: str
    kind: FindingKind
    owner: str | None = None
    field: str | None = None
    before: int | str | None = None
    after: int | str | None = None
    refusal: Refusal | None = None
    is_risky: bool = False


def findings(record: Record) -> Sequence[Finding]:
    """What differs after the run of ``record``, by topic; nothing where no plan was made."""
    if record.plan is None:
        return ()
    return tuple(_findings(record.plan, record))


def _findings(plan: Plan, record: Record) -> Iterator[Finding]:
    for topic in plan.topics:
        yield from _of_topic(topic, record.outcomes[topic.name], record.listed.get(topic.name))
    for live in plan.unmanaged:
        yield Finding(topic=live.name, kind=FindingKind.UNMANAGED)
    for name, failure in plan.unlisted.items():
        yield Finding(topic=name, kind=FindingKind.UNREADABLE, refusal=Refusal.by(failure))


def _of_topic(topic: TopicPlan, outcome: Outcome, listed: LiveTopic | None) -> Iterator[Finding]:
    name, owner = topic.name, topic.desired.owner
    if outcome.status is TopicStatus.APPLIED:
        return
    if listed is not None:
        yield from _of_listed(topic, outcome, listed)
        return
    if outcome.status is TopicStatus.STALE or (outcome.status is TopicStatus.UNKNOWN and topic.has_work):
        yield Finding(topic=name, owner=owner, kind=FindingKind.UNKNOWN, refusal=_obstacle(outcome))
        return
    match topic:
        case InSync():
            pass
        case Create():
            yield Finding(topic=name, owner=owner, kind=FindingKind.MISSING, refusal=_obstacle(outcome))
        case Unreadable(failure=failure):
            yield Finding(topic=name, owner=owner, kind=FindingKind.UNREADABLE, refusal=Refusal.by(failure))
        case Drift() | Delete():
            for change in topic.changes:
                if outcome.changes.get(change.field) is not TopicStatus.APPLIED:
                    yield _of_change(topic, change, outcome)


def _of_listed(topic: TopicPlan, outcome: Outcome, listed: LiveTopic) -> Iterator[Finding]:
    """What differs of a topic of which only the counts are known."""
    desired, found = topic.desired, partial(Finding, topic=topic.name, owner=topic.desired.owner)
    for kind in (FindingKind.PARTITIONS, FindingKind.REPLICATION_FACTOR):
        before, after = getattr(listed, kind), getattr(desired, kind)
        if after is not None and before != after:
            yield found(kind=kind, field=str(kind), before=before, after=after, refusal=_obstacle(outcome))
    yield found(kind=FindingKind.NOT_COMPARED, refusal=_obstacle(outcome))


def _of_change(topic: Drift | Delete, change: FieldChange, outcome: Outcome) -> Finding:
    refusal: Refusal | None
    match change.decision:
        case Refused(refusal=refusal, risk=risk):
            is_risky = risk is not None
        case Risky():
            refusal, is_risky = _obstacle(outcome), True
        case Safe():
            refusal, is_risky = _obstacle(outcome), False
    return Finding(
        topic=topic.name,
        owner=topic.desired.owner,
        kind=_kind(topic, change),
        field=change.field,
        before=change.before,
        after=change.after,
        refusal=refusal,
        is_risky=is_risky,
    )


def _obstacle(outcome: Outcome) -> Refusal | None:
    """Why the topic as a whole is refused, or what failed."""
    if outcome.refusal is None and outcome.failure is not None:
        return Refusal.by(outcome.failure)
    return outcome.refusal


def _kind(topic: Drift | Delete, change: FieldChange) -> FindingKind:
    if isinstance(topic, Delete):
        return FindingKind.UNWANTED
    return FindingKind.CONFIG if change.config_key is not None else FindingKind(change.field)
