"""Live state: one metadata request, and the configuration of the topics asked for in chunks."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from typing import Any

from confluent_kafka import KafkaException, TopicCollection
from confluent_kafka.admin import ClusterMetadata, TopicMetadata

from reconciler.cluster.configs import CHUNK, Answer, Configs, describe_configs
from reconciler.cluster.connection import Connection
from reconciler.cluster.defaults import Defaults
from reconciler.cluster.each_broker import EachBroker
from reconciler.cluster.error_table import UNKNOWN_TOPIC
from reconciler.cluster.failures import failure_of
from reconciler.errors import ClusterUnavailable
from reconciler.model import RETRIABLE, KafkaFailure, LiveState, LiveTopic, Operation, TopicSpec

LOOKS, PAUSE_SECONDS = 5, 0.3
"""How often a topic is looked at again that one answer shows and another does not, and how long apart."""

SHORTEST_PAUSE, LONGEST_PAUSE = 0.05, 1.0
"""Seconds before configuration is asked for again that was not answered; they double."""


class Reader:
    """Reads topics. It cannot write: what only reads is given nothing else."""

    def __init__(
        self,
        connection: Connection,
        *,
        tell: Callable[[str], None] = lambda _line: None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._connection = connection
        self._tell = tell
        self._sleep = sleep
        self._defaults = Defaults(connection)
        self._each_broker = EachBroker(connection)

    @property
    def brokers(self) -> int:
        """How many brokers there were at the last look."""
        return len(self._connection.nodes)

    def read(self, topics: Collection[TopicSpec]) -> LiveState:
        """The live state of ``topics``; of inherited values those that the manifest has a wish for.

        A topic that the broker does not let us read is ``unreadable``, never absent: a hidden one looks
        missing in the list of topics, and only asking by name tells. One that is being created or deleted
        is looked at again. Raises ClusterUnavailable where the cluster as a whole does not answer.
        """
        self._connection.limit.restart()
        return self._read(topics, self._connection.limit.restart)

    def read_anew(self, topics: Collection[TopicSpec]) -> LiveState:
        """The same over a new connection, by another broker if chance will have it so; the time limit goes on."""
        self._connection.connect_anew()
        return self._read(topics, lambda: None)

    def _read(self, topics: Collection[TopicSpec], have_progress: Callable[[], None]) -> LiveState:
        state = self._look(topics, have_progress)
        absent = [spec for spec in topics if spec.name not in state.topics and spec.name not in state.unreadable]
        live, unreadable = dict(state.topics), dict(state.unreadable)
        unreadable |= self._not_missing(absent)
        by_name = {spec.name: spec for spec in topics}
        for _ in range(LOOKS):
            doubtful = [by_name[name] for name, failure in unreadable.items() if failure.error_class == RETRIABLE]
            if not doubtful:
                break
            self._sleep(PAUSE_SECONDS)
            again = self.look(doubtful)
            for spec in doubtful:
                del unreadable[spec.name]
            live |= again.topics
            unreadable |= again.unreadable
            gone = [spec for spec in doubtful if spec.name not in again.topics and spec.name not in again.unreadable]
            unreadable |= self._not_missing(gone)
        return LiveState(cluster_id=state.cluster_id, brokers=state.brokers, topics=live, unreadable=unreadable)

    def look(self, topics: Collection[TopicSpec]) -> LiveState:
        """What one look at the cluster shows of ``topics``; what is not in the list of topics is left out."""
        return self._look(topics, lambda: None)

    def look_at_each(self, topics: Sequence[TopicSpec], operation: Operation) -> Mapping[int, Mapping[str, LiveTopic]]:
        """What each of several brokers shows of ``topics``; see EachBroker."""
        return self._each_broker.look(topics, operation)

    def _look(self, topics: Collection[TopicSpec], have_progress: Callable[[], None]) -> LiveState:
        metadata = self._connection.metadata()
        live: dict[str, LiveTopic] = {}
        unreadable: dict[str, KafkaFailure] = {}
        listed = {}
        for spec in topics:
            found = metadata.topics.get(spec.name)
            if found is not None and found.error is not None:
                unreadable[spec.name] = failure_of(KafkaException(found.error))
            elif found is not None:
                listed[spec.name] = spec
        for number, (name, answer) in enumerate(self._configs(listed)):
            if number % CHUNK == 0:
                have_progress()
                self._tell(f"reading: {number:,} of {len(listed):,} topics")
            if isinstance(answer, Configs):
                live[name] = _live_topic(name, metadata.topics[name], answer)
            else:
                unreadable[name] = answer
        return _state(metadata, self._defaults.agreed(listed, live, metadata.brokers), unreadable)

    def _configs(self, topics: Mapping[str, TopicSpec]) -> Iterator[Answer]:
        """The configuration of ``topics``, asked for again while there is time where a broker did not answer."""
        unanswered, pause = dict(topics), SHORTEST_PAUSE
        while unanswered:
            try:
                for name, answer in describe_configs(self._connection, list(unanswered.values())):
                    del unanswered[name]
                    pause = SHORTEST_PAUSE
                    yield name, answer
            except ClusterUnavailable as error:
                remaining = self._connection.limit.remaining()
                if error.is_final or not remaining:
                    raise
                self._sleep(min(pause, remaining))
                pause = min(2 * pause, LONGEST_PAUSE)
                self._connection.metadata()  # tells the client which brokers there are now

    def _not_missing(self, topics: Collection[TopicSpec]) -> Mapping[str, KafkaFailure]:
        """Those of the unlisted ``topics`` that are there all the same, hidden or only just created."""
        if not topics:
            return {}
        self._connection.requests["describe_topics"] += 1
        seconds = self._connection.read_timeout()
        names = TopicCollection([spec.name for spec in topics])
        answers = self._connection.admin.describe_topics(names, request_timeout=seconds)
        errors = self._connection.errors(answers, seconds)
        failures = {name: failure_of(error) if error is not None else _JUST_CREATED for name, error in errors.items()}
        return {name: failure for name, failure in failures.items() if failure.code != UNKNOWN_TOPIC}


_JUST_CREATED = KafkaFailure(
    code=0,
    name="BEING_CREATED",
    error_class=RETRIABLE,
    message="one answer of the cluster shows the topic, another does not",
    remedy="it is being created or deleted; run the command again",
)


def _state(
    metadata: ClusterMetadata, live: Mapping[str, LiveTopic], unreadable: Mapping[str, KafkaFailure]
) -> LiveState:
    return LiveState(cluster_id=metadata.cluster_id, brokers=len(metadata.brokers), topics=live, unreadable=unreadable)


def _live_topic(name: str, metadata: TopicMetadata, configs: Configs) -> LiveTopic:
    replicas: Any = [len(partition.replicas) for partition in metadata.partitions.values()]
    return LiveTopic(
        name=name,
        partitions=len(metadata.partitions),
        replication_factor=min(replicas, default=0),
        highest_replication_factor=max(replicas, default=0),
        overrides=configs.overrides,
        inherited=configs.inherited,
    )
