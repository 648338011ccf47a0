"""Live state: one metadata request, and the configuration of the topics asked for in chunks."""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future
from typing import Any, cast

from confluent_kafka import KafkaException
from confluent_kafka.admin import ConfigEntry, ConfigResource, ConfigSource, ResourceType, TopicMetadata

from reconciler.cluster.connection import Connection
from reconciler.cluster.error_table import UNKNOWN_TOPIC, failure_of
from reconciler.model import KafkaFailure, LiveState, LiveTopic, TopicSpec

CHUNK = 200
"""Topics in one describe request: larger ones stall the interpreter, smaller ones cost round trips."""
IN_FLIGHT = 2
"""Requests under way at once: while one answer is read the broker prepares the next."""

_OVERRIDE = ConfigSource.DYNAMIC_TOPIC_CONFIG.value
_LOCAL_ERRORS_BELOW = 0


class Reader:
    """Reads topics. It cannot write: what only reads is given nothing else."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def read(self, topics: Collection[TopicSpec]) -> LiveState:
        """The live state of ``topics``; of inherited values those that the manifest has a wish for.

        A topic that the broker does not let us read is ``unreadable``, never absent. Raises
        ClusterUnavailable where the cluster as a whole does not answer.
        """
        metadata = self._connection.metadata()
        listed = [spec for spec in topics if spec.name in metadata.topics]
        live: dict[str, LiveTopic] = {}
        unreadable: dict[str, KafkaFailure] = {}
        for spec, answer in self._describe(listed):
            failure = _failure(metadata.topics[spec.name], answer)
            if failure is None:
                live[spec.name] = _live_topic(metadata.topics[spec.name], spec, answer.result())
            elif failure.code < _LOCAL_ERRORS_BELOW:
                raise self._connection.unavailable(failure.message)
            elif failure.code != UNKNOWN_TOPIC:  # deleted since it was listed: absent after all
                unreadable[spec.name] = failure
        return LiveState(
            cluster_id=metadata.cluster_id, brokers=len(metadata.brokers), topics=live, unreadable=unreadable
        )

    def _describe(self, topics: Sequence[TopicSpec]) -> Iterator[tuple[TopicSpec, Future[dict[str, ConfigEntry]]]]:
        """Each topic with its configuration as the broker answered it, a few requests at a time."""
        under_way: deque[list[tuple[TopicSpec, Future[Any]]]] = deque()
        for chunk in _chunks(topics):
            resources = [ConfigResource(ResourceType.TOPIC, spec.name) for spec in chunk]
            self._connection.requests["describe_configs"] += 1
            answers = self._connection.admin.describe_configs(resources, request_timeout=self._connection.timeout)
            under_way.append([(spec, answers[resource]) for spec, resource in zip(chunk, resources, strict=True)])
            if len(under_way) == IN_FLIGHT:
                yield from self._settled(under_way.popleft())
        for answered in under_way:
            yield from self._settled(answered)

    def _settled(self, answers: list[tuple[TopicSpec, Future[Any]]]) -> Iterable[tuple[TopicSpec, Future[Any]]]:
        self._connection.settle(answer for _, answer in answers)
        return answers


def _chunks(topics: Sequence[TopicSpec]) -> Iterator[Sequence[TopicSpec]]:
    return (topics[start : start + CHUNK] for start in range(0, len(topics), CHUNK))


def _failure(metadata: TopicMetadata, answer: Future[Any]) -> KafkaFailure | None:
    if metadata.error is not None:
        return failure_of(KafkaException(metadata.error))
    error = answer.exception()
    return failure_of(error) if error is not None else None


def _live_topic(metadata: TopicMetadata, spec: TopicSpec, entries: Mapping[str, ConfigEntry]) -> LiveTopic:
    overrides: dict[str, str] = {}
    inherited: dict[str, str] = {}
    for key, entry in entries.items():
        if entry.value is None:
            continue  # sensitive: no topic configuration of Apache Kafka is
        if cast("int", entry.source) == _OVERRIDE:
            overrides[key] = entry.value
        elif key in spec.config:
            inherited[key] = entry.value
    return LiveTopic(
        name=spec.name,
        partitions=len(metadata.partitions),
        replication_factor=min((len(partition.replicas) for partition in metadata.partitions.values()), default=0),
        overrides=dict(sorted(overrides.items())),
        inherited=inherited,
    )
