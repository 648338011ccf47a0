"""The record of a run to its report document."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from reconciler.errors import Diagnostic
from reconciler.model import (
    Command,
    Create,
    Delete,
    DesiredState,
    Drift,
    FieldChange,
    InSync,
    Operation,
    Outcome,
    Plan,
    Record,
    RefusalKind,
    Refused,
    ReviewedPlan,
    TopicPlan,
    TopicStatus,
    Unreadable,
    changes_of,
)
from reconciler.plan.fingerprint import digest
from reconciler.report import document
from reconciler.report.build_audit import audited, with_waivers
from reconciler.report.build_base import compared
from reconciler.report.build_topic import build_origin, build_topic, build_unmanaged, verdict_of


def build(record: Record) -> document.Report:
    """The report document of a run."""
    plans = record.plan.topics if record.plan else ()
    outcomes = [record.outcomes[topic.name] for topic in plans]
    topics = [
        build_topic(topic, outcome, record.former_ids.get(topic.name))
        for topic, outcome in zip(plans, outcomes, strict=True)
    ]
    report = document.Report(
        tool=document.Tool(version=record.version),
        command=record.command,
        run=document.RunSummary(
            id=record.id,
            started_at=record.started_at,
            finished_at=record.finished_at,
            duration_seconds=round(record.duration_seconds, 6),
            status=record.status,
            exit_code=record.exit_code,
            commit=record.commit,
        ),
        environment=record.environment,
        cluster=_cluster(record),
        manifest=_manifest(record.desired),
        plan=document.PlanIdentity(fingerprint=record.plan.fingerprint)
        if record.plan and record.plan.fingerprint
        else None,
        reviewed=_reviewed(record.reviewed),
        summary=_summary(record.plan, outcomes, recreated=sum(topic.recreated is not None for topic in topics)),
        topics=topics,
        unmanaged=[build_unmanaged(topic) for topic in record.plan.unmanaged] if record.plan else [],
        diagnostics=[_diagnostic(diagnostic) for diagnostic in record.diagnostics],
        statistics=_statistics(outcomes, record),
        undo=_undo(record),
    )
    if record.plan and record.base:
        report = compared(report, record.plan, record.base)
    if record.audit is not None:
        return audited(report, record.audit)
    waivers = record.desired.waivers if record.desired is not None else ()
    return with_waivers(report, waivers, record.started_at.date())


def _undo(record: Record) -> document.Undo | None:
    if record.undo is None:
        return None
    from reconciler.report.build_undo import build_undo  # noqa: PLC0415 - only an undo needs it

    return build_undo(record, record.undo)


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


def _reviewed(reviewed: ReviewedPlan | None) -> document.Reviewed | None:
    if reviewed is None:
        return None
    return document.Reviewed(
        file=reviewed.file, run_id=reviewed.run_id, made_at=reviewed.made_at, checksum=reviewed.checksum
    )


def _summary(plan: Plan | None, outcomes: Sequence[Outcome], *, recreated: int) -> document.Summary:
    plans = plan.topics if plan else ()
    actions = Counter(topic.action.value for topic in plans)
    statuses = Counter(outcome.status.value for outcome in outcomes)
    return document.Summary(
        create=actions["create"],
        skip=actions["skip"],
        drift=actions["drift"],
        delete=actions["delete"],
        unmanaged=len(plan.unmanaged) if plan else 0,
        risky=sum(any(verdict_of(change.decision) == "risky" for change in changes_of(topic)) for topic in plans),
        impossible=sum(_is_impossible(topic) for topic in plans),
        unreadable=actions["unreadable"],
        recreated=recreated,
        found_done=sum(isinstance(topic, InSync) and topic.found_done for topic in plans),
        **{name: statuses[name] for name in ("applied", "failed", "refused", "stale", "unknown")},
    )


def _is_impossible(topic: TopicPlan) -> bool:
    """Whether something in it cannot be done at all."""
    match topic:
        case Create():
            return _is_refused_create(topic)
        case Drift() | Delete():
            return any(_is_impossible_change(change) for change in topic.changes)
        case InSync() | Unreadable():
            return False


def _is_impossible_change(change: FieldChange) -> bool:
    return isinstance(change.decision, Refused) and verdict_of(change.decision) == "impossible"


def _is_refused_create(topic: TopicPlan) -> bool:
    """Whether the topic cannot be created; that this run may not, or not so many, is another matter."""
    refusal = topic.refusal if isinstance(topic, Create) else None
    if refusal is None or refusal.kind is RefusalKind.CREATION_OFF:
        return False
    return verdict_of(Refused(refusal)) == "impossible"


def _statistics(outcomes: Sequence[Outcome], record: Record) -> document.Statistics:
    creates = [
        outcome
        for outcome in outcomes
        if any(attempt.operation is Operation.CREATE_TOPICS for attempt in outcome.attempts)
    ]
    is_trying = record.command in {Command.APPLY, Command.ENSURE}
    tried = record.plan.topics if record.plan is not None and is_trying else ()
    refused = sum(map(_is_refused_create, tried))
    return document.Statistics(
        topics_created=sum(outcome.made(Operation.CREATE_TOPICS) for outcome in outcomes),
        topic_creation_errors=sum(outcome.status is TopicStatus.FAILED for outcome in creates) + refused,
        topics_deleted=sum(outcome.made(Operation.DELETE_TOPICS) for outcome in outcomes),
        retries=sum(attempt.number > 1 for outcome in outcomes for attempt in outcome.attempts),
        requests=dict(sorted(record.requests.items())),
        durations={name: round(seconds, 6) for name, seconds in record.durations.items()},
        last_topic_verification=max((outcome.verified_at for outcome in outcomes if outcome.verified_at), default=None),
    )


def _diagnostic(diagnostic: Diagnostic) -> document.DiagnosticEntry:
    return document.DiagnosticEntry(
        severity=diagnostic.severity,
        code=diagnostic.code,
        message=diagnostic.message,
        hint=diagnostic.hint,
        topic=diagnostic.topic,
        origin=build_origin(diagnostic.origin),
        detail=diagnostic.detail,
    )
