"""What another tool does and sees: it moves replicas, writes records and reads them all back."""

from __future__ import annotations

import os
import signal
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from functools import cached_property
from typing import Any

from confluent_kafka import KafkaException, TopicPartition
from confluent_kafka.admin import AlterConfigOpType, ConfigEntry, ConfigResource, NewTopic, ResourceType
from kafka.admin import KafkaAdminClient
from kafka.structs import TopicPartition as OfSecondClient

from reconciler.sandbox import Sandbox
from tests.broker.another_client import SECONDS, AnotherClient
from tests.support.clients import Consumer, Producer

Placed = Sequence[Sequence[int]]
_RATES = ("leader.replication.throttled.rate", "follower.replication.throttled.rate")
_MARKS = ("leader.replication.throttled.replicas", "follower.replication.throttled.replicas")


class OtherTool(AnotherClient):
    """A client that also moves replicas."""

    def __init__(self, sandbox: Sandbox) -> None:
        super().__init__(sandbox)
        self.servers = sandbox.bootstrap_servers
        self._sandbox = sandbox

    @contextmanager
    def second(self) -> Iterator[Any]:
        """A client of kafka-python."""
        servers = self._servers.split(",")
        with closing(KafkaAdminClient(bootstrap_servers=servers, request_timeout_ms=SECONDS * 1000)) as client:
            yield client

    def place(self, name: str, replicas: Placed, config: Mapping[str, str] | None = None) -> None:
        """Create a topic with the replicas of each partition where they are given."""
        self.place_all({name: replicas}, config)

    def place_all(self, topics: Mapping[str, Placed], config: Mapping[str, str] | None = None) -> None:
        """The same for many topics at once."""
        new = [
            NewTopic(name, len(of), replica_assignment=[list(each) for each in of], config=dict(config or {}))
            for name, of in topics.items()
        ]
        self._done(self.admin.create_topics(new))
        for name in topics:
            self._await_everywhere(name, lambda configs: configs is not None)

    def move(self, name: str, replicas: Mapping[int, Sequence[int] | None]) -> None:
        """Ask the cluster to move the replicas of partitions; ``None`` takes that back."""
        with self.second() as second:
            wanted = {OfSecondClient(name, partition): to and list(to) for partition, to in replicas.items()}
            answers = second.alter_partition_reassignments(wanted)
        assert set(answers.values()) == {None}, answers

    def brokers_up(self) -> set[int]:
        """The brokers that the cluster counts as alive."""
        while True:
            with suppress(KafkaException):  # the broker that is asked has just gone
                return set(self.admin.list_topics(timeout=5).brokers)

    @contextmanager
    def without(self, broker: int) -> Iterator[None]:
        """The cluster without a broker, once the others know; it is back after the block."""
        os.kill(next(each.pid for each in self._sandbox.brokers if each.node_id == broker), signal.SIGKILL)
        try:
            while broker in self.brokers_up():
                pass  # each look waits for a broker's answer
            yield
        finally:
            self._sandbox.start_broker(broker)

    def in_flight(self) -> dict[str, dict[int, tuple[list[int], list[int]]]]:
        """The brokers that partitions are about to get and to lose, by topic and partition."""
        found: dict[str, dict[int, tuple[list[int], list[int]]]] = defaultdict(dict)
        with self.second() as second:
            for each, moving in second.list_partition_reassignments().items():
                found[each.topic][each.partition] = (moving["adding_replicas"], moving["removing_replicas"])
        return dict(found)

    def await_settled(self) -> None:
        """Wait until nothing is being moved."""
        while self.in_flight():
            pass  # each look waits for the cluster's answer

    @cached_property
    def _producer(self) -> Producer:
        return Producer({"bootstrap.servers": self._servers, "acks": "all", "enable.idempotence": True, "log_level": 0})

    def write(self, name: str, partitions: int, records: int, size: int = 10) -> None:
        """Write numbered records of ``size`` bytes to each partition, in order, acknowledged by all replicas."""
        for number in range(records):
            for partition in range(partitions):
                self._producer.produce(name, b"%0*d" % (size, number), partition=partition)
            self._producer.poll(0)
        assert self._producer.flush(SECONDS) == 0

    def assert_has(self, name: str, partitions: int, records: int) -> None:
        """Read all records: each partition has as many as were written, in order."""
        self.assert_all_have({name: partitions}, records)

    def assert_all_have(self, topics: Mapping[str, int], records: int) -> None:
        """The same of many topics, given with their numbers of partitions."""
        settings = {"bootstrap.servers": self._servers, "group.id": "reads-all", "log_level": 0}
        consumer = Consumer(settings | {"enable.auto.commit": False, "enable.partition.eof": True})
        found: dict[tuple[str, int], list[int]] = {
            (name, partition): [] for name, partitions in topics.items() for partition in range(partitions)
        }
        consumer.assign([TopicPartition(*at, 0) for at in found])
        ended: set[tuple[str, int]] = set()
        while len(ended) < len(found):
            message = consumer.poll(SECONDS)
            assert message is not None, "no record and no end"
            at = (str(message.topic()), message.partition() or 0)
            if message.error():
                ended.add(at)
            else:
                found[at].append(int((message.value() or b"")[-10:]))
        consumer.close()
        assert found == {at: list(range(records)) for at in found}

    def slow_down(self, name: str, rate: int) -> None:
        """Let followers of all partitions fetch no more than ``rate`` bytes a second."""
        self._set(ResourceType.TOPIC, name, dict.fromkeys(_MARKS, "*"))
        for broker in self._brokers:
            self._set(ResourceType.BROKER, str(broker), dict.fromkeys(_RATES, str(rate)))

    def speed_up(self, name: str) -> None:
        """Take that back."""
        for broker in self._brokers:
            self._set(ResourceType.BROKER, str(broker), dict.fromkeys(_RATES))
        self._set(ResourceType.TOPIC, name, dict.fromkeys(_MARKS))

    def throttles(self) -> dict[str, dict[str, str]]:
        """The throttling configs that are set, by topic or broker."""
        names = [name for name in self.admin.list_topics(timeout=SECONDS).topics if not name.startswith("__")]
        found = {name: self.overrides(name) for name in names}
        for broker in self._brokers:
            resource = ConfigResource(ResourceType.BROKER, str(broker))
            entries = self.admin.describe_configs([resource], broker=broker)[resource].result(SECONDS)
            found[str(broker)] = {key: str(entries[key].value) for key in _RATES if entries.get(key) is not None}
        kept = (*_MARKS, *_RATES)
        only = {name: {key: value for key, value in of.items() if key in kept} for name, of in found.items()}
        return {name: of for name, of in only.items() if of}

    def _set(self, kind: ResourceType, name: str, configs: Mapping[str, str | None]) -> None:
        entries = [
            ConfigEntry(
                key,
                value,
                incremental_operation=AlterConfigOpType.DELETE if value is None else AlterConfigOpType.SET,
            )
            for key, value in configs.items()
        ]
        resource = ConfigResource(kind, name, incremental_configs=entries)
        try:
            self._done(self.admin.incremental_alter_configs([resource]))
        except KafkaException as error:
            raise AssertionError(f"{kind} {name}: {error}") from error
