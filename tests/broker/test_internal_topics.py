"""Kafka's own topics in a manifest: they are changed where they exist, and never created."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from confluent_kafka import Consumer, KafkaException, TopicPartition

from reconciler.sandbox import Sandbox, start
from tests.broker.another_client import AnotherClient
from tests.conftest import RunReconciler

OFFSETS = "__consumer_offsets"


@pytest.fixture
def fresh() -> Iterator[Sandbox]:
    """A Kafka of which nobody has used a group yet."""
    with start() as sandbox:
        yield sandbox


def make_offsets_topic(sandbox: Sandbox, client: AnotherClient) -> None:
    """Ask for the coordinator of a group, which makes the broker create the topic."""
    client.create("any")
    consumer = Consumer({"bootstrap.servers": sandbox.bootstrap_servers, "group.id": "g", "log_level": 0})
    while not client.exists(OFFSETS):
        with suppress(KafkaException):  # the coordinator is loading
            consumer.committed([TopicPartition("any", 0)], timeout=60)
    consumer.close()


def test_the_offsets_topic_is_never_created_and_changed_where_it_exists(
    fresh: Sandbox, reconciler: RunReconciler, tmp_path: Path
) -> None:
    (tmp_path / "topics.yaml").write_text(
        "version: 1\npolicy: {protected_topics: []}\ntopics:\n"
        f"  {OFFSETS}: {{config: {{segment.bytes: 64MiB}}}}\n"
        "  orders: {}\n"
    )
    client = AnotherClient(fresh)
    servers = ["--bootstrap-server", fresh.bootstrap_servers, "-o", "json"]
    for done in (reconciler("plan", *servers), reconciler("apply", *servers, "--yes")):
        assert done.code == 3
        assert done.report["topics"][0]["error"]["name"] == "INTERNAL_TOPIC"
    assert client.exists("orders")
    assert not client.exists(OFFSETS)

    make_offsets_topic(fresh, client)
    before = client.overrides(OFFSETS)
    assert before["cleanup.policy"] == "compact"
    done = reconciler("apply", *servers, "--yes")
    assert done.code == 0, done.stderr
    assert client.overrides(OFFSETS) == {**before, "segment.bytes": str(64 * 1024 * 1024)}
    assert reconciler("plan", *servers).report["summary"]["skip"] == 2
