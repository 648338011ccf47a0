"""The facets of the live state that need requests of their own: permitted operations, racks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any

from confluent_kafka import TopicCollection
from confluent_kafka.admin import DescribeClusterResult, TopicDescription

from reconciler.cluster.connection import Connection
from reconciler.cluster.failures import READING, failure_of
from reconciler.cluster.ids_binding import CHUNK, id_of
from reconciler.model import Facet, KafkaFailure, LiveBroker, Query

_CLUSTER = "cluster"
_READING_CLUSTER = "DESCRIBE on the cluster"


@dataclass(frozen=True, slots=True)
class Described:
    """The id of a topic and the operations permitted on it, ``None`` where the broker does not tell them."""

    topic_id: str | None
    operations: frozenset[str] | None


@dataclass(frozen=True, slots=True)
class DescribedCluster:
    """The brokers with their racks, and the operations permitted on the cluster, ``None`` where there are none."""

    nodes: Sequence[LiveBroker]
    operations: frozenset[str] | None


def is_asked_for_cluster(query: Query) -> bool:
    """Whether the query needs a description of the cluster."""
    return not query.facets.isdisjoint({Facet.RACKS, Facet.OPERATIONS})


def describe_topics(
    connection: Connection, topics: Sequence[str], *, operations: bool = False
) -> Mapping[str, Described | KafkaFailure]:
    """Each of ``topics`` described, or the reason why not. Raises DeadlinePassed, and what ``check`` raises."""
    described: dict[str, Described | KafkaFailure] = {}
    for start in range(0, len(topics), CHUNK):
        chunk = TopicCollection(list(topics[start : start + CHUNK]))
        connection.requests["describe_topics"] += 1
        seconds = connection.read_timeout()
        answers = connection.admin.describe_topics(
            chunk, request_timeout=seconds, include_authorized_operations=operations
        )
        for name, error in connection.errors(answers, seconds, api="describe_topics").items():
            described[name] = (
                _described(answers[name].result())
                if error is None
                else connection.diagnosis.explained(failure_of(error, permission=READING))
            )
    return described


def describe_cluster(connection: Connection, *, operations: bool) -> DescribedCluster:
    """The brokers with their racks. Raises ClusterUnavailable where the cluster does not answer, and DeadlinePassed."""
    connection.requests["describe_cluster"] += 1
    seconds = connection.read_timeout()
    answer: Future[DescribeClusterResult] = connection.admin.describe_cluster(
        request_timeout=seconds, include_authorized_operations=operations
    )
    error = connection.errors({_CLUSTER: answer}, seconds, api="describe_cluster")[_CLUSTER]
    if error is not None:
        raise connection.unavailable(failure_of(error, permission=_READING_CLUSTER).message)
    found = answer.result()
    nodes = sorted((LiveBroker(id=node.id, rack=node.rack) for node in found.nodes), key=lambda node: node.id)
    return DescribedCluster(nodes, _names(found.authorized_operations))


def _described(topic: TopicDescription) -> Described:
    return Described(id_of(topic), _names(topic.authorized_operations))


def _names(operations: Sequence[Any] | None) -> frozenset[str] | None:
    return frozenset(operation.name for operation in operations) if operations is not None else None
