"""What each broker shows: a broker may lag behind, and any of them may answer the next run."""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Mapping, Sequence
from concurrent.futures import Future
from typing import Any

from confluent_kafka.admin import ConfigResource, ResourceType

from reconciler.cluster.configs_answers import Configs
from reconciler.cluster.configs_binding import configs_of
from reconciler.cluster.connection import Connection
from reconciler.cluster.error_table import UNKNOWN_TOPIC
from reconciler.cluster.failures import failure_of
from reconciler.cluster.partitions_librdkafka import is_available, partitions_at
from reconciler.model import LiveTopic, Operation, Query

log = logging.getLogger(__name__)

_TRIES = 2
_A_FAIR_CHANCE = 0.5
"""Seconds; a broker that does not answer within less may just have had too little time."""

Shown = Mapping[str, LiveTopic]


class EachBroker:
    """Asks each broker; one that does not answer is left out from then on, as the next run would do."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._silent: set[int] = set()

    def look(self, query: Query, operation: Operation) -> Mapping[int, Shown]:
        """What each broker shows of the topics by name, as far as ``operation`` can have changed it, by broker id.

        That is the partitions and replicas, the config, or for a delete whether the topic is there. Empty for a cluster
        of one broker, and for partitions through a client of the caller, which cannot ask a certain broker. Raises
        DeadlinePassed, and ClusterUnavailable where waiting cannot help.
        """
        nodes = self._connection.nodes
        look = self._look_of(operation)
        can_ask = len(nodes) > 1 and (look != self._partitions or is_available(self._connection))
        unanswered = sorted(nodes - self._silent) if can_ask else []
        shown: dict[int, Shown] = {}
        seconds = 0.0
        for _ in range(_TRIES):
            if not unanswered:
                return shown
            seconds = self._connection.read_timeout()
            shown |= look(unanswered, query, seconds)
            unanswered = [node for node in unanswered if node not in shown]
        if unanswered and seconds >= _A_FAIR_CHANCE:
            for node in unanswered:
                log.debug("broker %d does not answer; cannot check whether it shows what was written", node)
            self._silent |= set(unanswered)
            return shown
        return shown | {node: {} for node in unanswered}

    def _look_of(self, operation: Operation) -> Callable[[Sequence[int], Query, float], Mapping[int, Shown]]:
        match operation:
            case Operation.CREATE_PARTITIONS | Operation.MOVE_REPLICAS:
                return self._partitions
            case Operation.CREATE_TOPICS | Operation.ALTER_CONFIGS | Operation.ALTER_CONFIGS_AFTER_MOVES:
                return self._configs
            case Operation.DELETE_TOPICS:
                return self._presence

    def _configs(self, nodes: Sequence[int], query: Query, seconds: float) -> Mapping[int, Shown]:
        answers, errors = self._described(nodes, query, seconds)
        return {
            node: {
                name: _with_config(name, configs_of(answers[node, name].result(), query.keys_of(name)))
                for name in query.names
                if errors[node, name] is None
            }
            for node in _answering(errors)
        }

    def _presence(self, nodes: Sequence[int], query: Query, seconds: float) -> Mapping[int, Shown]:
        """The topics that a broker does not call unknown."""
        _, errors = self._described(nodes, query, seconds)
        return {
            node: {
                name: LiveTopic(name=name, partitions=0, replication_factor=0)
                for name in query.names
                if (error := errors[node, name]) is None or failure_of(error).code != UNKNOWN_TOPIC
            }
            for node in _answering(errors)
        }

    def _described(
        self, nodes: Sequence[int], query: Query, seconds: float
    ) -> tuple[Mapping[tuple[int, str], Future[Any]], Mapping[tuple[int, str], BaseException | None]]:
        resources = {name: ConfigResource(ResourceType.TOPIC, name) for name in query.names}
        self._connection.requests["describe_configs"] += len(nodes)
        answers: dict[tuple[int, str], Future[Any]] = {}
        for node in nodes:
            asked = self._connection.admin.describe_configs(
                list(resources.values()), broker=node, request_timeout=seconds
            )
            answers |= {(node, name): asked[resource] for name, resource in resources.items()}
        return answers, self._connection.errors(answers, seconds, api="describe_configs")

    def _partitions(self, nodes: Sequence[int], query: Query, seconds: float) -> Mapping[int, Shown]:
        self._connection.requests["describe_topics"] += len(nodes)
        found = partitions_at(self._connection, nodes, list(query.names), seconds)
        return {
            node: {
                name: LiveTopic(
                    name=name,
                    partitions=counts.partitions,
                    replication_factor=counts.lowest,
                    highest_replication_factor=counts.highest,
                )
                for name, counts in partitions.items()
            }
            for node, partitions in found.items()
        }


def _answering(errors: Mapping[tuple[int, str], BaseException | None]) -> Collection[int]:
    """The brokers that answered."""
    silent = {node for (node, _), error in errors.items() if error is not None and failure_of(error).from_client}
    return {node for node, _ in errors} - silent


def _with_config(name: str, configs: Configs) -> LiveTopic:
    return LiveTopic(
        name=name, partitions=0, replication_factor=0, overrides=configs.overrides, inherited=configs.inherited
    )
