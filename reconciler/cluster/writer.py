"""Writes: one request a batch, one answer a topic."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from typing import Any

from confluent_kafka import KafkaException
from confluent_kafka.admin import (
    AlterConfigOpType,
    ConfigEntry,
    ConfigResource,
    NewPartitions,
    NewTopic,
    ResourceType,
)

from reconciler.cluster.connection import Connection
from reconciler.cluster.error_table import failure_of
from reconciler.model import KafkaFailure, TopicSpec

Answers = dict[str, KafkaFailure | None]
"""What the broker said of each topic; ``None`` where it accepted."""

_BROKER_DECIDES = -1


class Writer:
    """Creates topics, adds partitions and changes configuration."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._timeouts = {"request_timeout": connection.timeout, "operation_timeout": connection.timeout}

    def create(self, topics: Sequence[TopicSpec]) -> Answers:
        """Create ``topics``."""
        new = [
            NewTopic(
                spec.name,
                num_partitions=spec.partitions or _BROKER_DECIDES,
                replication_factor=spec.replication_factor or _BROKER_DECIDES,
                config=dict(spec.config),
            )
            for spec in topics
        ]
        names = [spec.name for spec in topics]
        return self._answers("create_topics", names, lambda: self._admin.create_topics(new, **self._timeouts))

    def add_partitions(self, totals: Mapping[str, int]) -> Answers:
        """Raise the number of partitions of each topic to the total given."""
        new = [NewPartitions(name, total) for name, total in totals.items()]
        names = list(totals)
        return self._answers("create_partitions", names, lambda: self._admin.create_partitions(new, **self._timeouts))

    def alter_configs(self, changes: Mapping[str, Mapping[str, str | None]]) -> Answers:
        """Set each key of each topic, or remove the override where the value is ``None``."""
        resources = [
            ConfigResource(
                ResourceType.TOPIC, name, incremental_configs=[_change(key, value) for key, value in keys.items()]
            )
            for name, keys in changes.items()
        ]

        def ask() -> dict[str, Future[Any]]:
            answers = self._admin.incremental_alter_configs(resources, request_timeout=self._connection.timeout)
            return {resource.name: answer for resource, answer in answers.items()}

        return self._answers("incremental_alter_configs", list(changes), ask)

    @property
    def _admin(self) -> Any:
        return self._connection.admin

    def _answers(self, kind: str, names: Sequence[str], ask: Callable[[], dict[str, Future[Any]]]) -> Answers:
        self._connection.requests[kind] += 1
        try:
            answers = ask()
        except (KafkaException, ValueError, TypeError) as error:
            # The client refused the request as a whole: nothing was sent.
            return dict.fromkeys(names, failure_of(error))
        self._connection.settle(answers.values())
        errors = {name: answers[name].exception() for name in names}
        return {name: failure_of(error) if error is not None else None for name, error in errors.items()}


def _change(key: str, value: str | None) -> ConfigEntry:
    operation = AlterConfigOpType.SET if value is not None else AlterConfigOpType.DELETE
    return ConfigEntry(key, value or "", incremental_operation=operation)
