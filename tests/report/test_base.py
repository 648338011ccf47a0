"""A report as the base of another plan: what its run wanted, and how it left the cluster."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.apply import Ledger
from reconciler.errors import Location, ReportNotRead
from reconciler.model import (
    Base,
    ChangeSource,
    Command,
    Create,
    Delete,
    DesiredState,
    Drift,
    FieldChange,
    FormerTopic,
    LiveState,
    LiveTopic,
    Outcome,
    Plan,
    Policy,
    Record,
    Scope,
    TopicPlan,
    TopicSpec,
    TopicStatus,
    changes_of,
)
from reconciler.plan import outlook, plan, sealed
from reconciler.plan.prune import with_pruning
from reconciler.plan.sources import TopicSources, sources
from reconciler.report.base import base_of
from reconciler.report.build import build
from reconciler.report.formats import FORMATS, JSON, Format
from reconciler.report.json import render_file
from reconciler.report.read import report_in
from tests.plan.facts import carried_out, desired_states, live_states, made_changes_of
from tests.report.plans import accounts, report_of
from tests.support.command import PROJECT

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
PLACE = Location("topics.yaml", 1, 1)
SOURCES = "erged before, not applied", "n the cluster, not in the base", "the base wants 4"
EVERYTHING = Scope(include=["*"], origin=PLACE)


def record_of(made: Plan, outcomes: Mapping[str, Outcome], command: Command = Command.APPLY) -> Record:
    return Record(
        command=command,
        version="0",
        id="r",
        started_at=NOON,
        finished_at=NOON,
        duration_seconds=0,
        bootstrap_servers="kafka:9092",
        live=LiveState(cluster_id="c", brokers=1, topics={}),
        plan=sealed(made),
        outcomes=outcomes,
    )


def read_again(record: Record) -> Base:
    return base_of(report_in(render_file(build(record)).encode(), "r.json"), "r.json")


def all_applied(made: Plan) -> Mapping[str, Outcome]:
    return {topic.name: _applied(topic) for topic in made.topics}


def _applied(topic: TopicPlan) -> Outcome:
    applied = {change.field for change in made_changes_of(topic)}
    changes = {
        change.field: TopicStatus.APPLIED if change.field in applied else TopicStatus.REFUSED
        for change in changes_of(topic)
    }
    is_changed = isinstance(topic, Create) or changes
    return Outcome(
        name=topic.name, status=TopicStatus.APPLIED if is_changed else TopicStatus.UNCHANGED, changes=changes
    )


def kinds(told: Mapping[str, TopicSources]) -> set[ChangeSource | None]:
    return {kind for each in told.values() for kind in (each.create, *each.changes.values())} - {None}


@given(desired_states(), live_states(), live_states(), st.sampled_from([Policy(), Policy(keep_extra_config=True)]))
def test_only_what_changed_since_a_run_was_changed_on_the_cluster(
    desired: DesiredState, before: LiveState, changed: LiveState, policy: Policy
) -> None:
    desired = replace(desired, policy=policy)
    made = plan(desired, before)
    base = read_again(record_of(made, all_applied(made)))
    left = carried_out(made, before)
    assert kinds(sources(plan(desired, left), base)) <= {ChangeSource.MERGED}

    # Another policy may reset what the run left alone: that is this branch's, whatever the cluster has.
    now = replace(left, topics={**left.topics, **changed.topics})
    later = plan(desired, now)
    told = sources(later, base)
    assert kinds(told) <= {ChangeSource.MERGED, ChangeSource.CLUSTER}
    for topic in later.topics:
        if now.topics.get(topic.name) == left.topics.get(topic.name):
            assert {*told[topic.name].changes.values()} <= {ChangeSource.MERGED}
        elif isinstance(topic, Drift):
            own = changed.topics[topic.name].overrides
            was = left.topics[topic.name].overrides
            for field, kind in told[topic.name].changes.items():
                key = field.removeprefix("config.")
                if field != key and (key in own) != (key in was):
                    assert kind is ChangeSource.CLUSTER


@given(desired_states(), desired_states(), live_states())
def test_a_report_with_a_base_is_the_same_but_for_the_sources(
    ours: DesiredState, theirs: DesiredState, live: LiveState
) -> None:
    made = plan(ours, live)
    record = record_of(made, outlook(made), Command.PLAN)
    report = build(replace(record, base=Base(path="base", digest=None, desired=theirs)))
    assert report.plan is not None
    without = replace(
        report,
        plan=replace(report.plan, base=None),
        summary=replace(report.summary, from_branch=0, merged_before=0, changed_on_cluster=0),
        topics=[
            replace(
                topic,
                source=None,
                base=None,
                changes=[replace(change, source=None, base=None) for change in topic.changes],
            )
            for topic in report.topics
        ],
    )
    assert without == build(record)
    assert all((topic.source is not None) == (topic.action == "create") for topic in report.topics)
    assert all(change.source is not None for topic in report.topics for change in topic.changes)


@given(accounts(), st.sampled_from(["plan", "apply"]))
def test_whatever_came_of_a_run_its_report_is_a_base(ledger: Ledger, command: str) -> None:
    report = report_of("apply" if command == "apply" else "plan", ledger)
    base = base_of(report_in(render_file(report).encode(), "r.json"), "r.json")
    assert sources(ledger.plan, base).keys() == {topic.name for topic in ledger.plan.topics}


CHANGE = FieldChange(field="config.retention.ms", before="1", after="2")
LIVE = LiveTopic(name="t", partitions=1, replication_factor=1, overrides={"retention.ms": "1", "segment.ms": "5"})
SPEC = TopicSpec(name="t", origin=PLACE, partitions=1, replication_factor=1, config={"retention.ms": "2"})


@pytest.mark.parametrize(
    ("status", "value"),
    [
        (TopicStatus.APPLIED, "2"),
        (TopicStatus.PLANNED, "1"),
        (TopicStatus.REFUSED, "1"),
        (TopicStatus.NOT_ATTEMPTED, "1"),
        (TopicStatus.FAILED, None),
        (TopicStatus.STALE, None),
        (TopicStatus.UNKNOWN, None),
    ],
)
def test_a_change_is_known_by_its_status(status: TopicStatus, value: str | None) -> None:
    made = Plan(topics=[Drift(desired=SPEC, live=LIVE, changes=[CHANGE])], cluster_id="c")
    outcome = Outcome(name="t", status=status, changes={CHANGE.field: status})
    base = read_again(record_of(made, {"t": outcome}))
    assert base.run is not None
    former = base.run.topics["t"]
    assert former.unknown == (frozenset() if value else {CHANGE.field})
    assert former.live is not None
    if value is not None:
        assert former.live.overrides == {"retention.ms": value, "segment.ms": "5"}
    assert former.kept == {"segment.ms"}
    assert base.desired.topics[0].config == SPEC.config


def test_what_was_applied_is_there() -> None:
    live = replace(LIVE, topic_id="AAAAAAAAAAAAAAAAAAAAAQ")
    changes = [
        CHANGE,
        FieldChange(field="config.segment.ms", before="5", after=None),
        FieldChange(field="partitions", before=1, after=3),
    ]
    made = Plan(topics=[Drift(desired=SPEC, live=live, changes=changes)], cluster_id="c")
    statuses = {change.field: TopicStatus.APPLIED for change in changes}
    base = read_again(record_of(made, {"t": Outcome(name="t", status=TopicStatus.APPLIED, changes=statuses)}))
    assert base.run is not None
    left = replace(live, partitions=3, overrides={"retention.ms": "2"})
    assert base.run.topics == {"t": FormerTopic(live=left)}


@pytest.mark.parametrize(
    ("status", "is_there"),
    [
        (TopicStatus.APPLIED, True),
        (TopicStatus.PLANNED, False),
        (TopicStatus.REFUSED, False),
        (TopicStatus.NOT_ATTEMPTED, False),
        (TopicStatus.FAILED, None),
        (TopicStatus.STALE, None),
        (TopicStatus.UNKNOWN, None),
    ],
)
def test_whether_a_topic_was_there_is_known_by_its_status(status: TopicStatus, is_there: bool | None) -> None:
    gone = FieldChange(field="state", before="present", after="absent")
    create, delete = Create(desired=SPEC), Delete(desired=replace(SPEC, is_absent=True), live=LIVE, changes=[gone])
    for topic, would_be in ((create, is_there), (delete, None if is_there is None else not is_there)):
        outcome = Outcome(name="t", status=status, changes={change.field: status for change in changes_of(topic)})
        base = read_again(record_of(Plan(topics=[topic], cluster_id="c"), {"t": outcome}))
        assert base.run is not None
        former = base.run.topics.get("t")
        assert (None if former is None else former.live is not None) == would_be


def test_unmanaged_topics_are_those_that_pruning_would_delete() -> None:
    live = LiveState(cluster_id="c", brokers=1, topics={"t": LIVE})
    desired = DesiredState(topics=[], scope=EVERYTHING)
    for made in (plan(desired, live), with_pruning(plan(desired, live), desired=desired)):
        run = read_again(record_of(made, outlook(made), Command.PLAN)).run
        assert run is not None
        assert run.unmanaged == {"t"}
        assert run.topics == {"t": FormerTopic(live=LIVE)}
    pruned = {"t": Outcome(name="t", status=TopicStatus.APPLIED, changes={"state": TopicStatus.APPLIED})}
    run = read_again(record_of(made, pruned)).run
    assert run is not None
    assert run.unmanaged == {"t"}
    assert run.topics == {"t": FormerTopic(live=None)}


def test_a_report_without_a_plan_is_no_base() -> None:
    empty = replace(record_of(Plan(topics=[]), {}, Command.VALIDATE), plan=None)
    with pytest.raises(ReportNotRead, match=r"r\.json: the report has no plan to compare with: it is of validate"):
        read_again(empty)


@pytest.mark.parametrize("form", FORMATS.values(), ids=lambda form: form.name)
def test_every_format_tells_where_changes_come_from(form: Format) -> None:
    report = report_in((PROJECT / "tests/cases/plan/base/plan.json").read_bytes(), "plan.json")
    text = form.renderer().render_file(report)
    words = [": merged", ": cluster", "base: after: 4 "] if form is JSON else list(SOURCES)
    plain = " ".join(text.replace('"', "").replace("{", "").split())
    assert [each for each in words if each not in plain] == []
