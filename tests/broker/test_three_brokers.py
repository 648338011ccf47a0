"""Replication and reads from any of several brokers."""

from __future__ import annotations

from pathlib import Path

from confluent_kafka.admin import ConfigResource, NewTopic, ResourceType

from reconciler.sandbox import Sandbox
from tests.broker.another_client import AnotherClient
from tests.broker.dry_run import check_dry_run
from tests.support.command import PROJECT, RunReconciler


def test_the_example_becomes_topics_on_three_brokers_and_the_next_plan_is_empty(
    reconciler: RunReconciler, kafka3: Sandbox
) -> None:
    environment = {"KAFKA_BOOTSTRAP_SERVERS": kafka3.bootstrap_servers}
    applied = reconciler("apply", "-e", "prod", "--yes", "-o", "json", env=environment, cwd=PROJECT)
    assert applied.code == 0
    assert applied.report["cluster"]["brokers"] == 3
    assert applied.report["summary"]["applied"] == 4
    client = AnotherClient(kafka3)
    assert client.replication_factor("orders.requests") == 3
    assert client.partitions("orders.requests") == 24
    again = reconciler("plan", "-e", "prod", "-o", "json", env=environment, cwd=PROJECT)
    assert again.report["summary"]["skip"] == 4


def test_a_replication_factor_that_differs_needs_consent_and_is_not_called_unchanged(
    reconciler: RunReconciler, kafka3: Sandbox, tmp_path: Path
) -> None:
    AnotherClient(kafka3).create("replicated", partitions=2, replicas=3)
    (tmp_path / "topics.yaml").write_text("version: 1\ntopics: {replicated: {replication_factor: 2}}\n")
    done = reconciler("plan", "--bootstrap-server", kafka3.bootstrap_servers, "-o", "json")
    assert done.code == 3
    (change,) = done.report["topics"][0]["changes"]
    assert (change["field"], change["before"], change["after"]) == ("replication_factor", 3, 2)
    assert (change["verdict"], change["consent"]["kind"]) == ("risky", "durability-loss")


def test_writes_are_read_back_whichever_broker_answers(
    reconciler: RunReconciler, kafka3: Sandbox, tmp_path: Path
) -> None:
    environment = {"KAFKA_BOOTSTRAP_SERVERS": kafka3.bootstrap_servers}
    for partitions in range(1, 6):
        (tmp_path / "topics.yaml").write_text(
            "version: 1\ndefaults: {allow: [partition-increase]}\ntopics:\n"
            f"  growing: {{partitions: {partitions}, config: {{retention.ms: {partitions}000}}}}\n"
        )
        done = reconciler("apply", "--yes", "-o", "json", env=environment)
        assert done.code == 0, done.stderr
        assert done.report["topics"][0]["verification"]["status"] == "verified"


def test_what_is_verified_is_shown_by_every_broker_however_busy(
    reconciler: RunReconciler, kafka3: Sandbox, tmp_path: Path
) -> None:
    """Brokers that make hundreds of partitions hear of later writes late, each at its own pace."""
    (tmp_path / "topics.yaml").write_text("version: 1\ntopics: {shown: {config: {retention.ms: 30d}}}\n")
    admin = AnotherClient(kafka3).admin
    nodes = admin.list_topics(timeout=30).brokers
    for batch in range(2):
        admin.create_topics([NewTopic(f"busy.{batch}.{number}", 2, 3) for number in range(60)])
    servers = ("--bootstrap-server", kafka3.bootstrap_servers)
    done = reconciler("apply", "--yes", "-o", "json", "--timeout", "120", *servers)
    topic = ConfigResource(ResourceType.TOPIC, "shown")
    asked = [admin.describe_configs([topic], broker=node, request_timeout=60)[topic] for node in nodes]
    shown = {answer.result(90)["retention.ms"].value for answer in asked}
    assert done.code == 0, done.stderr
    assert done.report["topics"][0]["verification"]["status"] == "verified"
    assert shown == {"2592000000"}


def test_three_brokers_check_without_doing(kafka3: Sandbox, reconciler: RunReconciler, tmp_path: Path) -> None:
    check_dry_run(kafka3, reconciler, tmp_path)
