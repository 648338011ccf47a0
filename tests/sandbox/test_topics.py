"""Topics of a manifest in a sandbox."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from confluent_kafka import OFFSET_INVALID, TopicPartition

from reconciler.errors import ManifestInvalid
from reconciler.model import TopicSpec
from reconciler.sandbox import Sandbox
from reconciler.service.sandbox_topics import create, create_again, fitted, topics_for
from tests.broker.another_client import AnotherClient
from tests.support.clients import Consumer


@contextmanager
def reading(sandbox: Sandbox, group: str) -> Iterator[Consumer]:
    consumer = Consumer({"bootstrap.servers": sandbox.bootstrap_servers, "group.id": group, "log_level": 0})
    try:
        yield consumer
    finally:
        consumer.close()


@pytest.mark.parametrize(("brokers", "replicas", "in_sync"), [(1, 1, "1"), (2, 2, "2"), (3, 3, "2")])
def test_a_sandbox_lowers_what_takes_more_brokers(brokers: int, replicas: int, in_sync: str) -> None:
    wanted = TopicSpec(name="a", replication_factor=3, config={"min.insync.replicas": "2", "retention.ms": "1000"})
    topic = fitted(wanted, brokers=brokers)
    assert topic.replication_factor == replicas
    assert topic.config == {"min.insync.replicas": in_sync, "retention.ms": "1000"}
    assert fitted(TopicSpec(name="a"), brokers=brokers).replication_factor is None


def test_a_wrong_manifest_is_refused(kafka: Sandbox, tmp_path: Path) -> None:
    (tmp_path / "topics.yaml").write_text("version: 1\ntopics: {a: {partitions: 0}, b: {partition: 1}}\n")
    with pytest.raises(ManifestInvalid) as failure:
        topics_for(kafka, [tmp_path / "topics.yaml"], None, {})
    assert len(failure.value.diagnostics) == 2


def test_topics_that_are_to_be_deleted_elsewhere_are_left_out(kafka: Sandbox, tmp_path: Path) -> None:
    (tmp_path / "topics.yaml").write_text("version: 1\ntopics: {a: {partitions: 2}, b: {state: absent}}\n")
    assert [topic.name for topic in topics_for(kafka, [tmp_path / "topics.yaml"], None, {})] == ["a"]


def test_topics_that_are_created_again_have_no_records_and_no_committed_offsets(kafka3: Sandbox) -> None:
    names = ("again.a", "again.b")
    topics = [TopicSpec(name=name, partitions=3, replication_factor=2, config={"retention.ms": "-1"}) for name in names]
    create(topics, kafka3)
    client = AnotherClient(kafka3)
    partition = TopicPartition("again.a", 0)
    for times in range(1, 4):
        client.produce("again.a", range(times))
        client.commit("again", "again.a", {0: times})
        with reading(kafka3, "again") as consumer:
            assert consumer.get_watermark_offsets(partition, timeout=60) == (0, times)
        create_again(topics, kafka3)
        for name in names:
            assert (client.partitions(name), client.replication_factor(name)) == (3, 2)
        assert client.overrides("again.a") == {"retention.ms": "-1"}
        with reading(kafka3, "again") as consumer:
            assert consumer.committed([partition], timeout=60)[0].offset == OFFSET_INVALID
            assert consumer.get_watermark_offsets(partition, timeout=60) == (0, 0)
