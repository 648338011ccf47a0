"""Undo of every kind of change, what cannot be undone, and what somebody changed since."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given

from reconciler.manifest.load import load
from reconciler.model import (
    Action,
    DesiredState,
    LiveState,
    Permission,
    Policy,
    RefusalKind,
    TopicSpec,
    TopicStatus,
)
from reconciler.plan import notes
from tests.plan.facts import live_states
from tests.plan.simulated import EVERY_CONSENT, SimulatedCluster
from tests.plan.undoing import absent, refusals, spec, undo_of, wanted, with_absent


@pytest.mark.parametrize(
    ("before", "then"),
    [
        ({"retention_ms": "1000"}, spec("a", retention_ms="2000")),
        ({"retention_ms": "2000"}, spec("a", retention_ms="1000")),
        ({"retention_ms": "1000"}, spec("a")),
        ({}, spec("a", retention_ms="1000")),
        ({}, spec("a", cleanup_policy="compact")),
        ({"cleanup_policy": "compact,delete"}, spec("a", cleanup_policy="delete")),
        ({"vendor_key": ""}, spec("a", vendor_key="x")),
        ({"min_insync_replicas": "1", "retention_ms": "5"}, spec("a", retention_ms="6", segment_ms="7")),
        ({"retention_ms": "1000", "vendor_key": "x"}, absent("a")),
        ({}, absent("a")),
        (None, spec("a", 3, retention_ms="1000")),
        (None, spec("a")),
    ],
)
def test_an_undo_restores_what_was_there(before: Mapping[str, str] | None, then: TopicSpec) -> None:
    cluster = SimulatedCluster()
    if before is not None:
        cluster.create("a", 2, **before)
    former = cluster.settings()
    report = cluster.apply(wanted(then))
    assert cluster.settings() != former
    undone = cluster.undo(undo_of(report, wanted(then)))
    assert cluster.settings() == former
    assert [topic.status for topic in undone.topics] == [TopicStatus.APPLIED]
    assert undone.undo is not None
    assert [each.field for each in undone.undo.not_restored if each.field not in {"records", "offsets"}] == []


@pytest.mark.parametrize("then", [spec("a", retention_ms="2000"), absent("a"), spec("b")])
def test_an_undo_can_be_undone_and_made_twice(then: TopicSpec) -> None:
    cluster = SimulatedCluster()
    cluster.create("a", 2, retention_ms="1000")
    former, manifest = cluster.settings(), wanted(then)
    undo = undo_of(cluster.apply(manifest), manifest)
    applied = cluster.settings()
    undone = cluster.undo(undo)
    assert [topic.action for topic in cluster.planned_undo(undo).topics if topic.action is not Action.SKIP] == []
    redone = cluster.undo(undo_of(undone, manifest))
    assert cluster.settings() == applied != former
    assert redone.undo is not None
    assert redone.undo.patch == {}


def test_only_what_the_run_changed_is_touched() -> None:
    cluster = SimulatedCluster()
    cluster.create("a", retention_ms="1000", segment_ms="5")
    cluster.create("b", retention_ms="1000")
    manifest = wanted(spec("a", retention_ms="2000", segment_ms="5"), spec("b", retention_ms="1000"))
    undo = undo_of(cluster.apply(manifest), manifest)
    cluster.change("a", overrides={"retention.ms": "2000", "segment.ms": "6", "vendor.key": "x"})
    cluster.undo(undo)
    assert cluster.topics["a"].overrides == {"retention.ms": "1000", "segment.ms": "6", "vendor.key": "x"}
    assert [topic.name for topic in undo.topics] == ["a"]


def test_added_partitions_stay_and_everything_else_is_restored() -> None:
    cluster = SimulatedCluster()
    cluster.create("a", 2, retention_ms="1000")
    manifest = wanted(spec("a", 4, retention_ms="2000"))
    undo = undo_of(cluster.apply(manifest), manifest)
    assert refusals(cluster.planned_undo(undo)) == {
        "a.partitions": (RefusalKind.IMPOSSIBLE, "Kafka cannot remove partitions")
    }
    report = cluster.undo(undo)
    assert (cluster.topics["a"].partitions, cluster.topics["a"].overrides) == (4, {"retention.ms": "1000"})
    assert report.undo is not None
    assert [(each.topic, each.field) for each in report.undo.not_restored] == [("a", "partitions")]


@pytest.mark.parametrize(
    ("since", "words"),
    [
        ({"overrides": {"retention.ms": "3000"}}, "that run set 2000; now it is 3000: somebody changed it since"),
        ({"overrides": {}}, "that run set 2000; now it is not set: somebody changed it since"),
        ({"topic_id": "other"}, "created it again after that run: its id was id-0, and is other"),
    ],
)
def test_what_somebody_changed_since_is_refused(since: Mapping[str, object], words: str) -> None:
    cluster = SimulatedCluster()
    cluster.create("a", retention_ms="1000")
    manifest = wanted(spec("a", retention_ms="2000"))
    undo = undo_of(cluster.apply(manifest), manifest)
    cluster.change("a", **since)
    ((kind, reason),) = refusals(cluster.planned_undo(undo)).values()
    assert kind is RefusalKind.STALE
    assert reason.endswith(words)


def test_an_override_that_the_run_removed_and_somebody_set_is_refused() -> None:
    cluster = SimulatedCluster()
    cluster.create("a", retention_ms="1000")
    undo = undo_of(cluster.apply(wanted(spec("a"))), wanted(spec("a")))
    cluster.change("a", overrides={"retention.ms": "3000"})
    assert refusals(cluster.planned_undo(undo)) == {
        "a.config.retention.ms": (
            RefusalKind.STALE,
            "that run removed the override; now it is 3000: somebody changed it since",
        )
    }


def test_a_changed_topic_that_is_gone_is_not_created() -> None:
    cluster = SimulatedCluster()
    cluster.create("a", retention_ms="1000")
    manifest = wanted(spec("a", retention_ms="2000"))
    undo = undo_of(cluster.apply(manifest), manifest)
    del cluster.topics["a"]
    assert refusals(cluster.planned_undo(undo)) == {
        "a": (RefusalKind.STALE, "somebody deleted the topic after that run")
    }


def test_a_created_topic_is_deleted_only_as_the_run_left_it() -> None:
    cluster = SimulatedCluster()
    manifest = wanted(spec("a", 2, retention_ms="1000"))
    undo = undo_of(cluster.apply(manifest), manifest)
    created = cluster.topics["a"]
    for since, words in (
        ({"topic_id": "other"}, "its id was id-0, and is other"),
        ({"partitions": 3}, "partitions 3, was 2"),
        ({"overrides": {"retention.ms": "1000", "segment.ms": "5"}}, "segment.ms 5, was not set"),
        ({"overrides": {"retention.ms": "9"}}, "retention.ms 9, was 1000"),
        ({"overrides": {}}, "retention.ms not set, was 1000"),
    ):
        cluster.topics["a"] = replace(created, **since)
        ((kind, reason),) = refusals(cluster.planned_undo(undo)).values()
        assert kind is RefusalKind.STALE
        assert reason.endswith(words)
    cluster.topics["a"] = created
    assert refusals(cluster.planned_undo(undo)) == {}


def test_an_undo_of_a_rename_is_no_suspected_rename() -> None:
    cluster = SimulatedCluster()
    cluster.create("orders.old", 3, retention_ms="1000")
    manifest = wanted(absent("orders.old"), spec("orders.new", 3, retention_ms="1000"))
    assert [each.code for each in notes(cluster.planned(manifest))] == ["rename-suspected"]
    undo = undo_of(cluster.apply(manifest), manifest)
    assert [*notes(cluster.planned_undo(undo))] == []


def test_a_created_topic_whose_id_is_not_known_is_not_deleted() -> None:
    cluster = SimulatedCluster()
    manifest = wanted(spec("a"))
    undo = undo_of(cluster.apply(manifest), manifest)
    nameless = replace(undo, topics=[replace(topic, topic_id=None) for topic in undo.topics])
    ((kind, reason),) = refusals(cluster.planned_undo(nameless)).values()
    assert kind is RefusalKind.IMPOSSIBLE
    assert "may be another topic" in reason


def test_a_deleted_topic_that_is_there_again_with_other_settings_is_refused() -> None:
    cluster = SimulatedCluster()
    cluster.create("a", 2, retention_ms="1000")
    undo = undo_of(cluster.apply(wanted(absent("a"))), wanted(absent("a")))
    cluster.create("a", 1, retention_ms="1000")
    assert refusals(cluster.planned_undo(undo)) == {
        "a.partitions": (
            RefusalKind.STALE,
            "somebody created the topic again after that run: partitions is 1, and was 2",
        )
    }


def test_risks_of_an_undo_need_consent_as_any_others() -> None:
    cluster = SimulatedCluster()
    cluster.create("cut", retention_ms="1000")
    manifest = wanted(spec("cut", retention_ms="2000"), spec("new"))
    undo = undo_of(cluster.apply(manifest), manifest)
    found = refusals(cluster.planned_undo(undo, Permission()))
    assert {field: kind for field, (kind, _) in found.items()} == {
        "cut.config.retention.ms": RefusalKind.NEEDS_CONSENT,
        "new.state": RefusalKind.NEEDS_CONSENT,
    }


def test_a_protected_topic_and_the_limits_of_the_manifest_count() -> None:
    cluster = SimulatedCluster()
    listed = [replace(spec("a"), is_protected=True), *(spec(f"n{each}") for each in range(12))]
    manifest = wanted(*listed)
    undo = undo_of(cluster.apply(manifest), manifest)
    found = refusals(cluster.planned_undo(undo, replace(Permission(), consents=EVERY_CONSENT)))
    assert found["a.state"][0] is RefusalKind.PROTECTED
    assert found["n0.state"][0] is RefusalKind.LIMIT


def test_a_topic_outside_the_manifest_that_its_policy_protects_is_not_touched() -> None:
    cluster = SimulatedCluster()
    cluster.create("_schemas")
    before = DesiredState(topics=[absent("_schemas")], policy=Policy(protected_topics=()))
    undo = undo_of(cluster.apply(before), DesiredState(topics=[]))
    ((kind, _),) = refusals(cluster.planned_undo(undo)).values()
    assert kind is RefusalKind.PROTECTED


@pytest.mark.parametrize(
    ("policy", "topics", "words"),
    [
        ("{naming: '^b'}", "a: {config: {retention.ms: 2000}}", "does not match '^b' in policy.naming"),
        ("{naming: '^b'}", "b: {}", "does not match '^b' in policy.naming"),
        ("{require: [owner]}", "a: {config: {retention.ms: 2000}}", "has no owner"),
        ("{require: [owner]}", "b: {owner: me}", "has no owner"),
        ("{require: [owner]}", "a: {owner: me, config: {retention.ms: 2000}}", None),
        ("{require: [owner]}", "a: {owner: me, state: absent}", None),
        (
            "{require: [config.segment.ms]}",
            "a: {config: {retention.ms: 2000, segment.ms: 5}}",
            "has no config.segment.ms",
        ),
        ("{require: [config.retention.ms]}", "a: {config: {retention.ms: 2000}}", None),
    ],
)
def test_the_policy_counts_for_what_would_be_restored(
    tmp_path: Path, policy: str, topics: str, words: str | None
) -> None:
    cluster = SimulatedCluster()
    cluster.create("a", retention_ms="1000")
    (tmp_path / "topics.yaml").write_text(f"version: 1\npolicy: {policy}\ntopics:\n  {topics}\n")
    manifest = load([tmp_path / "topics.yaml"], None, {})
    wants = replace(manifest, violations={})
    if not any(each.name == "a" for each in manifest.topics):
        wants = replace(wants, topics=[*wants.topics, absent("a")])  # it was pruned
    undo = undo_of(cluster.apply(wants), manifest)
    undo = replace(undo, topics=[each for each in undo.topics if each.name == "a"])
    found = [*refusals(cluster.planned_undo(undo)).values()]
    if words is None:
        assert found == []
    else:
        assert {kind for kind, _ in found} == {RefusalKind.POLICY}
        assert all(words in reason for _, reason in found)


def test_a_topic_that_is_not_in_the_manifest_is_said_to_be_so() -> None:
    cluster = SimulatedCluster()
    undo = undo_of(cluster.apply(wanted(spec("a"))), wanted())
    (topic,) = cluster.shown(undo, Permission()).topics
    assert topic.origin is None
    (change,) = topic.changes
    assert (change.origin, change.layer) == (change.origin, "undo")
    assert change.refusal is not None
    assert change.refusal.way_out == "to consent, pass --allow delete=a"


def test_records_that_are_gone_are_said_to_be_so() -> None:
    cluster = SimulatedCluster()
    cluster.create("gone", 1)
    cluster.create("cut", 1, retention_ms="2000")
    manifest = wanted(absent("gone"), spec("cut", retention_ms="1000"))
    shown = cluster.shown(undo_of(cluster.apply(manifest), manifest))
    assert shown.undo is not None
    assert [(each.topic, each.field, each.why) for each in shown.undo.not_restored] == [
        ("cut", "records", "the change of retention.ms may have removed records"),
        ("gone", "offsets", "the run deleted the committed offsets of the topic's groups"),
        ("gone", "records", "the run deleted the topic with all records"),
    ]


def test_a_value_that_the_cluster_hid_is_not_restored() -> None:
    cluster = SimulatedCluster()
    cluster.create("a", vendor_key=None, retention_ms="1000")
    manifest = wanted(spec("a"))
    undo = undo_of(cluster.apply(manifest), manifest)
    report = cluster.undo(undo)
    assert cluster.topics["a"].overrides == {"retention.ms": "1000"}
    assert report.undo is not None
    assert [(each.field, each.why) for each in report.undo.not_restored] == [
        ("config.vendor.key", "the cluster did not return the former value, so it is not known")
    ]


def test_a_value_that_the_cluster_hides_now_is_not_restored() -> None:
    cluster = SimulatedCluster()
    cluster.create("a", vendor_key="x")
    manifest = wanted(spec("a", vendor_key="y"))
    undo = undo_of(cluster.apply(manifest), manifest)
    cluster.change("a", overrides={"vendor.key": None})
    report = cluster.undo(undo)
    assert report.undo is not None
    assert [(each.field, each.why) for each in report.undo.not_restored] == [
        ("config.vendor.key", "the cluster does not return the value, so it cannot be compared and is not set")
    ]
    assert report.undo.patch == {}


@given(with_absent(), live_states())
def test_an_undo_gives_back_the_former_state_of_every_plan_that_is_reversible(
    desired: DesiredState, live: LiveState
) -> None:
    cluster = SimulatedCluster()
    for topic in live.topics.values():
        cluster.create(topic.name, topic.partitions, **topic.overrides)
    former, hidden = cluster.settings(), hidden_in(cluster)
    report = cluster.apply(desired)
    grown = {topic.name for topic in report.topics for each in topic.changes if each.field == "partitions"}
    undone = cluster.undo(undo_of(report, desired))
    assert without(cluster.settings(), hidden, grown) == without(former, hidden, grown)
    assert undone.undo is not None
    lasting = {(each.topic, each.field) for each in undone.undo.not_restored}
    made = {
        (topic.name, "partitions")
        for topic in report.topics
        for each in topic.changes
        if each.field == "partitions" and each.status == "applied"
    }
    assert {each for each in lasting if each[1] == "partitions"} == made
    again = cluster.planned_undo(undo_of(report, desired))
    assert not again.has_work


def hidden_in(cluster: SimulatedCluster) -> frozenset[tuple[str, str]]:
    return frozenset(
        (topic.name, key)
        for topic in cluster.topics.values()
        for key, value in topic.overrides.items()
        if value is None
    )


def without(
    settings: Mapping[str, tuple[int, int, Mapping[str, str | None]]],
    hidden: frozenset[tuple[str, str]],
    grown: set[str],
) -> object:
    """``settings`` without what no undo can bring back."""
    return {
        name: (
            None if name in grown else partitions,
            replicas,
            {key: value for key, value in overrides.items() if (name, key) not in hidden},
        )
        for name, (partitions, replicas, overrides) in settings.items()
    }
