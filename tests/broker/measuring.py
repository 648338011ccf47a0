"""Measuring a real cluster, with the requests that it takes, and what is measured: records and groups."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

from confluent_kafka import ConsumerGroupTopicPartitions, KafkaException, TopicPartition

from reconciler.clock import TimeLimit
from reconciler.cluster.connection import Connection
from reconciler.cluster.measurements import Measurements
from reconciler.model import Measured, Wanted
from reconciler.sandbox import Sandbox
from tests.support.clients import AdminClient, Consumer, Producer

KEPT = {"retention.ms": "-1"}
"""For topics with records of long ago, which would soon be gone."""


@contextmanager
def measuring(kafka: Sandbox) -> Iterator[tuple[Measurements, Connection]]:
    connection = Connection({"bootstrap.servers": kafka.bootstrap_servers}, limit=TimeLimit(60))
    connection._patience = 60  # the requests are counted, and a broker under load is slow
    yield Measurements(connection), connection
    connection.close()


def measured(kafka: Sandbox, wanted: Wanted) -> tuple[Measured, Mapping[str, int]]:
    """What is measured, and the requests that it took."""
    with measuring(kafka) as (measurements, connection):
        return measurements.measure(wanted), dict(connection.requests)


def produce(kafka: Sandbox, topic: str, times: Sequence[int], partition: int = 0, size: int = 1) -> None:
    """A record of ``size`` for each of ``times``, in milliseconds since 1970."""
    producer = Producer({"bootstrap.servers": kafka.bootstrap_servers, "acks": "all"})
    for each in times:
        producer.produce(topic, b"x" * size, partition=partition, timestamp=each)
    assert producer.flush(60) == 0


def commit(kafka: Sandbox, group: str, topic: str, offsets: Mapping[int, int]) -> None:
    """Let ``group``, which has no members, have read ``topic`` up to ``offsets`` by partition."""
    admin = AdminClient({"bootstrap.servers": kafka.bootstrap_servers})
    places = [TopicPartition(topic, partition, offset) for partition, offset in offsets.items()]
    asked = ConsumerGroupTopicPartitions(group, places)
    admin.alter_consumer_group_offsets([asked], request_timeout=60)[group].result(60)


@contextmanager
def member(kafka: Sandbox, group: str, topic: str, **properties: str) -> Iterator[Consumer]:
    """A consumer of ``topic`` in ``group`` that has partitions and commits nothing."""
    named = {key.replace("_", "."): value for key, value in properties.items()}
    own = {"bootstrap.servers": kafka.bootstrap_servers, "group.id": group, "enable.auto.commit": "false"}
    consumer = Consumer({**own, **named})
    consumer.subscribe([topic])
    while not consumer.assignment():
        consumer.poll(0.1)
    yield consumer
    consumer.close()


def has_no_leader(kafka: Sandbox, topic: str, partition: int) -> bool:
    """Whether a partition has no leader, as a client sees it that knows nothing of brokers that are gone."""
    try:
        metadata = AdminClient({"bootstrap.servers": kafka.bootstrap_servers, "log_level": 0}).list_topics(timeout=5)
    except KafkaException:
        return False
    return bool(metadata.topics[topic].partitions[partition].leader == -1)
