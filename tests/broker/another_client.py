"""A bare Kafka client, for what other people do to a cluster and for looking at it without our own eyes.

What it did shows on every broker when it comes back: any of them may be the next to be asked.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import Future
from contextlib import contextmanager, suppress
from typing import Any

from confluent_kafka import ConsumerGroupTopicPartitions, KafkaError, KafkaException, TopicCollection, TopicPartition
from confluent_kafka.admin import (
    AlterConfigOpType,
    ConfigEntry,
    ConfigResource,
    ConfigSource,
    NewTopic,
    PartitionMetadata,
    ResourceType,
)

from reconciler.sandbox import Sandbox
from tests.support.clients import AdminClient, Consumer, Producer

OFFSETS = "__consumer_offsets"
SECONDS = 60
"""For one answer, on a machine that has much to do."""


class AnotherClient:
    """Creates, changes and describes topics, waiting for each answer."""

    def __init__(self, sandbox: Sandbox) -> None:
        self._servers = sandbox.bootstrap_servers
        self.admin = AdminClient({"bootstrap.servers": self._servers, "log_level": 0})
        self._brokers = [broker.node_id for broker in sandbox.brokers]

    def create(
        self, name: str, partitions: int = 1, replicas: int = 1, config: Mapping[str, str] | None = None
    ) -> None:
        topic = NewTopic(name, num_partitions=partitions, replication_factor=replicas, config=dict(config or {}))
        self._done(self.admin.create_topics([topic]))
        self._await_everywhere(name, lambda configs: configs is not None)

    def delete(self, name: str) -> None:
        self._done(self.admin.delete_topics([name]))
        self._await_everywhere(name, lambda configs: configs is None)

    def make_offsets_topic(self, topic: str) -> None:
        """Ask for the coordinator of a group that reads ``topic``, which makes the broker create its own topic."""
        consumer = Consumer({"bootstrap.servers": self._servers, "group.id": topic, "log_level": 0})
        while not self.exists(OFFSETS):
            with suppress(KafkaException):  # the coordinator is loading
                consumer.committed([TopicPartition(topic, 0)], timeout=SECONDS)
        consumer.close()
        self._await_everywhere(OFFSETS, lambda configs: configs is not None)

    def produce(self, topic: str, times: Iterable[int], *, partition: int = 0, key: bytes | None = None) -> None:
        """Write a record for each of ``times``, in milliseconds since 1970."""
        producer = Producer({"bootstrap.servers": self._servers, "acks": "all", "log_level": 0})
        for each in times:
            producer.produce(topic, b"x", key, partition, timestamp=each)
        assert producer.flush(SECONDS) == 0

    def commit(self, group: str, topic: str, offsets: Mapping[int, int]) -> None:
        """Give a group without members its offsets."""
        self.make_offsets_topic(topic)  # without it, the request waits in vain
        committed = [TopicPartition(topic, partition, offset) for partition, offset in offsets.items()]
        asked = [ConsumerGroupTopicPartitions(group, committed)]
        errors = [True]
        while any(errors):  # while the group's coordinator is starting, there is one for each partition
            (answer,) = self.admin.alter_consumer_group_offsets(asked).values()
            errors = [each.error is not None for each in answer.result(SECONDS).topic_partitions]

    @contextmanager
    def reading(self, topic: str) -> Iterator[str]:
        """The name of a group with a member that reads ``topic`` and has committed the offset 0 of its partition 0."""
        group = f"{topic}-readers"
        consumer = Consumer({"bootstrap.servers": self._servers, "group.id": group, "log_level": 0})
        consumer.subscribe([topic])
        while not consumer.assignment():
            consumer.poll(0.1)
        consumer.commit(offsets=[TopicPartition(topic, 0, 0)], asynchronous=False)
        try:
            yield group
        finally:
            consumer.close()

    def set_config(self, name: str, key: str, value: str) -> None:
        entry = ConfigEntry(key, value, incremental_operation=AlterConfigOpType.SET)
        resource = ConfigResource(ResourceType.TOPIC, name, incremental_configs=[entry])
        self._done(self.admin.incremental_alter_configs([resource]))
        self._await_everywhere(name, lambda configs: configs is not None and configs[key].value == value)

    def partitions(self, name: str) -> int:
        return len(self.admin.list_topics(timeout=SECONDS).topics[name].partitions)

    def replication_factor(self, name: str) -> int:
        return len(self.admin.list_topics(timeout=SECONDS).topics[name].partitions[0].replicas)

    def replicas(self, name: str) -> list[list[int]]:
        """The brokers of each partition, the preferred leader first."""
        return [list(each.replicas) for each in self._partitions(name)]

    def in_sync(self, name: str) -> list[int]:
        """How many replicas of each partition are in sync."""
        return [len(each.isrs) for each in self._partitions(name)]

    def leaderless(self, name: str) -> int:
        """How many partitions have no leader."""
        return sum(each.leader == -1 for each in self._partitions(name))

    def _partitions(self, name: str) -> list[PartitionMetadata]:
        while True:
            # It waits for a broker that was killed, or asks one that does not have the topic yet.
            with suppress(KafkaException, KeyError):
                return list(self.admin.list_topics(timeout=5).topics[name].partitions.values())

    def topic_id(self, name: str) -> str:
        """Another one once the topic was deleted and created again."""
        topic_id = str(self.admin.describe_topics(TopicCollection([name]))[name].result(SECONDS).topic_id)
        return topic_id.translate(str.maketrans("+/", "-_"))  # as Kafka's own tools print it

    def exists(self, name: str) -> bool:
        return name in self.admin.list_topics(timeout=SECONDS).topics

    def set_broker_default(self, key: str, value: str, *, seen_by: str, as_key: str) -> None:
        """Set the default of broker 1, and wait until the topic ``seen_by`` shows it."""
        entry = ConfigEntry(key, value, incremental_operation=AlterConfigOpType.SET)
        resource = ConfigResource(ResourceType.BROKER, "1", incremental_configs=[entry])
        self._done(self.admin.incremental_alter_configs([resource]))
        self._await_everywhere(seen_by, lambda configs: configs is not None and configs[as_key].value == value)

    def describe(self, name: str, *, broker: int | None = None) -> dict[str, Any]:
        """The topic's configuration, as ``broker`` shows it or whichever is asked."""
        resource = ConfigResource(ResourceType.TOPIC, name)
        more = {} if broker is None else {"broker": broker}
        entries: dict[str, Any] = self.admin.describe_configs([resource], **more)[resource].result(SECONDS)
        return entries

    def _await_everywhere(self, name: str, is_so: Callable[[dict[str, Any] | None], bool]) -> None:
        """Wait until ``is_so`` of the topic's configuration on every broker, ``None`` where there is no topic."""
        for broker in self._brokers:
            while not is_so(self._shown_by(broker, name)):
                pass  # each look waits for the broker's answer

    def _shown_by(self, broker: int, name: str) -> dict[str, Any] | None:
        try:
            return self.describe(name, broker=broker)
        except KafkaException as error:
            if error.args[0].code() != KafkaError.UNKNOWN_TOPIC_OR_PART:
                raise
            return None

    def overrides(self, name: str) -> dict[str, str]:
        return {
            key: entry.value
            for key, entry in self.describe(name).items()
            if entry.source == ConfigSource.DYNAMIC_TOPIC_CONFIG.value
        }

    @staticmethod
    def _done(answers: Mapping[Any, Future[Any]]) -> None:
        for answer in answers.values():
            answer.result(SECONDS)
