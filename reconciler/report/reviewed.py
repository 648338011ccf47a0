"""A report of ``plan`` as a plan that may be carried out. Anybody may have written it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from pathlib import Path

from reconciler.errors import Diagnostic, ReportNotRead, Severity
from reconciler.model import (
    Command,
    Consent,
    Impact,
    LiveTopic,
    Move,
    ReadingGroup,
    ReceivingBroker,
    Refusal,
    ReviewedChange,
    ReviewedPlan,
    ReviewedTopic,
    Risk,
    RunStatus,
    Unmeasured,
)
from reconciler.printable import quoted, unmistakable
from reconciler.report import document
from reconciler.report.read import ReportFile, read_report_file

_PLAN_AGAIN = "write a plan with plan --report FILE.json"
_MOST_NAMED = 5
_LONGEST = 249


def read_reviewed_plan(path: Path) -> ReviewedPlan:
    """The plan in the report ``path``; ``-`` is standard input.

    Raises ReportNotRead also for what is no complete plan, or has no checksum.
    """
    return reviewed_plan(read_report_file(path))


def reviewed_plan(file: ReportFile) -> ReviewedPlan:
    """The same of a report that was read. Raises ReportNotRead."""
    problems = [_problem(file, code, words, hint) for code, words, hint in _problems(file)]
    report = file.report
    if problems or report.plan is None or report.plan.checksum is None or report.cluster is None:
        raise ReportNotRead(*problems)
    if report.manifest is None:
        raise AssertionError("a plan without a manifest is not complete")
    return ReviewedPlan(
        file=file.name,
        is_edited=bool(file.is_edited),
        checksum=report.plan.checksum,
        run_id=report.run.id,
        made_at=report.run.started_at,
        cluster_id=report.cluster.id,
        environment=report.environment,
        digest=report.manifest.digest,
        files={each.path: each.sha256 for each in report.manifest.files},
        topics={topic.name: _topic(topic) for topic in report.topics},
    )


def _problems(file: ReportFile) -> Iterator[tuple[str, str, str]]:
    """Code, words and hint for everything that keeps a report from being a plan to carry out."""
    report = file.report
    if report.command is not Command.PLAN:
        words = f"this is a report of {report.command}, not of plan"
        yield "report-of-another-command", words, _PLAN_AGAIN
        return
    if report.undo is not None:
        words = "this is the plan of an undo, which is made of the report of a run"
        yield "plan-of-an-undo", words, "to carry it out, pass --undo with that report to apply"
        return
    if report.run.status in {RunStatus.FAILED, RunStatus.INTERRUPTED}:
        words = f"this plan is not complete: its run {_ended(report.run.status)} (exit code {report.run.exit_code})"
        yield "plan-not-complete", words, "see its messages with render, correct what failed, and run plan again"
    elif report.plan is None or report.cluster is None or report.manifest is None:
        yield "plan-not-complete", "this plan is not complete: it has no plan, cluster or manifest", _PLAN_AGAIN
    elif file.is_edited is None:
        words = f"this plan has no checksum (format {file.version})"
        yield "plan-without-checksum", words, "run plan again with this version of reconciler"
    yield from _twice("topics", [topic.name for topic in report.topics])
    for topic in report.topics:
        yield from _twice(f"changes of topic {_short(topic.name)}", [change.field for change in topic.changes])


def _ended(status: RunStatus) -> str:
    return "failed" if status is RunStatus.FAILED else "was interrupted"


def _twice(what: str, names: Iterable[str]) -> Iterator[tuple[str, str, str]]:
    twice = [name for name, number in Counter(names).items() if number > 1]
    if twice:
        listed = ", ".join(map(_short, twice[:_MOST_NAMED]))
        yield "report-invalid", f"{what} are there twice: {listed}", _PLAN_AGAIN


def _short(name: str) -> str:
    return quoted(name if len(name) <= _LONGEST else f"{name[:_LONGEST]}…")


def _problem(file: ReportFile, code: str, words: str, hint: str) -> Diagnostic:
    return Diagnostic(severity=Severity.ERROR, code=code, message=f"{unmistakable(file.name)}: {words}", hint=hint)


def _topic(topic: document.Topic) -> ReviewedTopic:
    return ReviewedTopic(
        action=topic.action,
        live=_live(topic.name, topic.live),
        settings=_settings(topic.desired),
        changes={change.field: _change(change) for change in topic.changes},
        refusal=_refusal(topic.refusal),
        is_unmanaged=topic.origin is None,
    )


def _live(name: str, live: document.Live | None) -> LiveTopic | None:
    if live is None:
        return None
    return LiveTopic(
        name=name,
        partitions=live.partitions,
        replication_factor=live.replication_factor,
        overrides=live.config,
        topic_id=live.topic_id,
    )


def _settings(desired: document.Settings | None) -> dict[str, int | str | None] | None:
    if desired is None:
        return None
    counts = {"partitions": desired.partitions, "replication_factor": desired.replication_factor}
    return counts | {f"config.{key}": value for key, value in desired.config.items()}


def _change(change: document.Change) -> ReviewedChange:
    needed = change.consent
    return ReviewedChange(
        before=change.before,
        after=change.after,
        risk=Risk(kind=needed.kind, reason=needed.risk, impact=_impact(change.impact)) if needed is not None else None,
        consent=_consent(needed) if needed is not None else None,
        refusal=_refusal(change.refusal),
    )


def _consent(needed: document.Consent) -> Consent | None:
    if needed.given_by is None:
        return None
    return Consent(
        kind=needed.kind, given_by=needed.given_by, up_to=needed.up_to, until=needed.until, reason=needed.reason
    )


def _refusal(refusal: document.Refusal | None) -> Refusal | None:
    return None if refusal is None else Refusal(kind=refusal.kind, reason=refusal.reason, way_out=refusal.way_out)


def _impact(impact: document.Impact | None) -> Impact | None:
    if impact is None:
        return None
    return Impact(
        records=impact.records,
        bytes=impact.bytes,
        partitions=impact.partitions,
        takes_effect=impact.takes_effect,
        readers=None if impact.readers is None else [ReadingGroup(**asdict(each)) for each in impact.readers],
        moves=[Move(each.partition, tuple(each.before), tuple(each.after)) for each in impact.moves],
        brokers=[ReceivingBroker(**asdict(each)) for each in impact.receiving],
        unknown=[Unmeasured(what=each.what, why=each.why) for each in impact.unknown],
    )
