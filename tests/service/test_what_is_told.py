"""What health, metrics and the page tell of an audit."""

from __future__ import annotations

from dataclasses import replace

from prometheus_client.parser import text_string_to_metric_families

from reconciler.errors import Diagnostic, Severity
from reconciler.model import (
    Create,
    Delete,
    Drift,
    FieldChange,
    InSync,
    Outcome,
    RefusalKind,
    Refused,
    Risk,
    RiskKind,
    TopicPlan,
    TopicStatus,
    Unreadable,
)
from reconciler.model.refusal import Refusal
from reconciler.service.findings import FindingKind, findings
from reconciler.service.health import HealthStatus, health_status, topic_health
from reconciler.service.serve import Audit, Board, Metrics, PageSettings
from reconciler.service.serve.audits import pause_after
from reconciler.service.serve.metrics import MAX_OWNERS, NO_OWNER, OTHER_OWNERS
from reconciler.service.serve.page import MAX_TOPICS, render_page
from tests.service.audits import audit_of, failed_audit, live, record_of, spec
from tests.support.steps import NO_ANSWER, Time

SETTINGS = PageSettings(environment="prod", is_applying=False, auto_create=False, retries=3, timeout=30)
RETENTION = FieldChange(field="config.retention.ms", before="604800000", after="86400000")
PARTITIONS = FieldChange(field="partitions", before=1, after=2)
NEEDS_CONSENT = Refusal(kind=RefusalKind.NEEDS_CONSENT, reason="removes records", way_out="pass --allow data-loss")
ABSENT = FieldChange(field="state", before="present", after="absent")


def board_of(*audits: Audit) -> Board:
    board = Board(300)
    for each in audits:
        board.begin()
        board.end(each, 300)
    return board


def page_of(*audits: Audit) -> str:
    return render_page(board_of(*audits).known, SETTINGS)


def samples(*audits: Audit) -> dict[tuple[str, tuple[str, ...]], float]:
    board = board_of(*audits)
    metrics = Metrics(board)
    for each in audits:
        metrics.take(each)
    text, _media_type = metrics.exposition("")
    return {
        (sample.name, tuple(sample.labels.values())): sample.value
        for family in text_string_to_metric_families(text.decode())
        for sample in family.samples
    }


def test_each_way_to_differ_has_its_kind() -> None:
    record = record_of(
        [
            Create(desired=spec("a")),
            Drift(desired=spec("b", "team-b"), live=live("b"), changes=[RETENTION, PARTITIONS]),
            Delete(desired=replace(spec("c"), is_absent=True), live=live("c"), changes=[ABSENT]),
            InSync(desired=spec("d"), live=live("d")),
            Unreadable(desired=spec("e"), failure=NO_ANSWER),
        ],
        unmanaged=[live("f")],
    )
    assert [(each.topic, each.kind) for each in findings(record)] == [
        ("a", FindingKind.MISSING),
        ("b", FindingKind.CONFIG),
        ("b", FindingKind.PARTITIONS),
        ("c", FindingKind.UNWANTED),
        ("e", FindingKind.UNREADABLE),
        ("f", FindingKind.UNMANAGED),
    ]
    assert topic_health(record) == {
        "required": ["a", "b", "d", "e"],
        "existing": ["b", "d"],
        "missing": ["a"],
        "mismatched": ["b"],
        "unreadable": ["e"],
        "last_verification": "2026-01-01T12:00:00Z",
    }
    assert health_status(record, record) is HealthStatus.ERROR


def test_what_apply_has_done_no_longer_differs() -> None:
    applied, refused, unknown = TopicStatus.APPLIED, TopicStatus.REFUSED, TopicStatus.UNKNOWN
    record = record_of(
        [
            Create(desired=spec("a")),
            Create(desired=spec("b")),
            Drift(desired=spec("c"), live=live("c"), changes=[RETENTION, PARTITIONS]),
        ],
        outcomes={
            "a": Outcome(name="a", status=applied),
            "b": Outcome(name="b", status=unknown, failure=NO_ANSWER),
            "c": Outcome(name="c", status=refused, changes={RETENTION.field: refused, PARTITIONS.field: applied}),
        },
    )
    kinds = {each.topic: each.kind for each in findings(record)}
    assert kinds == {"b": FindingKind.UNKNOWN, "c": FindingKind.CONFIG}
    assert topic_health(record)["missing"] == [], "a topic whose create got no answer may exist"
    assert health_status(record, record) is HealthStatus.DEGRADED


def test_unmanaged_topics_are_no_matter_of_health() -> None:
    record = record_of([InSync(desired=spec("a"), live=live("a"))], unmanaged=[live("b")])
    assert health_status(record, record) is HealthStatus.HEALTHY


def test_before_the_first_audit_health_is_degraded_and_after_a_failed_one_an_error() -> None:
    good, bad = audit_of(record_of([])), failed_audit()
    assert health_status(None, None) is HealthStatus.DEGRADED
    assert health_status(bad.record, good.record) is HealthStatus.ERROR


def test_a_failed_audit_leaves_what_is_known_of_the_topics() -> None:
    good, bad = audit_of(record_of([Create(desired=spec("a"))])), failed_audit()
    known = board_of(good, bad).known
    assert (known.last, known.complete) == (bad, good)
    told = samples(good, bad)
    assert told["reconciler_missing_topics", ()] == 1
    assert told["reconciler_last_audit_success", ()] == 0
    assert told["reconciler_audits_total", ("failed",)] == told["reconciler_audits_total", ("changes",)] == 1
    page = page_of(good, bad)
    assert "The last audit failed" in page
    assert "cannot connect to kafka:9092" in page
    assert "check the network" in page


def test_topics_are_counted_by_kind_and_owner_each_once() -> None:
    two = [RETENTION, FieldChange(field="config.segment.ms", before="1", after="2")]
    drifts = [Drift(desired=spec(name, "team-a"), live=live(name), changes=two) for name in ("a", "b")]
    told = samples(audit_of(record_of([*drifts, Create(desired=spec("c"))])))
    assert told["reconciler_drift_topics", ("config", "team-a")] == 2
    assert told["reconciler_drift_topics", ("missing", NO_OWNER)] == 1
    assert told["reconciler_drift_topics", ("config", NO_OWNER)] == 0


def test_owners_beyond_the_limit_count_as_one() -> None:
    owners = MAX_OWNERS + 20
    creates = [Create(desired=spec(f"t{number:03}", f"team-{number:03}")) for number in range(owners)]
    told = samples(audit_of(record_of(creates)))
    labels = {labels[1] for name, labels in told if name == "reconciler_drift_topics"}
    assert len(labels) == MAX_OWNERS + len((NO_OWNER, OTHER_OWNERS))
    assert told["reconciler_drift_topics", ("missing", OTHER_OWNERS)] == 20


def test_what_cannot_be_applied_is_counted_by_reason() -> None:
    loss = Risk(kind=RiskKind.DATA_LOSS, reason="removes records")
    change = replace(RETENTION, decision=Refused(NEEDS_CONSENT, loss))
    told = samples(audit_of(record_of([Drift(desired=spec("a"), live=live("a"), changes=[change])])))
    assert told["reconciler_refused_topics", ("needs-consent",)] == 1
    assert told["reconciler_refused_topics", ("impossible",)] == 0
    assert told["reconciler_risky_topics", ()] == 1


def test_durations_and_requests_are_added_up_over_audits() -> None:
    audit = audit_of(record_of([]))
    told = samples(audit, audit)
    assert told["reconciler_requests_total", ("metadata",)] == 4
    assert told["reconciler_request_duration_seconds_count", ("metadata",)] == 2
    assert told["reconciler_plan_duration_seconds_sum", ()] == 2.0
    assert told["reconciler_phase_duration_seconds_count", ("read",)] == 2


def test_the_page_shows_first_what_is_worst() -> None:
    refused = replace(RETENTION, decision=Refused(NEEDS_CONSENT))
    topics: list[TopicPlan] = [
        Drift(desired=spec("a"), live=live("a"), changes=[PARTITIONS]),
        Create(desired=spec("b")),
        Drift(desired=spec("c"), live=live("c"), changes=[refused]),
        InSync(desired=spec("d"), live=live("d")),
    ]
    page = page_of(audit_of(record_of(topics)))
    places = [page.index(f'<td class="topic">{name}</td>') for name in ("b", "c", "a")]
    assert places == sorted(places)
    assert "retention.ms: 604800000 (7d) → 86400000 (1d)" in page
    assert "removes records; pass --allow data-loss" in page
    assert "3 topics differ" in page
    assert "1 topic</dd>" in page, "one is in sync"


def test_the_page_escapes_every_value() -> None:
    evil = "<script>alert(1)</script>"
    problem = Diagnostic(severity=Severity.WARNING, code="x", message=evil, hint=evil)
    change = FieldChange(
        field="config.x", before=evil, after=evil, decision=Refused(replace(NEEDS_CONSENT, reason=evil))
    )
    record = record_of([Drift(desired=spec("a", evil), live=live("a"), changes=[change])], unmanaged=[live(evil)])
    record = replace(record, diagnostics=[problem], bootstrap_servers=evil)
    page = render_page(board_of(audit_of(record)).known, replace(SETTINGS, environment=evil))
    assert "<script" not in page
    assert page.count("&lt;script&gt;") >= 9


def test_the_page_of_a_large_cluster_stays_small() -> None:
    page = page_of(audit_of(record_of([Create(desired=spec(f"t{number:05}")) for number in range(10_000)])))
    assert page.count('<td class="topic">') == MAX_TOPICS
    assert f"and {10_000 - MAX_TOPICS} more topics" in page
    assert len(page) < 200_000


def test_audits_begin_at_the_interval_and_sooner_after_a_failure() -> None:
    assert pause_after(0, 2.5, 300) == 297.5
    assert pause_after(0, 400, 300) == 1
    assert [pause_after(failures, 30, 300) for failures in (1, 2, 3, 6, 1000)] == [10, 20, 40, 300, 300]
    assert pause_after(1, 1, 2) == 2


def test_an_audit_that_never_ends_is_told() -> None:
    time = Time()
    board = Board(300, clock=time.clock)
    board.begin()
    time.sleep(800)
    seen = [board.is_stuck]
    time.sleep(101)
    seen.append(board.is_stuck)
    board.end(audit_of(record_of([])), 300)
    time.sleep(10_000)
    seen.append(board.is_stuck)
    assert seen == [False, True, False]
