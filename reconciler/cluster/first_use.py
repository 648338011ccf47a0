"""What programs do with a broker first, done once: the broker loads the classes for it."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import Future
from contextlib import suppress
from typing import Any

from confluent_kafka import Consumer, KafkaException, Producer
from confluent_kafka.admin import (
    AdminClient,
    AlterConfigOpType,
    ConfigEntry,
    ConfigResource,
    NewPartitions,
    NewTopic,
    ResourceType,
)

_TOPIC = "first-use"


def use_once(bootstrap_servers: str, *, seconds: float) -> None:
    """Create, change and describe a topic, write and read a record, each within ``seconds``; failures do not matter."""
    servers: dict[str, str | int | float | bool] = {"bootstrap.servers": bootstrap_servers, "log_level": 0}
    with suppress(KafkaException):
        _alter_topics(AdminClient(servers), seconds)
        producer = Producer(servers)
        producer.produce(_TOPIC, b"")
        producer.flush(seconds)
        consumer = Consumer(servers | {"group.id": _TOPIC, "auto.offset.reset": "earliest"})
        try:
            consumer.subscribe([_TOPIC])
            consumer.poll(seconds)
            consumer.commit(asynchronous=False)
        finally:
            consumer.close()


def _alter_topics(admin: AdminClient, seconds: float) -> None:
    topic = NewTopic(_TOPIC, num_partitions=1, replication_factor=1)
    _await(admin.create_topics([topic], validate_only=True), seconds)
    _await(admin.create_topics([topic]), seconds)
    _await(admin.create_partitions([NewPartitions(_TOPIC, 2)]), seconds)
    entry = ConfigEntry("retention.ms", "-1", incremental_operation=AlterConfigOpType.SET)
    change = ConfigResource(ResourceType.TOPIC, _TOPIC, incremental_configs=[entry])
    _await(admin.incremental_alter_configs([change]), seconds)
    _await(admin.describe_configs([ConfigResource(ResourceType.TOPIC, _TOPIC)]), seconds)


def _await(answers: Mapping[Any, Future[Any]], seconds: float) -> None:
    for answer in answers.values():
        with suppress(TimeoutError):
            answer.result(seconds)
