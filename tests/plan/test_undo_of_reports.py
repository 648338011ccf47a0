"""What a report tells of a run decides what of it is undone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import cast

import pytest

from reconciler.model import (
    Action,
    DeletedTopic,
    ErrorClass,
    Plan,
    RefusalKind,
    TopicPlan,
    TopicStatus,
    Verification,
    changes_of,
)
from reconciler.plan.undo import records_gone
from reconciler.report.document import Attempt, Error, Report
from tests.plan.simulated import SimulatedCluster
from tests.plan.undoing import absent, refusals, spec, undo_of, wanted


def only(plan: Plan) -> TopicPlan:
    (topic,) = plan.topics
    return topic


def attempt_of(report: Report, error: Error | None) -> Sequence[Attempt]:
    return [replace(each, error=error) for each in report.topics[0].attempts]


@pytest.mark.parametrize(
    ("class_", "is_undone"), [("EXPECTED", False), ("RETRIABLE", True), ("FATAL", True), (None, True)]
)
def test_what_somebody_else_did_is_not_undone(class_: str | None, is_undone: bool) -> None:
    cluster = SimulatedCluster()
    manifest = wanted(spec("a"))
    report = cluster.apply(manifest)
    error = None if class_ is None else Error(code=36, name="X", class_=ErrorClass(class_), message="", remedy="")
    topic = replace(report.topics[0], attempts=list(attempt_of(report, error)))
    undo = undo_of(replace(report, topics=[topic]), manifest)
    assert bool(undo.topics) is is_undone


def test_a_change_that_somebody_else_made_first_is_not_undone() -> None:
    cluster = SimulatedCluster()
    cluster.create("a", retention_ms="1000")
    manifest = wanted(spec("a", retention_ms="2000", segment_ms="5"))
    report = cluster.apply(manifest)
    (topic,) = report.topics
    changes = [replace(each, found_done=each.field == "config.segment.ms") for each in topic.changes]
    undo = undo_of(replace(report, topics=[replace(topic, changes=changes)]), manifest)
    cluster.undo(undo)
    assert cluster.topics["a"].overrides == {"retention.ms": "1000", "segment.ms": "5"}


@pytest.mark.parametrize("removed", [(None, True), (1200, True), (0, False)])
def test_a_change_that_removed_no_records_is_not_said_to_have(removed: tuple[int | None, bool]) -> None:
    records, is_told = removed
    cluster = SimulatedCluster()
    cluster.create("a", retention_ms="2000")
    manifest = wanted(spec("a", retention_ms="1000"))
    report = cluster.apply(manifest)
    (topic,) = report.topics
    impact = topic.changes[0].impact
    assert impact is not None
    changes = [replace(each, impact=replace(impact, records=records)) for each in topic.changes]
    shown = cluster.shown(undo_of(replace(report, topics=[replace(topic, changes=changes)]), manifest))
    assert shown.undo is not None
    assert [each.field for each in shown.undo.not_restored] == (["records"] if is_told else [])


@pytest.mark.parametrize(("records", "fields"), [(None, ["offsets", "records"]), (0, ["offsets"])])
def test_a_deleted_topic_without_records_lost_none(records: int | None, fields: list[str]) -> None:
    cluster = SimulatedCluster()
    cluster.create("a")
    report = cluster.apply(wanted(absent("a")))
    undo = undo_of(report, wanted(absent("a")))
    undo = replace(undo, topics=[replace(cast("DeletedTopic", topic), records=records) for topic in undo.topics])
    shown = cluster.shown(undo)
    assert shown.undo is not None
    assert [each.field for each in shown.undo.not_restored] == fields
    assert [each.code for each in records_gone(undo)] == (["records-not-restored"] if records is None else [])


@pytest.mark.parametrize(
    ("status", "verification", "is_undone"),
    [
        ("applied", "verified", True),
        ("unknown", "not_visible", True),
        ("failed", "mismatch", True),
        ("failed", "not_visible", False),
        ("stale", "mismatch", False),
        ("not_attempted", "verified", False),
        ("refused", "verified", False),
    ],
)
def test_what_was_not_done_is_not_undone(status: str, verification: str, is_undone: bool) -> None:
    cluster = SimulatedCluster()
    cluster.create("a")
    manifest = wanted(spec("a", retention_ms="1000"))
    report = cluster.apply(manifest)
    (topic,) = report.topics
    assert topic.verification is not None
    seen = replace(topic.verification, status=Verification(verification))
    changes = [replace(change, status=TopicStatus(status)) for change in topic.changes]
    undo = undo_of(replace(report, topics=[replace(topic, changes=changes, verification=seen)]), manifest)
    assert bool(undo.topics) is is_undone


def test_of_a_change_whose_result_is_unknown_the_cluster_decides() -> None:
    cluster = SimulatedCluster()
    cluster.create("a", retention_ms="1000")
    manifest = wanted(spec("a", retention_ms="2000"))
    report = cluster.apply(manifest)
    (topic,) = report.topics
    changes = [replace(change, status=TopicStatus.UNKNOWN) for change in topic.changes]
    undo = undo_of(replace(report, topics=[replace(topic, changes=changes)]), manifest)
    assert only(cluster.planned_undo(undo)).action is Action.DRIFT
    cluster.change("a", overrides={"retention.ms": "1000"})  # it was not done
    assert only(cluster.planned_undo(undo)).action is Action.SKIP


@pytest.mark.parametrize("now", [3, 2])
def test_a_replication_factor_is_changed_back_unless_somebody_has_changed_it_since(now: int) -> None:
    cluster = SimulatedCluster()
    cluster.create("a", retention_ms="1000")
    manifest = wanted(spec("a", retention_ms="2000"))
    report = cluster.apply(manifest)
    (topic,) = report.topics
    moved = replace(topic.changes[0], field="replication_factor", before=1, after=3)
    cluster.change("a", replication_factor=now)
    planned = cluster.planned_undo(undo_of(replace(report, topics=[replace(topic, changes=[moved])]), manifest))
    [change] = changes_of(only(planned))
    assert (change.field, change.before, change.after) == ("replication_factor", now, 1)
    stale = (RefusalKind.STALE, "that run left a replication factor of 3; now it is 2: somebody changed it since")
    assert (refusals(planned).get("a.replication_factor") == stale) is (now != 3)
