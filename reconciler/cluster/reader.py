"""Reads the live state: one metadata request, and further requests for the facets that the query asks for."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace

from confluent_kafka import KafkaException
from confluent_kafka.admin import ClusterMetadata, TopicMetadata

from reconciler.cluster.configs import describe_configs
from reconciler.cluster.configs_answers import CHUNK, Answer, Configs
from reconciler.cluster.connection import Connection
from reconciler.cluster.defaults import Defaults
from reconciler.cluster.descriptions import (
    DescribedCluster,
    describe_cluster,
    describe_topics,
    is_asked_for_cluster,
)
from reconciler.cluster.each_broker import EachBroker
from reconciler.cluster.error_table import UNKNOWN_TOPIC
from reconciler.cluster.failures import failure_of
from reconciler.cluster.ids import AskedIds, ask_ids
from reconciler.cluster.ids_answers import Ids
from reconciler.cluster.listed import topic_of
from reconciler.errors import ClusterUnavailable
from reconciler.model import (
    RETRIABLE,
    Facet,
    KafkaFailure,
    LiveBroker,
    LiveState,
    LiveTopic,
    Operation,
    Query,
)

LOOKS, FIRST_PAUSE_SECONDS = 5, 0.3
"""How often a topic is read again that one response shows and another does not, and the seconds before the first time;
doubled each time, so that a broker that has much to catch up on gets 9 seconds."""

SHORTEST_PAUSE, LONGEST_PAUSE = 0.05, 1.0
"""Seconds before a request without a response is sent again; doubled each time."""


class Reader:
    """Reads topics and brokers; cannot write."""

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
        """The number of brokers by the last response."""
        return len(self._connection.nodes)

    def read(self, query: Query) -> LiveState:
        """The live state of what ``query`` asks for.

        A topic that this principal may not read is ``unreadable``, never absent: it is missing in the list of topics,
        and only asking by name tells. One that is being created or deleted is read again. Raises ClusterUnavailable
        where the cluster as a whole does not answer.
        """
        self._connection.limit.restart()
        return self._read(query, self._connection.limit.restart)

    def read_anew(self, query: Query) -> LiveState:
        """The same through a new connection, possibly to another broker; the time limit is not restarted."""
        self._connection.connect_anew()
        return self._read(query, lambda: None)

    def _read(self, query: Query, have_progress: Callable[[], None]) -> LiveState:
        state = self._look(query, have_progress)
        live, unreadable = dict(state.topics), dict(state.unreadable)
        unreadable |= self._not_missing([name for name in query.names if name not in live and name not in unreadable])
        for look in range(LOOKS):
            doubtful = [name for name, failure in unreadable.items() if failure.error_class == RETRIABLE]
            if not doubtful:
                break
            self._sleep(min(FIRST_PAUSE_SECONDS * 2**look, self._connection.limit.remaining()))
            again = self.look(replace(query, names=doubtful, globs=()))
            for name in doubtful:
                del unreadable[name]
            live |= again.topics
            unreadable |= again.unreadable
            gone = [name for name in doubtful if name not in again.topics and name not in again.unreadable]
            unreadable |= self._not_missing(gone)
        return replace(state, topics=live, unreadable=unreadable)

    def look(self, query: Query) -> LiveState:
        """What a single read shows; topics that are not in the list of topics are left out."""
        return self._look(query, lambda: None)

    def look_by_name(self, query: Query) -> LiveState:
        """The same, but topics that are not in the list are asked for by name: one that is hidden is unreadable."""
        state = self._look(query, lambda: None)
        unlisted = [name for name in query.names if name not in state.topics and name not in state.unreadable]
        return replace(state, unreadable={**state.unreadable, **self._not_missing(unlisted)})

    def look_at_each(self, query: Query, operation: Operation) -> Mapping[int, Mapping[str, LiveTopic]]:
        """What each of several brokers shows of the topics by name; see EachBroker."""
        return self._each_broker.look(query, operation)

    def _look(self, query: Query, have_progress: Callable[[], None]) -> LiveState:
        metadata = self._connection.metadata()
        listed, unreadable = _listed(metadata, query)
        with self._asked_ids(list(listed) if _wants_only_ids(query) else []) as ids:
            if Facet.CONFIG in query.facets:
                topics = self._with_configs(listed, unreadable, query, have_progress)
                topics = dict(self._defaults.by_broker(topics, query, metadata.brokers))
            else:
                replicas = Facet.REPLICAS in query.facets
                topics = {name: topic_of(name, found, replicas=replicas) for name, found in listed.items()}
            if ids is not None:
                topics = _with_ids(topics, unreadable, self._ids(ids, list(listed)))
                have_progress()
        if Facet.OPERATIONS in query.facets:
            topics = self._with_descriptions(topics, unreadable)
            have_progress()
        cluster = self._cluster(query, metadata)
        return LiveState(
            cluster_id=metadata.cluster_id,
            brokers=len(metadata.brokers),
            topics=topics,
            unreadable=unreadable,
            nodes=cluster.nodes,
            operations=cluster.operations,
        )

    def _with_configs(
        self,
        listed: Mapping[str, TopicMetadata],
        unreadable: dict[str, KafkaFailure],
        query: Query,
        have_progress: Callable[[], None],
    ) -> dict[str, LiveTopic]:
        """The topics ``listed`` with their configs; those without one get into ``unreadable``."""
        replicas = Facet.REPLICAS in query.facets
        read: dict[str, LiveTopic] = {}
        for number, (name, answer) in enumerate(self._configs(list(listed), query)):
            if number % CHUNK == 0:
                have_progress()
                self._tell(f"reading: {number:,} of {len(listed):,} topics")
            if isinstance(answer, Configs):
                read[name] = topic_of(name, listed[name], answer, replicas=replicas)
            else:
                unreadable[name] = answer
        return read

    def _configs(self, topics: Sequence[str], query: Query) -> Iterator[Answer]:
        """The configs of ``topics``, asked for again within the time limit where a broker did not answer."""
        unanswered, pause = dict.fromkeys(topics), SHORTEST_PAUSE
        while unanswered:
            try:
                for name, answer in describe_configs(self._connection, list(unanswered), query):
                    del unanswered[name]
                    pause = SHORTEST_PAUSE
                    yield name, answer
            except ClusterUnavailable as error:
                pause = self._paused(error, pause)

    def _asked_ids(self, topics: Sequence[str]) -> AbstractContextManager[AskedIds | None]:
        """The ids of ``topics``, asked for but not waited for: the answer comes while configs are read."""
        return ask_ids(self._connection, topics) if topics else nullcontext()

    def _ids(self, asked: AskedIds, topics: Sequence[str]) -> Ids:
        """The ids of ``topics``, asked for again within the time limit where the broker did not answer."""
        try:
            return asked.answers()
        except ClusterUnavailable as error:
            failed, pause = error, SHORTEST_PAUSE
        while True:
            pause = self._paused(failed, pause)
            try:
                with ask_ids(self._connection, topics) as again:
                    return again.answers()
            except ClusterUnavailable as error:
                failed = error

    def _with_descriptions(
        self, topics: Mapping[str, LiveTopic], unreadable: dict[str, KafkaFailure]
    ) -> dict[str, LiveTopic]:
        """``topics`` with ids and permitted operations; those without a description get into ``unreadable``."""
        found: dict[str, LiveTopic] = {}
        for name, answer in describe_topics(self._connection, list(topics), operations=True).items():
            if isinstance(answer, KafkaFailure):
                unreadable[name] = answer
            else:
                found[name] = replace(topics[name], topic_id=answer.topic_id, operations=answer.operations)
        return found

    def _cluster(self, query: Query, metadata: ClusterMetadata) -> DescribedCluster:
        if not is_asked_for_cluster(query):
            return DescribedCluster([LiveBroker(id=node) for node in sorted(metadata.brokers)], None)
        pause = SHORTEST_PAUSE
        while True:
            try:
                return describe_cluster(self._connection, operations=Facet.OPERATIONS in query.facets)
            except ClusterUnavailable as error:
                pause = self._paused(error, pause)

    def _paused(self, error: ClusterUnavailable, pause: float) -> float:
        """Wait before a request is sent again; the next pause. Raises ``error`` where that is pointless."""
        remaining = self._connection.limit.remaining()
        if error.is_final or not remaining:
            raise error
        self._sleep(min(pause, remaining))
        self._connection.metadata()  # tells the client which brokers there are now
        return min(2 * pause, LONGEST_PAUSE)

    def _not_missing(self, topics: Collection[str]) -> Mapping[str, KafkaFailure]:
        """Those of the unlisted ``topics`` that exist: hidden, or just created."""
        if not topics:
            return {}
        described = describe_topics(self._connection, list(topics))
        failures = {name: it if isinstance(it, KafkaFailure) else _JUST_CREATED for name, it in described.items()}
        return {name: failure for name, failure in failures.items() if failure.code != UNKNOWN_TOPIC}


_JUST_CREATED = KafkaFailure(
    code=0,
    name="BEING_CREATED",
    error_class=RETRIABLE,
    message="one response of the cluster shows the topic, another does not",
    remedy="the topic is being created or deleted; run the command again",
)


def _wants_only_ids(query: Query) -> bool:
    """Whether ids are all that is to be described: with permitted operations, they come in the same answer."""
    return Facet.IDS in query.facets and Facet.OPERATIONS not in query.facets


def _with_ids(topics: Mapping[str, LiveTopic], unreadable: dict[str, KafkaFailure], ids: Ids) -> dict[str, LiveTopic]:
    """``topics`` with their ids; those that this answer does not show get into ``unreadable``."""
    hidden = {name: answer for name, answer in ids.items() if isinstance(answer, KafkaFailure)}
    unreadable.update(hidden)
    return {name: _with_id(topic, ids.get(name)) for name, topic in topics.items() if name not in hidden}


def _with_id(topic: LiveTopic, answer: str | KafkaFailure | None) -> LiveTopic:
    return replace(topic, topic_id=answer) if isinstance(answer, str) else topic


def _listed(metadata: ClusterMetadata, query: Query) -> tuple[dict[str, TopicMetadata], dict[str, KafkaFailure]]:
    """The topics that ``query`` asks for among those listed, and those that the list has with an error only."""
    names = [name for name in query.names if name in metadata.topics]
    if query.globs:
        names = list(dict.fromkeys([*names, *filter(query.matches, metadata.topics)]))
    listed: dict[str, TopicMetadata] = {}
    unreadable: dict[str, KafkaFailure] = {}
    for name in names:
        found = metadata.topics[name]
        if found.error is not None:
            unreadable[name] = failure_of(KafkaException(found.error))
        else:
            listed[name] = found
    return listed, unreadable
