"""A topic of a plan, with what was done of it, to its part of the report document."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime
from typing import Literal

from reconciler.errors import Location, Origin, Variable
from reconciler.model import (
    Attempt,
    Decision,
    Delete,
    ErrorClass,
    FieldChange,
    FormerId,
    InSync,
    LiveTopic,
    Outcome,
    Refusal,
    RefusalKind,
    Refused,
    Risk,
    Risky,
    Safe,
    TopicPlan,
    TopicSpec,
    changes_of,
    live_of,
    objections_of,
    unchecked_of,
)
from reconciler.report import document
from reconciler.report.build_error import build_error
from reconciler.report.build_reassignment import build_reassignment

Verdict = Literal["safe", "risky", "impossible"]


def build_topic(topic: TopicPlan, outcome: Outcome, former: FormerId | None = None) -> document.Topic:
    """The part of the document about ``topic``; ``former`` is the id that an earlier report has."""
    desired = topic.desired
    is_managed = desired.is_listed and not (isinstance(topic, Delete) and topic.is_unmanaged)
    verification = None
    if outcome.verification is not None and outcome.verified_at is not None:
        verification = document.ReadBack(
            status=outcome.verification, checked_at=outcome.verified_at, topic_id=outcome.topic_id
        )
    return document.Topic(
        name=topic.name,
        action=topic.action,
        status=outcome.status,
        owner=desired.owner,
        origin=document.Place(**desired.origin._asdict()) if is_managed else None,
        desired=None if desired.is_absent else _settings(desired),
        live=_live(live_of(topic)),
        changes=[_change(desired, change, outcome) for change in changes_of(topic)],
        objections=[_objection(topic.desired, field, each) for field, each in objections_of(topic).items()],
        unchecked=build_error(unchecked_of(topic)),
        attempts=[_attempt(attempt) for attempt in outcome.attempts],
        verification=verification,
        reassignment=build_reassignment(outcome.moves),
        error=build_error(outcome.failure) or _refused(outcome.refusal),
        refusal=_refusal(outcome.refusal),
        recreated=_recreated(live_of(topic), former),
        found_done=isinstance(topic, InSync) and topic.found_done,
    )


def build_unmanaged(topic: LiveTopic) -> document.UnmanagedTopic:
    """The part of the document about a topic that is in the scope, but not in the manifest."""
    return document.UnmanagedTopic(
        name=topic.name,
        partitions=topic.partitions,
        replication_factor=topic.replication_factor,
        config=dict(topic.overrides),
    )


def _settings(desired: TopicSpec) -> document.Settings:
    return document.Settings(
        partitions=desired.partitions, replication_factor=desired.replication_factor, config=dict(desired.config)
    )


def _objection(desired: TopicSpec, field: str, refusal: Refusal) -> document.Objection:
    return document.Objection(
        field=field,
        kind=refusal.kind,
        message=refusal.reason,
        remedy=refusal.way_out,
        origin=build_origin(desired.origin_of(field)),
    )


def _live(live: LiveTopic | None) -> document.Live | None:
    if live is None:
        return None
    return document.Live(
        topic_id=live.topic_id,
        partitions=live.partitions,
        replication_factor=live.replication_factor,
        config=dict(live.overrides),
    )


def _recreated(live: LiveTopic | None, former: FormerId | None) -> document.Recreated | None:
    if former is None or live is None or live.topic_id in {None, former.topic_id}:
        return None
    return document.Recreated(topic_id=former.topic_id, report=former.report)


def _change(desired: TopicSpec, change: FieldChange, outcome: Outcome) -> document.Change:
    source = desired.sources.get(change.field)
    return document.Change(
        field=change.field,
        before=change.before,
        after=change.after,
        verdict=verdict_of(change.decision),
        consent=_consent(change.decision),
        reason=_why(change.decision),
        refusal=_refusal(change.decision.refusal if isinstance(change.decision, Refused) else None),
        impact=_impact(_risk_of(change.decision)),
        origin=build_origin(change.origin),
        layer=source.layer if source is not None else None,
        status=outcome.changes[change.field],
        found_done=change.field in outcome.done_by_others,
    )


def verdict_of(decision: Decision) -> Verdict:
    """The verdict on a change."""
    match decision:
        case Safe():
            return "safe"
        case Risky():
            return "risky"
        case Refused(refusal, risk):
            return _refused_verdict(refusal.kind, risk)


def _refused_verdict(kind: RefusalKind, risk: Risk | None) -> Verdict:
    match kind:
        case RefusalKind.LIMIT | RefusalKind.POLICY | RefusalKind.STALE | RefusalKind.CREATING_ONLY:
            return "safe" if risk is None else "risky"
        case RefusalKind.NEEDS_CONSENT | RefusalKind.PROTECTED:
            return "risky"
        case RefusalKind.IMPOSSIBLE | RefusalKind.BROKER | RefusalKind.CLIENT | RefusalKind.CREATION_OFF:
            return "impossible"


def _why(decision: Decision) -> str | None:
    """What a reviewer should know of a change, or why it is refused, and the way out."""
    match decision:
        case Safe(note=note):
            return note
        case Risky(risk=risk):
            return risk.reason
        case Refused(refusal):
            return _reason(refusal)


def _risk_of(decision: Decision) -> Risk | None:
    match decision:
        case Safe(risk=risk) | Risky(risk=risk) | Refused(risk=risk):
            return risk


def _consent(decision: Decision) -> document.Consent | None:
    """The consent that a change needs, with who gave it; ``None`` where it needs none."""
    risk = _risk_of(decision)
    if risk is None or isinstance(decision, Safe):
        return None
    given = decision.consent
    return document.Consent(
        kind=risk.kind,
        risk=risk.reason,
        given_by=given.given_by if given else None,
        up_to=given.up_to if given else None,
        until=given.until if given else None,
        reason=given.reason if given else None,
    )


def _impact(risk: Risk | None) -> document.Impact | None:
    impact = risk.impact if risk else None
    if impact is None:
        return None
    return document.Impact(
        records=impact.records,
        bytes=impact.bytes,
        partitions=impact.partitions,
        takes_effect=impact.takes_effect,
        last_record_at=None
        if impact.last_record is None
        else datetime.fromtimestamp(impact.last_record / 1000, tz=UTC),
        readers=None if impact.readers is None else [document.ReadingGroup(**asdict(each)) for each in impact.readers],
        brokers=[str(each.id) for each in impact.brokers],
        receiving=[document.ReceivingBroker(**asdict(each)) for each in impact.brokers],
        moves=[
            document.Move(partition=each.partition, before=list(each.before), after=list(each.after))
            for each in impact.moves
        ],
        unknown=[document.Unmeasured(what=each.what, why=each.why) for each in impact.unknown],
    )


def _reason(refusal: Refusal) -> str:
    match refusal.kind:
        case RefusalKind.BROKER:
            return f"rejected by the broker: {refusal.reason}"
        case RefusalKind.CLIENT:
            return refusal.reason
        case (
            RefusalKind.IMPOSSIBLE
            | RefusalKind.CREATION_OFF
            | RefusalKind.CREATING_ONLY
            | RefusalKind.NEEDS_CONSENT
            | RefusalKind.PROTECTED
            | RefusalKind.LIMIT
            | RefusalKind.POLICY
            | RefusalKind.STALE
        ):
            return f"{refusal.reason}; {refusal.way_out}"


def _refusal(refusal: Refusal | None) -> document.Refusal | None:
    if refusal is None:
        return None
    return document.Refusal(kind=refusal.kind, reason=refusal.reason, way_out=refusal.way_out)


def _refused(refusal: Refusal | None) -> document.Error | None:
    """A refusal as an error: what a broker or the client said, or what we say, with a code that neither of them has."""
    if refusal is None or refusal.failure is not None:
        return build_error(refusal.failure if refusal else None)
    name = refusal.kind.upper().replace("-", "_")
    return document.Error(code=0, name=name, class_=ErrorClass.FATAL, message=refusal.reason, remedy=refusal.way_out)


def _attempt(attempt: Attempt) -> document.Attempt:
    return document.Attempt(
        operation=attempt.operation,
        number=attempt.number,
        started_at=attempt.started_at,
        duration_seconds=round(attempt.duration_seconds, 6),
        error=build_error(attempt.failure),
        found_applied=attempt.found_applied,
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
