"""The cluster of the cases through a bare client: old records, groups, and what is left of the records."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import NamedTuple

from confluent_kafka import TopicPartition
from confluent_kafka.admin import NewTopic, OffsetSpec

from reconciler.sandbox import Sandbox, start
from tests.chaos.bare import SECONDS
from tests.impact.cases import BROKER_RETENTION_MS, VALUE_BYTES, Case, Group, Presence
from tests.support.clients import AdminClient, Consumer, Producer

_LONG_AGO_MS = 3_600_000 * 24 * 365
_POLICIES = ("delete", "compact,delete")
"""Two threads of a broker remove old segments: one those of topics that it compacts, another the rest."""
_TURNS = 3


class Span(NamedTuple):
    """The first and the next offset of a partition."""

    begin: int
    end: int


Spans = Mapping[int, Span]


@contextmanager
def broker() -> Iterator[Sandbox]:
    """A broker that looks for old segments every second."""
    properties = {
        "log.retention.check.interval.ms": "1000",
        "log.initial.task.delay.ms": "100",
        "log.cleaner.backoff.ms": "500",
        "log.retention.ms": str(BROKER_RETENTION_MS),
    }
    with start(properties=properties) as sandbox:
        yield sandbox


class BareCluster:
    """Makes the topics, records and groups of cases, and counts what is left."""

    def __init__(self, servers: str) -> None:
        self._servers = servers
        self._admin = AdminClient({"bootstrap.servers": servers, "log_level": 0})
        self._producer = Producer({"bootstrap.servers": servers, "log_level": 0, "linger.ms": 1})
        self._turn = 0

    def create(self, cases: Sequence[Case]) -> None:
        """Make the topics with their records."""
        self._make({case.topic: (len(case.partitions), case.before) for case in cases})
        now = int(time.time() * 1000)
        longest = max((len(batches) for case in cases for batches in case.partitions), default=0)
        for place in range(longest):  # flushed, so that each batch is a request, and rolls the segment
            for case in cases:
                for partition, batches in enumerate(case.partitions):
                    for record in range(batches[place].records if place < len(batches) else 0):
                        self._produce(case.topic, partition, f"{place}-{record}", now - batches[place].age_ms)
            self._flush()

    def spans(self, cases: Iterable[Case]) -> Mapping[str, Spans]:
        """The offsets of all partitions."""
        places = [TopicPartition(case.topic, number) for case in cases for number in range(len(case.partitions))]
        first, last = (
            self._admin.list_offsets(dict.fromkeys(places, spec))
            for spec in (OffsetSpec.earliest(), OffsetSpec.latest())  # type: ignore[no-untyped-call]
        )
        found: dict[str, dict[int, Span]] = {}
        for place in places:
            span = Span(first[place].result(SECONDS).offset, last[place].result(SECONDS).offset)
            found.setdefault(place.topic, {})[place.partition] = span
        return found

    @contextmanager
    def reading(self, cases: Iterable[Case], spans: Mapping[str, Spans]) -> Iterator[None]:
        """All groups have committed what they have read; the active ones have a member until the end of the block."""
        members = [(case.topic, group, self._member(case.topic, group)) for case in cases for group in case.groups]
        try:
            waiting = [consumer for _, _, consumer in members]
            while waiting:
                for consumer in waiting:
                    consumer.poll(0.02)
                waiting = [consumer for consumer in waiting if not consumer.assignment()]
            for topic, group, consumer in members:
                offsets = [TopicPartition(topic, *each) for each in committed(group, spans[topic]).items()]
                if offsets:
                    consumer.commit(offsets=offsets, asynchronous=False)
            for _, group, consumer in members:
                if group.presence is not Presence.ACTIVE:
                    consumer.close()
            gone = [group.name for _, group, _ in members if group.presence is Presence.GONE]
            if gone:
                for answer in self._admin.delete_consumer_groups(gone).values():
                    answer.result(SECONDS)
            yield
        finally:
            for _, _, consumer in members:
                consumer.close()

    def await_removal(self) -> None:
        """Wait until the broker has looked at all topics since this was called.

        A look takes each topic once, in whatever order. When it removes the first record of a topic made for this, it
        may have passed the others before; when the third one is gone, a whole look is over that began after the first.
        """
        self._turn += 1
        watched = {f"look{self._turn}-{number}": policy for number, policy in enumerate(_POLICIES)}
        config = {"retention.ms": "1000", "segment.ms": "100"}
        self._make({name: (1, {**config, "cleanup.policy": policy}) for name, policy in watched.items()})
        for turn in range(1, _TURNS + 1):
            for name in watched:
                self._produce(name, 0, str(turn), int(time.time() * 1000) - _LONG_AGO_MS)
            self._flush()
            for name in watched:
                while self._begin(name) < turn:
                    pass  # each look waits for the broker's answer

    def delete(self, cases: Iterable[Case]) -> None:
        """Remove the topics."""
        for answer in self._admin.delete_topics([case.topic for case in cases]).values():
            answer.result(SECONDS)

    def _make(self, topics: Mapping[str, tuple[int, Mapping[str, str]]]) -> None:
        new = [
            NewTopic(name, num_partitions=partitions, replication_factor=1, config=dict(config))
            for name, (partitions, config) in topics.items()
        ]
        for answer in self._admin.create_topics(new).values():
            answer.result(SECONDS)
        while not topics.keys() <= self._admin.list_topics(timeout=SECONDS).topics.keys():
            pass  # each look waits for the broker's answer

    def _member(self, topic: str, group: Group) -> Consumer:
        consumer = Consumer(
            {
                "bootstrap.servers": self._servers,
                "group.id": group.name,
                "group.protocol": group.protocol,
                "enable.auto.commit": False,
                "log_level": 0,
            }
        )
        consumer.subscribe([topic])
        return consumer

    def _produce(self, topic: str, partition: int, key: str, timestamp: int) -> None:
        self._producer.produce(topic, key=key, value=bytes(VALUE_BYTES), partition=partition, timestamp=timestamp)

    def _flush(self) -> None:
        while self._producer.flush(SECONDS):
            pass  # each call waits for the broker's answers

    def _begin(self, topic: str) -> int:
        place = TopicPartition(topic, 0)
        offset: int = self._admin.list_offsets({place: OffsetSpec.earliest()})[place].result(SECONDS).offset  # type: ignore[no-untyped-call]
        return offset


def committed(group: Group, spans: Spans) -> Mapping[int, int]:
    """The offsets that ``group`` has committed, by partition."""
    return {
        partition: span.begin + round(share * (span.end - span.begin))
        for (partition, span), share in zip(sorted(spans.items()), group.read, strict=True)
        if share is not None
    }
