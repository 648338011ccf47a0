"""Undo on a real broker: of every kind of change, of an undo, and with the patch of the manifest."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from reconciler.sandbox import Sandbox
from tests.broker.another_client import AnotherClient
from tests.support.command import RunReconciler, report_at

NAMES = ("changed", "deleted", "created", "same", "grown")
BEFORE = """\
version: 1
defaults: {partitions: 1, replication_factor: 1}
topics:
  undo.changed: {config: {retention.ms: 7d, max.message.bytes: 2MiB}}
  undo.deleted: {partitions: 3, config: {cleanup.policy: compact}}
  undo.same: {config: {retention.ms: 7d}}
  undo.grown: {partitions: 2}
"""
AFTER = """\
version: 1
defaults: {partitions: 1, replication_factor: 1}
topics:
  undo.changed: {config: {retention.ms: 1d, segment.bytes: 64MiB}, allow: [data-loss]}
  undo.deleted: {state: absent, allow: [delete]}
  undo.created: {config: {retention.ms: 1h}, allow: [delete]}
  undo.same: {config: {retention.ms: 7d}}
  undo.grown: {partitions: 4}
"""

Settings = dict[str, tuple[int, dict[str, str]] | None]


def settings(client: AnotherClient) -> Settings:
    """Partitions and overrides of each topic, ``None`` for one that is not there."""
    names = [f"undo.{name}" for name in NAMES]
    there = {name for name in names if client.exists(name)}
    return {name: (client.partitions(name), client.overrides(name)) if name in there else None for name in names}


def statuses(report: Any) -> dict[str, str]:
    return {topic["name"].removeprefix("undo."): topic["status"] for topic in report["topics"]}


def test_an_apply_and_its_undo_can_be_undone(reconciler: RunReconciler, kafka: Sandbox, tmp_path: Path) -> None:
    client = AnotherClient(kafka)
    at = ["--bootstrap-server", kafka.bootstrap_servers]
    (tmp_path / "before.yaml").write_text(BEFORE)
    (tmp_path / "topics.yaml").write_text(AFTER)
    assert reconciler("apply", "before.yaml", "--yes", *at).code == 0
    before = settings(client)
    client.produce("undo.deleted", [1_600_000_000_000] * 3, key=b"k")
    assert reconciler("apply", "--yes", *at, "--report", "run.json").code == 0
    after = settings(client)

    planned = reconciler("plan", *at, "--undo", "run.json", "-o", "json")
    assert planned.code == 3  # partitions
    assert settings(client) == after
    undo = planned.report["undo"]
    assert undo["run_id"] == report_at(tmp_path / "run.json")["run"]["id"]
    assert [(each["topic"], each["field"]) for each in undo["not_restored"]] == [
        ("undo.deleted", "offsets"),
        ("undo.deleted", "records"),
        ("undo.grown", "partitions"),
    ]
    assert "at most 3 records" in undo["not_restored"][1]["why"]

    undone = reconciler("apply", "--yes", *at, "--undo", "run.json", "--report", "undone.json")
    assert undone.code == 3, undone.stdout
    assert settings(client) == before | {"undo.grown": (4, {})}
    assert reconciler("render", "undone.json").stdout == undone.stdout
    report = report_at(tmp_path / "undone.json")
    assert statuses(report) == {"changed": "applied", "created": "applied", "deleted": "applied", "grown": "refused"}
    assert "records that the run removed are not restored: 'undo.deleted'" in undone.stderr
    assert "Kafka cannot remove partitions" in undone.stdout

    # Without the patch the next apply would do it all again, with it there is nothing to do.
    assert "1 to create, 1 to change, 1 to delete" in reconciler("plan", *at, "-q").stdout
    (tmp_path / "topics.undone.yaml").write_text(json.dumps(report["undo"]["patch"]))
    patched = reconciler("plan", "-e", "undone", *at, "--detailed-exitcode")
    assert (patched.code, patched.stderr) == (0, ""), patched.stdout
    printed = undone.stdout.partition("before the next apply:\n\n")[2]
    (tmp_path / "topics.printed.yaml").write_text(printed)
    assert reconciler("plan", "-e", "printed", *at, "--detailed-exitcode").code == 0

    # A second time there is nothing left but the partitions.
    again = reconciler("plan", *at, "--undo", "run.json", "-o", "json").report
    assert statuses(again) == {
        "changed": "unchanged",
        "created": "unchanged",
        "deleted": "unchanged",
        "grown": "refused",
    }

    redone = reconciler(
        "apply", "--yes", *at, "--undo", "undone.json", "--allow", "delete", "--report", "redone.json", "-q"
    )
    assert redone.code == 0, redone.stdout
    assert settings(client) == after
    assert report_at(tmp_path / "redone.json")["undo"]["patch"] == {}
    for name in NAMES:
        if client.exists(f"undo.{name}"):
            client.delete(f"undo.{name}")


def test_what_somebody_did_since_is_not_undone(reconciler: RunReconciler, kafka: Sandbox, tmp_path: Path) -> None:
    client = AnotherClient(kafka)
    at = ["--bootstrap-server", kafka.bootstrap_servers]
    (tmp_path / "topics.yaml").write_text(
        "version: 1\ndefaults: {partitions: 1, replication_factor: 1}\ntopics:\n"
        "  since.changed: {config: {retention.ms: 6d, segment.ms: 1d}}\n  since.recreated: {}\n  since.new: {}\n"
    )
    client.create("since.changed")
    assert reconciler("apply", "--yes", *at, "--report", "run.json").code == 0
    client.set_config("since.changed", "retention.ms", "3600000")
    client.delete("since.recreated")
    client.create("since.recreated")
    done = reconciler("apply", "--yes", *at, "--undo", "run.json", "--allow", "delete", "-o", "json")
    assert done.code == 3
    assert statuses(done.report) == {"since.changed": "stale", "since.new": "applied", "since.recreated": "stale"}
    (changed, _, recreated) = done.report["topics"]
    assert {each["field"]: each["status"] for each in changed["changes"]} == {
        "config.retention.ms": "stale",
        "config.segment.ms": "applied",
    }
    assert "set 518400000; now it is 3600000" in json.dumps(changed)
    assert client.topic_id("since.recreated") in json.dumps(recreated["changes"])
    assert client.overrides("since.changed") == {"retention.ms": "3600000"}
    assert client.exists("since.recreated")
    assert not client.exists("since.new")
    for name in ("since.changed", "since.recreated"):
        client.delete(name)


@pytest.mark.parametrize("command", ["plan", "apply"])
def test_the_report_of_another_cluster_is_refused(
    reconciler: RunReconciler, kafka: Sandbox, tmp_path: Path, command: str
) -> None:
    at = ["--bootstrap-server", kafka.bootstrap_servers]
    (tmp_path / "topics.yaml").write_text("version: 1\ntopics: {}\n")
    assert reconciler("apply", "--yes", *at, "--report", "run.json").code == 0
    nothing = reconciler(command, *at, "--undo", "run.json", *(["--yes"] if command == "apply" else []))
    assert nothing.code == 0
    assert "the run changed no topic, so there is nothing to undo" in nothing.stderr
    report = report_at(tmp_path / "run.json")
    report["cluster"]["id"] = "another"
    report["plan"]["checksum"] = None
    (tmp_path / "run.json").write_text(json.dumps(report))
    refused = reconciler(command, *at, "--undo", "run.json", *(["--yes"] if command == "apply" else []))
    assert refused.code == 1
    assert "run.json is the report of a run on the cluster another, but this is the cluster" in refused.stderr
