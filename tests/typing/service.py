"""The types of what ``reconciler`` and ``reconciler.service`` export, for services.

An ignored error is a use that is refused: mypy complains about an ignore that it does not need.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import assert_type

from confluent_kafka.admin import AdminClient

from reconciler import TopicsNotReady, TopicSpec, TopicsReport, ensure_topics, ensure_topics_async
from reconciler.errors import Diagnostic
from reconciler.model import DesiredState, Record
from reconciler.service import HealthMonitor, ServiceHealth, TopicHealth
from reconciler.session import Control

SPECS = [TopicSpec(name="orders", partitions=6, replication_factor=3, config={"retention.ms": "7d"})]


def started(client: AdminClient, desired: DesiredState) -> None:
    assert_type(ensure_topics("topics.yaml"), TopicsReport)
    ensure_topics(Path("topics"), environment="prod", bootstrap_servers="kafka-1:9092", group="billing")
    ensure_topics(SPECS, properties={"security.protocol": "SSL", "socket.timeout.ms": 1000, "enable.x": True})
    ensure_topics(desired, client=client, auto_create=False, require_partitions=True)
    ensure_topics((each for each in SPECS), timeout=30, retries=3, retry_delay=0.5, deadline=60)
    ensure_topics("topics.yaml", environ={"KAFKA_BOOTSTRAP_SERVERS": "kafka-1:9092"}, control=Control(tell=print))


async def started_in_a_loop() -> None:
    assert_type(await ensure_topics_async("topics.yaml", environment="prod", timeout=10), TopicsReport)
    await ensure_topics_async("topics.yaml", environment=3)  # type: ignore[arg-type]


def reported(report: TopicsReport, error: TopicsNotReady) -> None:
    assert_type(report.record, Record)
    assert_type(report.created, Sequence[str])
    assert_type(report.required, Sequence[str])
    assert_type(report.existing, Sequence[str])
    assert_type(report.missing, Sequence[str])
    assert_type(report.mismatched, Sequence[str])
    assert_type(report.warnings, Sequence[Diagnostic])
    assert_type(report.problems, Sequence[Diagnostic])
    assert_type(report.to_json(), str)
    assert_type(error.report, TopicsReport)
    report.is_ready = True  # type: ignore[misc]


def watched(report: TopicsReport) -> None:
    monitor = HealthMonitor(report, max_age=30)
    HealthMonitor("topics.yaml", environment="prod", timeout=5, patience=1)
    assert_type(monitor.service_health(), ServiceHealth)
    assert_type(monitor.service_health()["topics_created"], int)
    assert_type(monitor.service_health()["last_verification"], str | None)
    assert_type(monitor.topic_health(), TopicHealth)
    assert_type(monitor.topic_health()["missing"], list[str])


def wrong() -> None:
    ensure_topics(["orders"])  # type: ignore[list-item]
    ensure_topics(3)  # type: ignore[arg-type]
    ensure_topics("topics.yaml", "prod")  # type: ignore[call-arg]
    ensure_topics("topics.yaml", properties={"error_cb": print})  # type: ignore[dict-item]
    ensure_topics("topics.yaml", timeout="30s")  # type: ignore[arg-type]
    HealthMonitor()  # type: ignore[call-arg]
    TopicSpec("orders")  # type: ignore[call-arg]
