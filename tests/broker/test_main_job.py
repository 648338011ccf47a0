"""The main job on a real broker: plan, apply, plan empty."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from reconciler.sandbox import Sandbox
from tests.broker.another_client import AnotherClient
from tests.support.command import PROJECT, Finished, RunReconciler

Command = Callable[..., Finished]
Manifest = Callable[[str], None]


@pytest.fixture
def reconciler(reconciler_process: RunReconciler) -> RunReconciler:
    """What users run is a process."""
    return reconciler_process


def by_name(done: Finished) -> dict[str, Any]:
    return {topic["name"]: topic for topic in done.report["topics"]}


def test_absent_topics_are_created_and_the_next_plan_is_empty(
    prefix: str, manifest: Manifest, plan: Command, apply: Command, client: AnotherClient
) -> None:
    manifest(f"""
        {prefix}.a: {{partitions: 3, config: {{retention.ms: 86400000, cleanup.policy: [compact, delete]}}}}
        {prefix}.b: {{}}
    """)
    planned = plan()
    assert planned.code == 0
    assert planned.report["run"]["status"] == "changes"
    assert planned.report["summary"]["create"] == 2
    assert not client.exists(f"{prefix}.a")

    applied = apply()
    assert applied.code == 0
    assert applied.report["run"]["status"] == "ok"
    assert applied.report["summary"]["applied"] == 2
    assert applied.report["statistics"]["topics_created"] == 2
    assert {topic["verification"]["status"] for topic in applied.report["topics"]} == {"verified"}
    assert client.partitions(f"{prefix}.a") == 3
    assert client.overrides(f"{prefix}.a") == {"retention.ms": "86400000", "cleanup.policy": "compact,delete"}
    assert client.partitions(f"{prefix}.b") == 1

    again = plan()
    assert again.code == 0
    assert again.report["run"]["status"] == "ok"
    assert again.report["summary"]["skip"] == 2


def test_applying_twice_writes_nothing_the_second_time(prefix: str, manifest: Manifest, apply: Command) -> None:
    manifest(f"{prefix}: {{partitions: 2}}")
    assert apply().code == 0
    again = apply()
    assert again.code == 0
    assert by_name(again)[prefix]["attempts"] == []
    assert set(again.report["statistics"]["requests"]) == {"metadata", "describe_configs", "describe_topics"}


def test_partly_present(prefix: str, manifest: Manifest, plan: Command, apply: Command, client: AnotherClient) -> None:
    client.create(f"{prefix}.equal", partitions=2, config={"retention.ms": "1000"})
    client.create(f"{prefix}.grown", partitions=2)
    client.create(f"{prefix}.other", config={"retention.ms": "1000", "max.message.bytes": "2000"})
    manifest(f"""
        {prefix}.absent: {{partitions: 1}}
        {prefix}.equal: {{partitions: 2, config: {{retention.ms: "01000"}}}}
        {prefix}.grown: {{partitions: 5, allow: [partition-increase]}}
        {prefix}.other: {{config: {{retention.ms: 2000, compression.type: zstd}}}}
    """)
    actions = {name: topic["action"] for name, topic in by_name(plan()).items()}
    assert actions == {
        f"{prefix}.absent": "create",
        f"{prefix}.equal": "skip",
        f"{prefix}.grown": "drift",
        f"{prefix}.other": "drift",
    }
    applied = apply()
    assert applied.code == 0
    changes = by_name(applied)[f"{prefix}.other"]["changes"]
    assert [(change["field"], change["before"], change["after"], change["status"]) for change in changes] == [
        ("config.compression.type", "producer", "zstd", "applied"),
        ("config.max.message.bytes", "2000", None, "applied"),
        ("config.retention.ms", "1000", "2000", "applied"),
    ]
    assert client.partitions(f"{prefix}.grown") == 5
    assert client.overrides(f"{prefix}.other") == {"retention.ms": "2000", "compression.type": "zstd"}
    assert plan().report["summary"]["skip"] == 4


def test_an_override_made_by_another_client_is_drift_and_is_healed(
    prefix: str, manifest: Manifest, plan: Command, apply: Command, client: AnotherClient
) -> None:
    manifest(f"{prefix}: {{partitions: 1, config: {{retention.ms: 86400000}}}}")
    assert apply().code == 0
    client.set_config(prefix, "retention.ms", "1")
    client.set_config(prefix, "flush.ms", "1000")
    drift = by_name(plan())[prefix]
    assert [(change["field"], change["before"], change["after"]) for change in drift["changes"]] == [
        ("config.flush.ms", "1000", None),
        ("config.retention.ms", "1", "86400000"),
    ]
    assert apply().code == 0
    assert client.overrides(prefix) == {"retention.ms": "86400000"}
    assert plan().report["run"]["status"] == "ok"


def test_a_value_that_the_broker_gives_by_default_is_no_change(
    prefix: str, manifest: Manifest, plan: Command, client: AnotherClient
) -> None:
    client.create(prefix)
    manifest(f"{prefix}: {{config: {{retention.ms: 604800000, cleanup.policy: delete, segment.bytes: 1073741824}}}}")
    assert by_name(plan())[prefix]["action"] == "skip"


def test_partition_decrease_and_replication_change_are_impossible_and_the_rest_is_done(
    prefix: str, manifest: Manifest, plan: Command, apply: Command, client: AnotherClient
) -> None:
    client.create(f"{prefix}.fewer", partitions=3)
    client.create(f"{prefix}.replicas")
    manifest(f"""
        {prefix}.fewer: {{partitions: 1, config: {{retention.ms: 30d}}}}
        {prefix}.new: {{partitions: 1}}
        {prefix}.replicas: {{replication_factor: 2}}
    """)
    planned = plan()
    assert planned.code == 3
    assert planned.report["run"]["status"] == "refused"
    assert planned.report["summary"]["impossible"] == 2
    applied = apply()
    assert applied.code == 3
    topics = by_name(applied)
    assert {name: topic["status"] for name, topic in topics.items()} == {
        f"{prefix}.fewer": "refused",
        f"{prefix}.new": "applied",
        f"{prefix}.replicas": "refused",
    }
    verdicts = {
        change["field"]: (change["verdict"], change["status"]) for change in topics[f"{prefix}.fewer"]["changes"]
    }
    assert verdicts == {"partitions": ("impossible", "refused"), "config.retention.ms": ("safe", "applied")}
    assert "Kafka cannot remove partitions" in topics[f"{prefix}.fewer"]["changes"][0]["reason"]
    assert client.partitions(f"{prefix}.fewer") == 3
    assert client.overrides(f"{prefix}.fewer") == {"retention.ms": "2592000000"}


def test_one_refused_topic_among_good_ones_leaves_the_others_done(
    prefix: str, manifest: Manifest, plan: Command, apply: Command, client: AnotherClient
) -> None:
    client.create(f"{prefix}.changed")
    manifest(f"""
        {prefix}.bad: {{partitions: 1, config: {{no.such.key: x}}}}
        {prefix}.changed: {{config: {{retention.ms: 30d}}}}
        {prefix}.good: {{partitions: 1}}
        {prefix}.too-many-replicas: {{replication_factor: 7}}
    """)
    done = apply("--report", "report.json", "--timeout", "10")  # more brokers than there are it waits for
    assert done.code == 3
    topics = by_name(done)
    assert {name: topic["status"] for name, topic in topics.items()} == {
        f"{prefix}.bad": "refused",
        f"{prefix}.changed": "applied",
        f"{prefix}.good": "applied",
        f"{prefix}.too-many-replicas": "refused",
    }
    assert topics[f"{prefix}.bad"]["error"]["name"] == "INVALID_CONFIG"
    assert "no.such.key" in topics[f"{prefix}.bad"]["error"]["message"]
    assert topics[f"{prefix}.too-many-replicas"]["error"]["name"] == "INVALID_REPLICATION_FACTOR"
    assert done.report["statistics"]["topic_creation_errors"] == 2
    assert client.exists(f"{prefix}.good")
    assert not client.exists(f"{prefix}.bad")
    assert by_name(plan())[f"{prefix}.good"]["action"] == "skip"


def test_a_name_that_collides_with_an_existing_topic_is_refused_by_the_broker(
    prefix: str, manifest: Manifest, apply: Command, client: AnotherClient
) -> None:
    client.create(f"{prefix}.a")
    manifest(f"{prefix}_a: {{}}")
    done = apply()
    assert done.code == 3
    assert "collides" in by_name(done)[f"{prefix}_a"]["error"]["message"]


def test_the_plan_does_not_create_topics(prefix: str, manifest: Manifest, plan: Command, client: AnotherClient) -> None:
    manifest(f"{prefix}: {{}}")
    assert plan().report["summary"]["create"] == 1
    assert not client.exists(prefix)


def test_text_shows_the_plan_then_what_came_of_it(
    prefix: str, manifest: Manifest, reconciler: RunReconciler, kafka: Sandbox, tmp_path: Path
) -> None:
    manifest(f"{prefix}: {{partitions: 2}}")
    environment = {"KAFKA_BOOTSTRAP_SERVERS": kafka.bootstrap_servers}
    done = reconciler("apply", "--yes", "--report", "report.json", "--report", "report.txt", env=environment)
    assert done.code == 0
    assert not re.search("error|warning", done.stderr)
    assert done.stdout.index("Plan: 1 to create") < done.stdout.index(f"{prefix}: applied, verified")
    assert done.stdout.endswith("Apply: 1 topic applied, 0 unchanged.\n")
    assert "\x1b" not in done.stdout
    report = json.loads((tmp_path / "report.json").read_text())
    assert report["cluster"] == {
        "id": report["cluster"]["id"],
        "bootstrap_servers": kafka.bootstrap_servers,
        "brokers": 1,
    }
    assert (tmp_path / "report.txt").read_text().endswith("Apply: 1 topic applied, 0 unchanged.\n")


def test_a_tls_client_on_a_plaintext_port_is_told_so_without_waiting(reconciler: RunReconciler, kafka: Sandbox) -> None:
    arguments = ["--bootstrap-server", kafka.bootstrap_servers, "-X", "security.protocol=SSL", "--timeout", "100"]
    done = reconciler("plan", *arguments, "-o", "json", cwd=PROJECT)
    assert done.code == 1
    assert "the client uses TLS, but the port does not" in done.stderr
    assert [diagnostic["code"] for diagnostic in done.report["diagnostics"]] == ["tls-on-plaintext"]


@pytest.mark.parametrize("source", ["flag", "environment", "file", "property"])
def test_the_cluster_is_found_by_flag_environment_file_and_property(
    source: str, reconciler: RunReconciler, kafka: Sandbox, tmp_path: Path
) -> None:
    servers, nowhere = kafka.bootstrap_servers, "127.0.0.1:1"
    good, bad = tmp_path / "good.properties", tmp_path / "bad.properties"
    good.write_text(f"# the cluster\nbootstrap.servers = {servers}\n")
    bad.write_text(f"bootstrap.servers={nowhere}\n")
    # Each source wins over those behind it.
    arguments, environment = {
        "flag": (["--bootstrap-server", servers, "--command-config", str(bad)], {"KAFKA_BOOTSTRAP_SERVERS": nowhere}),
        "property": (["-X", f"bootstrap.servers={servers}", "--command-config", str(bad)], {}),
        "file": (["--command-config", str(good)], {"KAFKA_BOOTSTRAP_SERVERS": nowhere}),
        "environment": ([], {"KAFKA_BOOTSTRAP_SERVERS": servers}),
    }[source]
    done = reconciler("plan", "-e", "dev", "-o", "json", *arguments, env=environment, cwd=PROJECT)
    assert done.code == 0
    assert done.report["cluster"]["bootstrap_servers"] == servers
