"""Write requests through the client, to be applied or only validated by the broker."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import replace
from typing import Any

from confluent_kafka import KafkaException
from confluent_kafka.admin import AlterConfigOpType, ConfigEntry, ConfigResource, NewPartitions, NewTopic, ResourceType

from reconciler.cluster.assignments import Assigned
from reconciler.cluster.connection import Connection
from reconciler.cluster.error_table import INVALID_REPLICATION_FACTOR, START_BROKERS, UNKNOWN_TOPIC
from reconciler.cluster.failures import failure_of, refused_by_client
from reconciler.model import EXPECTED, RETRIABLE, KafkaFailure, TopicSpec

Answers = dict[str, KafkaFailure | None]
"""The failure of each topic; ``None`` where the broker accepted the request."""

_BROKER_DECIDES = -1
_FEW_BROKERS = re.compile(r"broker\(s\)|brokers")
"""Managed services reject a replication factor for other reasons too, such as an even number."""

_PERMISSIONS = {
    "create_topics": "CREATE on the topic or on the cluster",
    "create_partitions": "ALTER on the topic",
    "incremental_alter_configs": "ALTER_CONFIGS on the topic",
    "delete_topics": "DELETE on the topic",
}


def create_topics(
    connection: Connection, topics: Sequence[TopicSpec], *, validate_only: bool, brokers: int | None = None
) -> Answers:
    """Create ``topics``; a lack of brokers is transient up to ``brokers``, by default the highest number seen."""
    names = [spec.name for spec in topics]

    def ask(seconds: float) -> dict[str, Future[Any]]:
        new = [
            NewTopic(
                spec.name,
                num_partitions=spec.partitions or _BROKER_DECIDES,
                replication_factor=spec.replication_factor or _BROKER_DECIDES,
                config=dict(spec.config),
            )
            for spec in topics
        ]
        return connection.admin.create_topics(new, **_options(seconds, validate_only=validate_only))

    answers = _answers(connection, "create_topics", names, ask, validate_only=validate_only)
    seen = connection.max_brokers
    return {
        spec.name: _passing(answers[spec.name], spec, seen, seen if brokers is None else brokers) for spec in topics
    }


def create_partitions(
    connection: Connection, totals: Mapping[str, int], assigned: Assigned, *, validate_only: bool
) -> Answers:
    """Raise the number of partitions of each topic to the total given.

    The brokers of the new ones are those ``assigned``; where none are, the broker chooses.
    """

    def ask(seconds: float) -> dict[str, Future[Any]]:
        new = [
            NewPartitions(name, total, *([assigned[name]] if name in assigned else []))  # which cannot be None or empty
            for name, total in totals.items()
        ]
        return connection.admin.create_partitions(new, **_options(seconds, validate_only=validate_only))

    return _answers(connection, "create_partitions", list(totals), ask, validate_only=validate_only)


def alter_configs(
    connection: Connection, changes: Mapping[str, Mapping[str, str | None]], *, validate_only: bool
) -> Answers:
    """Set each key of each topic, or remove the override where the value is ``None``."""

    def ask(seconds: float) -> dict[str, Future[Any]]:
        resources = [
            ConfigResource(
                ResourceType.TOPIC, name, incremental_configs=[_change(key, value) for key, value in keys.items()]
            )
            for name, keys in changes.items()
        ]
        answers = connection.admin.incremental_alter_configs(
            resources, request_timeout=seconds, validate_only=validate_only
        )
        return {resource.name: answer for resource, answer in answers.items()}

    return _answers(connection, "incremental_alter_configs", list(changes), ask, validate_only=validate_only)


def delete_topics(connection: Connection, topics: Sequence[str]) -> Answers:
    """Delete ``topics``. librdkafka sends names, not topic ids. One that does not exist is expected: it is gone."""

    def ask(seconds: float) -> dict[str, Future[Any]]:
        return connection.admin.delete_topics(list(topics), request_timeout=seconds, operation_timeout=seconds)

    answers = _answers(connection, "delete_topics", topics, ask, validate_only=False)
    return {name: _gone(failure) for name, failure in answers.items()}


def _gone(failure: KafkaFailure | None) -> KafkaFailure | None:
    if failure is None or failure.code != UNKNOWN_TOPIC:
        return failure
    return replace(failure, error_class=EXPECTED, remedy="someone else deleted the topic meanwhile")


def _options(seconds: float, *, validate_only: bool) -> dict[str, Any]:
    return {"request_timeout": seconds, "operation_timeout": seconds, "validate_only": validate_only}


def _answers(
    connection: Connection,
    api: str,
    names: Sequence[str],
    ask: Callable[[float], dict[str, Future[Any]]],
    *,
    validate_only: bool,
) -> Answers:
    """Send the request that ``ask`` makes with a time limit in seconds; the answer for each of ``names``."""
    permission = _PERMISSIONS[api]
    name = f"{api}_validate_only" if validate_only else api
    seconds = connection.write_timeout()
    try:
        answers = ask(seconds)
    except (KafkaException, ValueError, TypeError, OverflowError) as error:
        return dict.fromkeys(names, refused_by_client(error))
    connection.requests[name] += 1
    errors = connection.errors(answers, seconds, api=name)
    return {
        topic: connection.diagnosis.explained(failure_of(error, permission=permission)) if error is not None else None
        for topic, error in errors.items()
    }


def _passing(failure: KafkaFailure | None, spec: TopicSpec, seen: int, expected: int) -> KafkaFailure | None:
    """A lack of brokers as a transient error, if the topic needs no more brokers than ``expected`` or ``seen``."""
    if failure is None or failure.code != INVALID_REPLICATION_FACTOR or not _FEW_BROKERS.search(failure.message):
        return failure
    if spec.replication_factor is None or spec.replication_factor > expected:
        return failure
    remedy = START_BROKERS if spec.replication_factor <= seen else failure.remedy
    return replace(failure, error_class=RETRIABLE, remedy=remedy)


def _change(key: str, value: str | None) -> ConfigEntry:
    operation = AlterConfigOpType.SET if value is not None else AlterConfigOpType.DELETE
    return ConfigEntry(key, value or "", incremental_operation=operation)
