"""The topics of a cluster through another client, records with old timestamps, and groups that read them."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping

from confluent_kafka import ConsumerGroupTopicPartitions, KafkaError, KafkaException, TopicPartition

from tests.chaos.bare import SECONDS, BareCluster
from tests.chaos.scenarios import Settings
from tests.oracle.expected import Cluster
from tests.oracle.state import AGE_MS, Live, Wanted
from tests.support.clients import AdminClient, Producer

_NOT_YET = {
    KafkaError.COORDINATOR_LOAD_IN_PROGRESS,
    KafkaError.COORDINATOR_NOT_AVAILABLE,
    KafkaError.NOT_COORDINATOR,
    KafkaError.REQUEST_TIMED_OUT,
    KafkaError._TIMED_OUT,
}
"""What a broker says while it makes its topic of offsets."""
_SOON = 10
"""Seconds for an answer, after which the request is sent again."""


class OtherClient:
    """Makes, fills, reads and deletes topics without the project's own code."""

    def __init__(self, servers: str) -> None:
        self._bare = BareCluster(servers)
        self._admin = AdminClient({"bootstrap.servers": servers, "log_level": 0})
        self._producer = Producer({"bootstrap.servers": servers, "log_level": 0, "linger.ms": 0, "acks": "all"})

    def create(self, topics: Mapping[str, Wanted]) -> None:
        """Make topics, and wait until the cluster shows them."""
        if not topics:
            return
        self._bare.create(
            {
                name: Settings(partitions=wanted.partitions or 1, replication_factor=1, config=wanted.values)
                for name, wanted in topics.items()
            }
        )

    def fill(self, topics: Mapping[str, int]) -> None:
        """Produce so many old records with keys to partition 0 of topics."""
        then = int(time.time() * 1000) - AGE_MS
        for name, number in topics.items():
            for record in range(number):
                self._producer.produce(name, key=str(record), value=b"x", partition=0, timestamp=then)
        while self._producer.flush(SECONDS):
            pass  # each call waits for the broker's answers

    def read_by_groups(self, topics: Iterable[str]) -> None:
        """Give each of the topics a group without members that has committed an offset of it."""
        for name in topics:
            while not self._has_committed(f"{name}-group", name):
                pass  # each try waits for the broker's answer

    def read(self, prefix: str) -> Cluster:
        """The topics whose names begin with ``prefix``, as two looks have shown them alike."""
        return {
            name: Live(partitions=found.settings.partitions, overrides=found.settings.config)
            for name, found in self._bare.read(prefix).items()
        }

    def delete(self, prefix: str) -> None:
        """Remove all topics whose names begin with ``prefix``; what groups have committed goes with them."""
        self._bare.delete(prefix)

    def _has_committed(self, group: str, topic: str) -> bool:
        offsets = ConsumerGroupTopicPartitions(group, [TopicPartition(topic, 0, 0)])
        answer = self._admin.alter_consumer_group_offsets([offsets], request_timeout=_SOON)[group]
        try:
            errors = [place.error for place in answer.result(SECONDS).topic_partitions if place.error is not None]
        except KafkaException as error:
            errors = [error.args[0]]
        if any(error.code() not in _NOT_YET for error in errors):
            raise KafkaException(errors[0])
        return not errors
