"""What each broker shows by itself: a broker may lag behind, and the next run may be answered by any of them."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from concurrent.futures import Future
from typing import Any

from confluent_kafka.admin import ConfigEntry, ConfigResource, ResourceType

from reconciler.cluster.configs_binding import configs_of
from reconciler.cluster.connection import Connection
from reconciler.cluster.failures import failure_of
from reconciler.cluster.partitions_librdkafka import partitions_at
from reconciler.model import LiveTopic, Operation, TopicSpec

log = logging.getLogger(__name__)

_TRIES = 2
_A_FAIR_CHANCE = 0.5
"""Seconds; who does not answer within less may only have been given too little time."""

Shown = Mapping[str, LiveTopic]


class EachBroker:
    """Asks the brokers one by one; one that does not answer is passed over from then on, as the next run will do."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._silent: set[int] = set()

    def look(self, topics: Sequence[TopicSpec], operation: Operation) -> Mapping[int, Shown]:
        """What each broker shows of ``topics``, as far as ``operation`` can have changed it, by node id.

        Nothing where there is only one broker. Raises DeadlinePassed, and ClusterUnavailable where waiting cannot help.
        """
        nodes = self._connection.nodes
        unanswered = sorted(nodes - self._silent) if len(nodes) > 1 else []
        look = self._partitions if operation is Operation.CREATE_PARTITIONS else self._configs
        shown: dict[int, Shown] = {}
        seconds = 0.0
        for _ in range(_TRIES):
            if not unanswered:
                return shown
            seconds = self._connection.read_timeout()
            shown |= look(unanswered, topics, seconds)
            unanswered = [node for node in unanswered if node not in shown]
        if unanswered and seconds >= _A_FAIR_CHANCE:
            for node in unanswered:
                log.debug("broker %d does not answer; not checked whether it shows what was written", node)
            self._silent |= set(unanswered)
            return shown
        return shown | {node: {} for node in unanswered}

    def _configs(self, nodes: Sequence[int], topics: Sequence[TopicSpec], seconds: float) -> Mapping[int, Shown]:
        """Without counts of partitions and replicas: those that are wanted stand in their place."""
        resources = {spec.name: ConfigResource(ResourceType.TOPIC, spec.name) for spec in topics}
        self._connection.requests["describe_configs"] += len(nodes)
        answers: dict[tuple[int, str], Future[Any]] = {}
        for node in nodes:
            asked = self._connection.admin.describe_configs(
                list(resources.values()), broker=node, request_timeout=seconds
            )
            answers |= {(node, name): asked[resource] for name, resource in resources.items()}
        errors = self._connection.errors(answers, seconds)
        silent = {node for (node, _), error in errors.items() if error is not None and failure_of(error).from_client}
        return {
            node: {
                spec.name: _with_configs(spec, answers[node, spec.name].result())
                for spec in topics
                if errors[node, spec.name] is None
            }
            for node in nodes
            if node not in silent
        }

    def _partitions(self, nodes: Sequence[int], topics: Sequence[TopicSpec], seconds: float) -> Mapping[int, Shown]:
        """Without configuration."""
        self._connection.requests["describe_topics"] += len(nodes)
        found = partitions_at(self._connection, nodes, [spec.name for spec in topics], seconds)
        return {
            node: {
                name: LiveTopic(name=name, partitions=number, replication_factor=0)
                for name, number in partitions.items()
            }
            for node, partitions in found.items()
        }


def _with_configs(spec: TopicSpec, entries: Mapping[str, ConfigEntry]) -> LiveTopic:
    configs = configs_of(spec, entries)
    return LiveTopic(
        name=spec.name,
        partitions=spec.partitions or 0,
        replication_factor=spec.replication_factor or 0,
        overrides=configs.overrides,
        inherited=configs.inherited,
    )
