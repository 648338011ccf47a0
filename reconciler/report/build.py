"""The record of a run to its report document."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Literal

from reconciler.errors import Diagnostic, Location, Origin, Variable
from reconciler.model import (
    Attempt,
    Command,
    Create,
    Decision,
    DesiredState,
    Drift,
    ErrorClass,
    FieldChange,
    InSync,
    KafkaFailure,
    LiveTopic,
    Operation,
    Outcome,
    Record,
    Refusal,
    RefusalKind,
    Refused,
    Safe,
    TopicPlan,
    TopicSpec,
    TopicStatus,
    Unreadable,
    changes_of,
    live_of,
    objections_of,
    unchecked_of,
)
from reconciler.plan.fingerprint import digest
from reconciler.report import document


def build(record: Record) -> document.Report:
    """The report document of a run."""
    plans = record.plan.topics if record.plan else ()
    outcomes = [record.outcomes[topic.name] for topic in plans]
    return document.Report(
        tool=document.Tool(version=record.version),
        command=record.command,
        run=document.RunSummary(
            id=record.id,
            started_at=record.started_at,
            finished_at=record.finished_at,
            duration_seconds=round(record.duration_seconds, 6),
            status=record.status,
            exit_code=record.exit_code,
        ),
        environment=record.environment,
        cluster=_cluster(record),
        manifest=_manifest(record.desired),
        plan=document.PlanIdentity(fingerprint=record.plan.fingerprint)
        if record.plan and record.plan.fingerprint
        else None,
        summary=_summary(plans, outcomes),
        topics=[_topic(topic, outcome) for topic, outcome in zip(plans, outcomes, strict=True)],
        unmanaged=[],
        diagnostics=[_diagnostic(diagnostic) for diagnostic in record.diagnostics],
        statistics=_statistics(outcomes, record),
    )


def _cluster(record: Record) -> document.Cluster | None:
    if record.live is None or record.bootstrap_servers is None:
        return None
    return document.Cluster(
        id=record.live.cluster_id, bootstrap_servers=record.bootstrap_servers, brokers=record.live.brokers
    )


def _manifest(desired: DesiredState | None) -> document.Manifest | None:
    if desired is None:
        return None
    return document.Manifest(
        files=[document.ManifestFile(path=file.path, sha256=file.sha256) for file in desired.files],
        digest=digest(desired),
    )


def _summary(plans: Sequence[TopicPlan], outcomes: Sequence[Outcome]) -> document.Summary:
    actions = Counter(topic.action.value for topic in plans)
    statuses = Counter(outcome.status.value for outcome in outcomes)
    return document.Summary(
        create=actions["create"],
        skip=actions["skip"],
        drift=actions["drift"],
        impossible=sum(_is_impossible(topic) for topic in plans),
        unreadable=actions["unreadable"],
        **{name: statuses[name] for name in ("applied", "failed", "refused", "stale", "unknown")},
    )


def _is_impossible(topic: TopicPlan) -> bool:
    """Whether something in it cannot be done at all."""
    match topic:
        case Create():
            return _is_refused_create(topic)
        case Drift():
            return bool(topic.refused_changes)
        case InSync() | Unreadable():
            return False


def _is_refused_create(topic: TopicPlan) -> bool:
    """Whether the topic cannot be created; that this run may not create topics is another matter."""
    refusal = topic.refusal if isinstance(topic, Create) else None
    return refusal is not None and refusal.kind is not RefusalKind.CREATION_OFF


def _statistics(outcomes: Sequence[Outcome], record: Record) -> document.Statistics:
    creates = [
        outcome
        for outcome in outcomes
        if any(attempt.operation is Operation.CREATE_TOPICS for attempt in outcome.attempts)
    ]
    tried = record.plan.topics if record.plan is not None and record.command is Command.APPLY else ()
    refused = sum(map(_is_refused_create, tried))
    return document.Statistics(
        topics_created=sum(outcome.status is TopicStatus.APPLIED and _created(outcome) for outcome in creates),
        topic_creation_errors=sum(outcome.status is TopicStatus.FAILED for outcome in creates) + refused,
        retries=sum(attempt.number > 1 for outcome in outcomes for attempt in outcome.attempts),
        requests=dict(sorted(record.requests.items())),
        durations={name: round(seconds, 6) for name, seconds in record.durations.items()},
        last_topic_verification=max((outcome.verified_at for outcome in outcomes if outcome.verified_at), default=None),
    )


def _created(outcome: Outcome) -> bool:
    """Whether a request of this run created the topic, not somebody else before it."""
    return any(
        attempt.failure is None or not attempt.failure.outcome_known
        for attempt in outcome.attempts
        if attempt.operation is Operation.CREATE_TOPICS
    )


def _topic(topic: TopicPlan, outcome: Outcome) -> document.Topic:
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
        field=field, message=refusal.reason, remedy=refusal.way_out, origin=_origin(desired.origin_of(field))
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
        origin=_origin(change.origin),
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


def _diagnostic(diagnostic: Diagnostic) -> document.DiagnosticEntry:
    return document.DiagnosticEntry(
        severity=diagnostic.severity,
        code=diagnostic.code,
        message=diagnostic.message,
        hint=diagnostic.hint,
        topic=diagnostic.topic,
        origin=_origin(diagnostic.origin),
        detail=diagnostic.detail,
    )


def _origin(origin: Origin | None) -> document.Origin | None:
    match origin:
        case None:
            return None
        case Variable(name):
            return document.Variable(variable=name)
        case Location(file, line, column):
            return document.Place(file=file, line=line, column=column)
