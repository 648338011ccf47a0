"""Two sides are compared as a plan compares a manifest with a cluster."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.errors import Location
from reconciler.model import DesiredState, FormerRun, FormerTopic, LiveState, LiveTopic, Source, TopicSpec, changes_of
from reconciler.plan import plan
from reconciler.plan.comparison import (
    Comparison,
    Different,
    Given,
    Kind,
    NotCompared,
    Reason,
    Side,
    Value,
    compare,
    of_live,
    of_manifest,
    of_run,
)
from reconciler.plan.comparison.side import Fields
from tests.plan.facts import desired_states, live_states

SIDES = st.one_of(
    desired_states().map(lambda desired: of_manifest(desired, "manifest")),
    live_states().map(lambda live: of_live(live, "cluster")),
    live_states().map(lambda live: of_run(run_of(live), "report")),
)


def run_of(live: LiveState) -> FormerRun:
    topics = {name: FormerTopic(live=topic) for name, topic in live.topics.items()}
    return FormerRun(id="1", path="r.json", cluster_id="c", topics=topics)


@given(SIDES)
def test_nothing_differs_from_itself(side: Side) -> None:
    found = compare(side, side)
    assert (found.are_equal, found.only_in_a, found.only_in_b) == (True, [], [])
    assert {each.reason for each in found.not_compared} <= {Reason.HIDDEN}


@given(SIDES, SIDES)
def test_the_order_of_the_sides_does_not_matter(a: Side, b: Side) -> None:
    there, back = compare(a, b), compare(b, a)
    assert (there.only_in_a, there.only_in_b) == (back.only_in_b, back.only_in_a)
    assert there.different == [replace_sides(each) for each in back.different]
    assert there.not_compared == back.not_compared
    assert there.beyond_report == back.beyond_report


def replace_sides(each: Different) -> Different:
    return each._replace(a=each.b, b=each.a)


@given(desired_states(), live_states())
def test_a_manifest_differs_from_a_cluster_where_a_plan_would_change_it(desired: DesiredState, live: LiveState) -> None:
    found = compare(of_manifest(desired, "a"), of_live(live, "b"))
    planned = {(topic.name, each.field) for topic in plan(desired, live).topics for each in changes_of(topic)}
    assert {(each.topic, each.field) for each in found.different} == planned
    assert found.only_in_a == sorted({spec.name for spec in desired.topics} - live.topics.keys())


def fields(**config: str) -> Fields:
    return {f"config.{key.replace('_', '.')}": Value(value) for key, value in config.items()}


def compared(a: Fields, b: Fields, kinds: tuple[Kind, Kind] = (Kind.MANIFEST, Kind.MANIFEST)) -> Comparison:
    sides = [Side(kind=kind, label="", topics={"t": topic}) for kind, topic in zip(kinds, (a, b), strict=True)]
    return compare(sides[0], sides[1])


def test_spelling_does_not_count() -> None:
    assert compared(fields(cleanup_policy="compact,delete"), fields(cleanup_policy=" delete,compact")).are_equal
    assert not compared(fields(retention_ms="1"), fields(retention_ms="10")).are_equal


@pytest.mark.parametrize(
    ("a", "b", "expected"),
    [
        (Value(3), Value(None, Given.BROKER_DECIDES), Reason.BROKER_DECIDES),
        (Value(3), Value(None, Given.UNKNOWN), Reason.NOT_IN_REPORT),
        (Value(3), Value(4), None),
    ],
)
def test_a_count_that_is_left_to_the_broker_or_unknown_is_no_difference(
    a: Value, b: Value, expected: Reason | None
) -> None:
    found = compared({"partitions": a}, {"partitions": b}, (Kind.MANIFEST, Kind.CLUSTER))
    if expected is None:
        assert found.different == [Different("t", "partitions", a, b)]
    else:
        assert (found.are_equal, found.not_compared) == (True, [NotCompared("t", "partitions", expected)])


@pytest.mark.parametrize(
    ("value", "is_different"),
    [(Value("1", Given.INHERITED), False), (Value(None, Given.DISPUTED), False), (Value("1"), True)],
)
def test_only_what_is_set_differs_from_what_one_side_does_not_have(value: Value, is_different: bool) -> None:
    assert compared({"config.retention.ms": value}, {}).are_equal is not is_different


def test_defaults_of_two_clusters_are_compared() -> None:
    both = (Kind.CLUSTER, Kind.CLUSTER)
    one, other = ({"config.retention.ms": Value(text, Given.INHERITED)} for text in ("1", "2"))
    assert not compared(one, other, both).are_equal
    assert compared(one, fields(retention_ms="1"), both).are_equal
    disputed = compared({"config.retention.ms": Value(None, Given.DISPUTED)}, one, both)
    assert [each.reason for each in disputed.not_compared] == [Reason.BROKERS_DIFFER]


def test_throttles_of_a_reassignment_are_ignored() -> None:
    assert compared({"config.leader.replication.throttled.replicas": Value("*")}, {}).are_equal


def test_owners_are_compared_between_manifests_only() -> None:
    assert not compared({"owner": Value("a")}, {}).are_equal
    assert compared({"owner": Value("a")}, {}, (Kind.MANIFEST, Kind.CLUSTER)).are_equal


def test_a_topic_that_a_cluster_hides_is_not_missing() -> None:
    hidden = Side(kind=Kind.CLUSTER, label="", topics={}, unreadable=frozenset({"t"}))
    there = Side(kind=Kind.MANIFEST, label="", topics={"t": {}})
    found = compare(there, hidden)
    assert (found.has_differences, found.are_equal, found.unreadable) == (False, False, 1)
    assert found.not_compared == [NotCompared("t", None, Reason.UNREADABLE)]


def test_a_report_tells_only_of_its_own_topics() -> None:
    topics = {"old": FormerTopic(live=LiveTopic(name="old", partitions=1, replication_factor=1))}
    run = FormerRun(id="1", path="r.json", cluster_id="c", topics={**topics, "gone": FormerTopic(live=None)})
    now = {name: LiveTopic(name=name, partitions=1, replication_factor=1) for name in ("gone", "new")}
    found = compare(of_run(run, ""), of_live(LiveState(cluster_id="c", brokers=1, topics=now), ""))
    assert (found.only_in_a, found.only_in_b, found.beyond_report) == (["old"], ["gone"], 1)


def test_topics_that_brokers_make_are_left_out() -> None:
    names = ("__consumer_offsets", "_schemas", "a")
    topics = {name: LiveTopic(name=name, partitions=1, replication_factor=1) for name in names}
    live = LiveState(cluster_id="c", brokers=1, topics=topics)
    assert [*of_live(live, "").topics] == ["a"]
    assert [*of_live(live, "").only(["b*"]).topics] == []


def test_an_override_that_is_not_shown_differs_from_none_and_is_not_compared_with_another() -> None:
    hidden = {"config.vendor.key": Value(None, Given.HIDDEN)}
    not_set: list[Fields] = [{}, {"config.vendor.key": Value("x", Given.INHERITED)}]
    assert [len(compared(hidden, other).different) for other in not_set] == [1, 1]
    for other in (hidden, fields(vendor_key="x")):
        assert [each.reason for each in compared(hidden, other).not_compared] == [Reason.HIDDEN]


def test_a_written_state_is_no_difference() -> None:
    place = Source("topic", Location("topics.yaml", 1, 1))
    one, other = (TopicSpec(name="t", sources=sources) for sources in ({"state": place}, {}))
    assert compare(*(of_manifest(DesiredState(topics=[spec]), "") for spec in (one, other))).are_equal


def test_what_a_report_does_not_tell_is_not_compared() -> None:
    left = LiveTopic(name="t", partitions=0, replication_factor=1, overrides={"retention.ms": "1"})
    topics = {"t": FormerTopic(live=left, unknown=frozenset({"config.retention.ms"}))}
    now = LiveTopic(name="t", partitions=3, replication_factor=1, overrides={"retention.ms": "2"})
    live = of_live(LiveState(cluster_id="c", brokers=1, topics={"t": now}), "")
    found = compare(of_run(FormerRun(id="1", path="r.json", cluster_id="c", topics=topics), ""), live)
    assert found.are_equal
    assert [(each.field, each.reason) for each in found.not_compared] == [
        ("partitions", Reason.NOT_IN_REPORT),
        ("config.retention.ms", Reason.NOT_IN_REPORT),
    ]
