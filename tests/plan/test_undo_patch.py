"""The patch of an undo makes the manifest want what is restored, and nothing else."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.manifest.load import load
from reconciler.model import (
    Create,
    DesiredState,
    LiveState,
    Permission,
    Plan,
    changes_of,
)
from reconciler.report.document import Report
from tests.plan.facts import live_states
from tests.plan.simulated import SimulatedCluster
from tests.plan.undoing import absent, spec, undo_of, wanted, with_absent


def patched(folder: Path, manifest: str, report: Report) -> DesiredState:
    """What ``manifest`` with the patch of an undo as its overlay wants."""
    assert report.undo is not None
    (folder / "topics.yaml").write_text(manifest)
    (folder / "topics.undone.yaml").write_text(json.dumps(report.undo.patch or {"x-nothing": 1}))
    return load([folder / "topics.yaml"], "undone", {})


BASE = """\
version: 1
profiles:
  short: {config: {retention.ms: 2000}}
  strict: {config: {min.insync.replicas: 2}}
topics:
"""
AS_IT_WAS = {"retention.ms": "1000"}


@pytest.mark.parametrize(
    ("topics", "patch"),
    [
        ("a: {config: {retention.ms: 2000}}", {"a": {"config": AS_IT_WAS}}),
        ("a: {config: {retention.ms: 2000, segment.ms: 5}}", {"a": {"config": {**AS_IT_WAS, "segment.ms": None}}}),
        ("a: {profile: short}", {"a": {"config": AS_IT_WAS}}),
        (
            "a: {state: absent}",
            {"a": {"state": "present", "partitions": 2, "replication_factor": 1, "config": AS_IT_WAS}},
        ),
        ("a: {config: {retention.ms: 1000}}\n  new: {partitions: 1}", {"new": None}),
        (
            "a: {config: {retention.ms: 1000, min.insync.replicas: 2}}",
            {"a": {"config": {"min.insync.replicas": None}}},
        ),
        ("a: {profile: strict, config: {retention.ms: 1000}}", {"a": {"config": {"min.insync.replicas": "1"}}}),
        (
            "a: {profile: strict, config: {retention.ms: 1000, min.insync.replicas: 3}}",
            {"a": {"config": {"min.insync.replicas": "1"}}},
        ),
        ("a: {partitions: 4, config: {retention.ms: 1000}}", None),
        ("a: {config: {retention.ms: 1000}}", None),
    ],
)
def test_the_patch_makes_the_manifest_want_what_was_restored(
    tmp_path: Path, topics: str, patch: Mapping[str, object] | None
) -> None:
    text = f"{BASE}  {topics}\n"
    (tmp_path / "topics.yaml").write_text(text)
    cluster, desired = SimulatedCluster(), load([tmp_path / "topics.yaml"], None, {})
    cluster.create("a", 2, retention_ms="1000")
    report = cluster.undo(undo_of(cluster.apply(desired), desired))
    assert report.undo is not None
    assert report.undo.patch == ({"topics": patch} if patch is not None else {})
    wants = patched(tmp_path, text, report)
    assert wants.diagnostics == ()
    assert not cluster.planned(wants).has_work


def test_a_patch_has_only_what_is_restored() -> None:
    cluster = SimulatedCluster()
    cluster.create("a", 2, retention_ms="1000", segment_ms="1")
    cluster.create("b", 2, retention_ms="1000")
    manifest = wanted(spec("a", retention_ms="2000", segment_ms="2"), spec("b", retention_ms="2000"), spec("new"))
    undo = undo_of(cluster.apply(manifest), manifest)
    cluster.change("b", overrides={"retention.ms": "3000"})
    report = cluster.undo(undo, Permission())  # without consent
    assert report.undo is not None
    assert report.undo.patch == {"topics": {"a": {"config": {"segment.ms": "1"}}}}


def test_what_a_patch_cannot_express_is_said(tmp_path: Path) -> None:
    text = "version: 1\ndefaults: {config: {vendor.key: x}}\ntopics:\n  a: {state: absent}\n"
    (tmp_path / "topics.yaml").write_text(text)
    cluster, desired = SimulatedCluster(), load([tmp_path / "topics.yaml"], None, {})
    cluster.create("a", 2)
    report = cluster.undo(undo_of(cluster.apply(desired), desired))
    assert report.undo is not None
    assert [(each.topic, each.field, each.why) for each in report.undo.not_in_patch] == [
        ("a", "config.vendor.key", "defaults or a profile sets x, and a patch cannot remove that from one topic")
    ]


def test_a_count_that_a_variable_sets_cannot_be_patched(tmp_path: Path) -> None:
    path = tmp_path / "topics.yaml"
    path.write_text("version: 1\ntopics: {a: {state: absent, partitions: 2}}\n")
    desired = load([path], None, {"KAFKA_TOPIC_A_PARTITIONS": "5"})
    cluster = SimulatedCluster()
    cluster.create("a", 2)
    report = cluster.undo(undo_of(cluster.apply(desired), desired))
    assert report.undo is not None
    assert [(each.field, each.why) for each in report.undo.not_in_patch] == [
        ("partitions", "KAFKA_TOPIC_A_PARTITIONS sets 5, and it overrides every file")
    ]


def test_a_pruned_topic_is_listed_by_the_patch() -> None:
    cluster = SimulatedCluster()
    cluster.create("a", 2, retention_ms="1000")
    report = cluster.apply(wanted(absent("a")))
    undone = cluster.undo(undo_of(report, wanted(spec("b"))))
    assert undone.undo is not None
    assert undone.undo.patch == {
        "topics": {"a": {"partitions": 2, "replication_factor": 1, "config": {"retention.ms": "1000"}}}
    }


DEFAULT_CONFIG = st.fixed_dictionaries(
    {}, optional={"retention.ms": st.sampled_from(["5000", "604800000"]), "vendor.key": st.just("d")}
)


@given(with_absent(), live_states(), DEFAULT_CONFIG)
def test_after_an_undo_the_patched_manifest_has_no_work(
    desired: DesiredState, live: LiveState, defaults: Mapping[str, str]
) -> None:
    """Apart from what the report says that the patch lacks, and what the manifest wanted and the run did not do."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        text = json.dumps(document_of(desired, defaults))
        (folder / "topics.yaml").write_text(text)
        manifest = load([folder / "topics.yaml"], None, {})
        cluster = SimulatedCluster()
        for topic in live.topics.values():
            cluster.create(topic.name, topic.partitions, **topic.overrides)
        report = cluster.apply(manifest)
        left = fields_left(cluster.planned(manifest))
        undone = cluster.undo(undo_of(report, manifest))
        assert undone.undo is not None
        wants = patched(folder, text, undone)
        lacking = {(each.topic, each.field) for each in undone.undo.not_in_patch}
        lasting = {(each.topic, each.field) for each in undone.undo.not_restored}
        assert fields_left(cluster.planned(wants)) <= left | lacking | lasting


def fields_left(made: Plan) -> set[tuple[str, str]]:
    created = {(topic.name, "state") for topic in made.topics if isinstance(topic, Create)}
    return created | {(topic.name, change.field) for topic in made.topics for change in changes_of(topic)}


def document_of(desired: DesiredState, defaults: Mapping[str, str]) -> Mapping[str, object]:
    topics = {
        each.name: {
            **({"partitions": each.partitions} if each.partitions is not None else {}),
            "config": dict(each.config),
            **({"state": "absent"} if each.is_absent else {}),
        }
        for each in desired.topics
    }
    return {"version": 1, "defaults": {"config": dict(defaults)}, "topics": topics}
