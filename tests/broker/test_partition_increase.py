"""What a partition increase does to readers that start at ``latest``: what the plan warns of happens."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

import pytest

from reconciler.sandbox import Sandbox
from tests.broker.another_client import SECONDS, AnotherClient
from tests.support.clients import Consumer, Producer
from tests.support.command import Finished

Command = Callable[..., Finished]
AT_FIRST, LATER = 20, 5


class Reader:
    """A member of a group that starts at ``latest``, with the offsets that it has got by partition."""

    def __init__(self, kafka: Sandbox, topic: str, protocol: str) -> None:
        self.group = f"{topic}-readers"
        config = {
            "bootstrap.servers": kafka.bootstrap_servers,
            "group.id": self.group,
            "group.protocol": protocol,
            "auto.offset.reset": "latest",
            "topic.metadata.refresh.interval.ms": 1000,
            "log_level": 0,
        }
        self._consumer = Consumer(config)
        self._consumer.subscribe([topic])
        self.got: dict[int, list[int]] = defaultdict(list)

    def poll_until(self, is_so: Callable[[], bool]) -> None:
        deadline = time.monotonic() + SECONDS
        while not is_so():
            assert time.monotonic() < deadline, self.got
            message = self._consumer.poll(0.1)
            if message is not None and message.error() is None:
                partition, offset = message.partition(), message.offset()
                assert partition is not None
                assert offset is not None
                self.got[partition].append(offset)

    def partitions(self) -> list[int]:
        return sorted(place.partition for place in self._consumer.assignment())

    def close(self) -> None:
        self._consumer.close()


@contextmanager
def reading(kafka: Sandbox, topic: str, protocol: str) -> Iterator[Reader]:
    reader = Reader(kafka, topic, protocol)
    try:
        yield reader
    finally:
        reader.close()


def produce(kafka: Sandbox, topic: str, number: int, partition: int) -> None:
    producer = Producer({"bootstrap.servers": kafka.bootstrap_servers, "log_level": 0})
    for _ in range(number):
        producer.produce(topic, value=b"x", partition=partition)
    while producer.flush(SECONDS):
        pass  # each call waits for the broker's answers


def change_of(finished: Finished, topic: str) -> Mapping[str, object]:
    (entry,) = (each for each in finished.report["topics"] if each["name"] == topic)
    (change,) = entry["changes"]
    assert isinstance(change, dict)
    return change


@pytest.mark.parametrize("protocol", ["classic", "consumer"])
def test_a_reader_at_latest_misses_what_arrives_before_it_learns_of_new_partitions(
    protocol: str, kafka: Sandbox, manifest: Callable[[str], None], plan: Command, apply: Command
) -> None:
    topic = f"increased.{protocol}"
    client = AnotherClient(kafka)
    client.create(topic)
    manifest(f"{topic}: {{partitions: 2}}")
    with reading(kafka, topic, protocol) as reader:
        reader.poll_until(lambda: reader.partitions() == [0])
        produce(kafka, topic, 1, partition=0)
        for run in (plan, apply):
            done = run()
            change = change_of(done, topic)
            assert (done.code, change["verdict"], change["status"]) == (3, "risky", "refused")
            impact = change["impact"]
            assert isinstance(impact, dict)
            (named,) = impact["readers"]
            assert (named["group"], named["type"], named["state"]) == (reader.group, protocol, "stable")
            assert "misses what arrives in new partitions" in named["note"]
        assert client.partitions(topic) == 1
        assert apply("--allow", f"partition-increase={topic}").code == 0
        # The reader is busy meanwhile: it does not poll, and so it takes no new partition.
        produce(kafka, topic, AT_FIRST, partition=1)
        reader.poll_until(lambda: reader.partitions() == [0, 1])
        while not reader.got[1]:  # until it has the offset to start at, which ``latest`` asks a broker for
            produce(kafka, topic, LATER, partition=1)
            before = time.monotonic()
            reader.poll_until(lambda: bool(reader.got[1]) or time.monotonic() > before + 0.5)  # noqa: B023 - called at once
        missed = reader.got[1][0]
    assert missed >= AT_FIRST
