"""A topic of a plan, with what was done of it, to its part of the report document."""

from __future__ import annotations

from typing import Literal

from reconciler.errors import Location, Origin, Variable
from reconciler.model import (
    Attempt,
    Decision,
    ErrorClass,
    FieldChange,
    KafkaFailure,
    LiveTopic,
    Outcome,
    Refusal,
    RefusalKind,
    Refused,
    Safe,
    TopicPlan,
    TopicSpec,
    TopicStatus,
    changes_of,
    live_of,
    objections_of,
    unchecked_of,
)
from reconciler.report import document


def build_topic(topic: TopicPlan, outcome: Outcome) -> document.Topic:
    """The part of the document about ``topic``."""
    desired = topic.desired
    verification = None
    if outcome.verification is not None and outcome.verified_at is not None:
        verification = document.ReadBack(status=outcome.verification, checked_at=outcome.verified_at)
    return document.Topic(
        name=topic.name,
        action=topic.action,
        status=outcome.status,
        owner=desired.owner,
        origin=document.Place(**desired.origin._asdict()),
        desired=document.Settings(
            partitions=desired.partitions, replication_factor=desired.replication_factor, config=dict(desired.config)
        ),
        live=_live(live_of(topic)),
        changes=[_change(change, outcome.changes[change.field]) for change in changes_of(topic)],
        objections=[_objection(topic.desired, field, each) for field, each in objections_of(topic).items()],
        unchecked=_error(unchecked_of(topic)),
        attempts=[_attempt(attempt) for attempt in outcome.attempts],
        verification=verification,
        error=_error(outcome.failure) or _refused(outcome.refusal),
        refusal=_refusal(outcome.refusal),
    )


def _objection(desired: TopicSpec, field: str, refusal: Refusal) -> document.Objection:
    return document.Objection(
        field=field, message=refusal.reason, remedy=refusal.way_out, origin=build_origin(desired.origin_of(field))
    )


def _live(live: LiveTopic | None) -> document.Live | None:
    if live is None:
        return None
    return document.Live(
        topic_id=None,
        partitions=live.partitions,
        replication_factor=live.replication_factor,
        config=dict(live.overrides),
    )


def _change(change: FieldChange, status: TopicStatus) -> document.Change:
    verdict, reason = _verdict(change.decision)
    return document.Change(
        field=change.field,
        before=change.before,
        after=change.after,
        verdict=verdict,
        reason=reason,
        origin=build_origin(change.origin),
        status=status,
    )


def _verdict(decision: Decision) -> tuple[Literal["safe", "impossible"], str | None]:
    """The verdict on a change, with the reason and the way out where it is not safe."""
    match decision:
        case Safe():
            return "safe", None
        case Refused(refusal):
            return "impossible", _reason(refusal)


def _reason(refusal: Refusal) -> str:
    match refusal.kind:
        case RefusalKind.BROKER:
            return f"rejected by the broker: {refusal.reason}"
        case RefusalKind.CLIENT:
            return refusal.reason
        case RefusalKind.IMPOSSIBLE | RefusalKind.CREATION_OFF | RefusalKind.STALE:
            return f"{refusal.reason}; {refusal.way_out}"


def _refusal(refusal: Refusal | None) -> document.Refusal | None:
    if refusal is None:
        return None
    return document.Refusal(kind=refusal.kind, reason=refusal.reason, way_out=refusal.way_out)


def _refused(refusal: Refusal | None) -> document.Error | None:
    """A refusal as an error: what a broker or the client said, or what we say, with a code that neither of them has."""
    if refusal is None or refusal.failure is not None:
        return _error(refusal.failure if refusal else None)
    name = refusal.kind.upper().replace("-", "_")
    return document.Error(code=0, name=name, class_=ErrorClass.FATAL, message=refusal.reason, remedy=refusal.way_out)


def _attempt(attempt: Attempt) -> document.Attempt:
    return document.Attempt(
        operation=attempt.operation,
        number=attempt.number,
        started_at=attempt.started_at,
        duration_seconds=round(attempt.duration_seconds, 6),
        error=_error(attempt.failure),
        found_applied=attempt.found_applied,
    )


def _error(failure: KafkaFailure | None) -> document.Error | None:
    if failure is None:
        return None
    return document.Error(
        code=failure.code, name=failure.name, class_=failure.error_class, message=failure.message, remedy=failure.remedy
    )


def build_origin(origin: Origin | None) -> document.Origin | None:
    """The part of the document about a place."""
    match origin:
        case None:
            return None
        case Variable(name):
            return document.Variable(variable=name)
        case Location(file, line, column):
            return document.Place(file=file, line=line, column=column)
