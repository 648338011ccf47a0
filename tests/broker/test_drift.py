"""``drift`` on a real broker: what it finds, its exit codes, and that it asks for nothing but reads."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from confluent_kafka.admin import AlterConfigOpType, ConfigEntry, ConfigResource, ResourceType
from kafka import TopicPartition
from kafka.admin import KafkaAdminClient

from reconciler.sandbox import Sandbox
from tests.broker.another_client import AnotherClient
from tests.support.clients import Producer
from tests.support.command import Finished, RunReconciler

MANIFEST = """
version: 1
scope: {{include: ["{prefix}.*"]}}
topics:
  {prefix}.same: {{partitions: 1, config: {{retention.ms: 7d}}}}
  {prefix}.one: {{partitions: 1, config: {{retention.ms: 7d}}, owner: team-a}}
  {prefix}.two: {{partitions: 1, config: {{retention.ms: 7d}}, owner: team-b}}
  {prefix}.again: {{partitions: 1}}
  {prefix}.gone: {{partitions: 1}}
"""
READS = {"metadata", "describe_configs", "describe_topics", "describe_cluster", "list_groups"}


class Audited:
    """A cluster with the topics of a manifest, and audits of it."""

    def __init__(self, kafka: Sandbox, prefix: str, folder: Path, reconciler: RunReconciler) -> None:
        self.client, self.prefix = AnotherClient(kafka), prefix
        self.manifest = folder / "topics.yaml"
        self.manifest.write_text(MANIFEST.format(prefix=prefix))
        self._servers, self._run = kafka.bootstrap_servers, reconciler

    def run(self, command: str, *more: str) -> Finished:
        return self._run(command, "--bootstrap-server", self._servers, *more)

    def drift(self, *more: str) -> Finished:
        return self.run("drift", "-o", "json", *more)

    def name(self, last: str) -> str:
        return f"{self.prefix}.{last}"


@pytest.fixture
def audited(kafka: Sandbox, prefix: str, tmp_path: Path, reconciler: RunReconciler) -> Audited:
    made = Audited(kafka, prefix, tmp_path, reconciler)
    assert made.run("apply", "--yes", "--report", "applied.json").code == 0
    return made


def entries(done: Finished) -> dict[tuple[str, str | None], Any]:
    """The drift by topic, without the prefix of the test, and field or class."""
    found = [*done.report["topics"], *done.report["unmanaged"]]
    return {
        (topic["name"].rpartition(".")[2], entry["field"] or entry["class"]): entry
        for topic in found
        for entry in topic["drift"]
    }


def test_an_audit_tells_every_class_of_drift_once_and_since_when(audited: Audited) -> None:
    clean = audited.drift("--report", "0.json")
    assert (clean.code, clean.report["run"]["status"], entries(clean)) == (0, "ok", {})
    assert clean.report["statistics"]["requests"].keys() <= READS
    for name in ("one", "two"):
        audited.client.set_config(audited.name(name), "retention.ms", "86400000")
    audited.client.delete(audited.name("gone"))
    audited.client.delete(audited.name("again"))
    audited.client.create(audited.name("again"))
    audited.client.create(audited.name("extra"))
    first = audited.drift("--baseline", "0.json", "--report", "1.json")
    assert (first.code, first.report["run"]["status"]) == (2, "changes")
    assert {key: entry["class"] for key, entry in entries(first).items()} == {
        ("one", "config.retention.ms"): "changed",
        ("two", "config.retention.ms"): "changed",
        ("gone", "missing"): "missing",
        ("again", "recreated"): "recreated",
        ("extra", "unmanaged"): "unmanaged",
    }
    [cause, *_] = first.report["audit"]["causes"]
    assert (cause["field"], cause["live"], cause["wanted"]) == ("config.retention.ms", "86400000", ["604800000"])
    assert cause["topics"] == [audited.name("one"), audited.name("two")]
    assert cause["owners"] == [{"owner": "team-a", "topics": 1}, {"owner": "team-b", "topics": 1}]
    assert {
        key: first.report["summary"][key] for key in ("drifted", "missing", "changed", "unmanaged", "recreated")
    } == {
        "drifted": 5,
        "missing": 1,
        "changed": 2,
        "unmanaged": 1,
        "recreated": 1,
    }
    audited.client.set_config(audited.name("two"), "retention.ms", "604800000")
    audited.manifest.write_text(
        audited.manifest.read_text()
        + f"waivers: [{{topic: {audited.name('one')}, reason: incident 42, owner: sre, expires: 2999-12-31}}]\n"
    )
    second = audited.drift("--baseline", "1.json", "--report", "2.json")
    assert second.code == 2
    waived = entries(second)["one", "config.retention.ms"]
    assert (waived["waiver"]["reason"], waived["first_seen_at"]) == (
        "incident 42",
        entries(first)["one", "config.retention.ms"]["first_seen_at"],
    )
    assert [each["topic"] for each in second.report["audit"]["healed"]] == [audited.name("two")]
    assert entries(second)["again", "recreated"]["first_seen_at"] == first.report["run"]["started_at"]
    assert (second.report["summary"]["drifted"], second.report["summary"]["waived"]) == (3, 1)
    text = audited.run("drift", "--baseline", "2.json").stdout
    assert "Accepted by waivers:" in text
    assert "until 2999-12-31: incident 42 (sre)" in text


def test_what_was_merged_and_not_applied_is_told_from_what_was_changed_by_hand(
    audited: Audited, client: AnotherClient
) -> None:
    client.set_config(audited.name("two"), "retention.ms", "86400000")
    merged = audited.manifest.read_text().replace(
        "retention.ms: 7d}, owner: team-a", "retention.ms: 8d}, owner: team-a"
    )
    audited.manifest.write_text(merged)
    done = audited.drift("--base", "applied.json")
    causes = {cause["topics"][0].rpartition(".")[2]: cause["kind"] for cause in done.report["audit"]["causes"]}
    assert causes == {"one": "merged", "two": "topic-value"}


@pytest.fixture
def render(reconciler: RunReconciler) -> Callable[..., Finished]:
    return reconciler


def test_a_report_of_an_audit_is_shown_again_in_every_format(audited: Audited, render: Callable[..., Finished]) -> None:
    audited.client.set_config(audited.name("one"), "retention.ms", "86400000")
    shown = audited.run("drift", "--report", "d.json")
    assert shown.code == 2
    assert render("render", "d.json").stdout == shown.stdout
    assert "1 topic drifted (1 cause)" in render("render", "d.json", "-o", "markdown").stdout
    assert "::error file=topics.yaml,line=6," in render("render", "d.json", "-o", "github").stdout
    assert 'failures="1"' in render("render", "d.json", "-o", "junit").stdout


@contextmanager
def slowly_copying(client: AnotherClient, topic: str, broker: int) -> Iterator[None]:
    """A broker that hardly copies anything of ``topic`` for the length of the block."""
    rate, replicas = "follower.replication.throttled.rate", "follower.replication.throttled.replicas"
    client.set_config(topic, replicas, "*")
    for operation in (AlterConfigOpType.SET, AlterConfigOpType.DELETE):
        entry = ConfigEntry(rate, "1", incremental_operation=operation)
        resource = ConfigResource(ResourceType.BROKER, str(broker), incremental_configs=[entry])
        for answer in client.admin.incremental_alter_configs([resource]).values():
            answer.result(60)
        if operation is AlterConfigOpType.SET:
            yield


def test_replicas_that_are_being_moved_are_no_drift(
    kafka3: Sandbox, tmp_path: Path, reconciler: RunReconciler, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The move stays under way: a replica is to come to a broker that does not copy more than a byte a second."""
    client = AnotherClient(kafka3)
    client.create("moved")
    producer = Producer({"bootstrap.servers": kafka3.bootstrap_servers, "log_level": 0})
    for _ in range(8):  # more than one answer of a broker holds
        producer.produce("moved", bytes(500_000))
    assert producer.flush(60) == 0
    second = KafkaAdminClient(bootstrap_servers=kafka3.bootstrap_servers)
    [here] = client.admin.list_topics("moved", timeout=60).topics["moved"].partitions[0].replicas
    there = next(broker.node_id for broker in kafka3.brokers if broker.node_id != here)
    with slowly_copying(client, "moved", there):
        second.alter_partition_reassignments({TopicPartition("moved", 0): [there]})
        while client.replication_factor("moved") == 1:
            pass  # each look waits for a broker
        (tmp_path / "topics.yaml").write_text("version: 1\ntopics: {moved: {replication_factor: 1}}\n")
        servers = ("--bootstrap-server", kafka3.bootstrap_servers)
        for is_asked in (True, False):
            if not is_asked:
                monkeypatch.setitem(sys.modules, "kafka", None)  # as Python has it for what cannot be imported
            done = reconciler("drift", *servers, "-o", "json")
            [cause] = done.report["audit"]["causes"]
            assert (done.code, cause["kind"], cause["live"], cause["wanted"]) == (0, "reassignment", 2, [1])
            shown = json.loads(reconciler("explain", "moved", *servers, "-o", "json").stdout)
            statuses = {each["field"]: each["status"] for each in shown["values"]}
            assert statuses["replication_factor"] == "not-compared"
            planned = reconciler("plan", "--detailed-exitcode", *servers, "-o", "json")
            [told] = planned.report["diagnostics"]
            # Without the second client nobody knows what the replication factor becomes.
            known = (0, "skip", "reassignment-under-way") if is_asked else (3, "drift", "reassignment-suspected")
            assert (planned.code, planned.report["topics"][0]["action"], told["code"]) == known
        monkeypatch.undo()
        (tmp_path / "topics.yaml").write_text("version: 1\ntopics: {moved: {replication_factor: 3}}\n")
        assert reconciler("drift", *servers).code == 2
    second.close()
    client.delete("moved")
