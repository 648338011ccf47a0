"""Topic configuration through the Python binding, a few requests at a time."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any, cast

from confluent_kafka.admin import ConfigEntry, ConfigResource, ConfigSource, ResourceType

from reconciler.cluster.connection import Connection
from reconciler.cluster.error_table import failure_of
from reconciler.model import KafkaFailure, TopicSpec

CHUNK = 200
"""Topics in one describe request: larger ones stall the interpreter, smaller ones cost round trips."""
IN_FLIGHT = 2
"""Requests under way at once: while one answer is read the broker prepares the next."""

_OVERRIDE = ConfigSource.DYNAMIC_TOPIC_CONFIG.value


@dataclass(frozen=True, slots=True)
class Configs:
    """A topic's configuration: its overrides, and those inherited values that somebody asked for."""

    overrides: Mapping[str, str]
    inherited: Mapping[str, str]


def describe_configs(
    connection: Connection, topics: Sequence[TopicSpec]
) -> Iterator[tuple[str, Configs | KafkaFailure]]:
    """Each topic's name with its configuration, or with why the broker does not tell."""
    under_way: deque[list[tuple[TopicSpec, Future[Any]]]] = deque()
    for start in range(0, len(topics), CHUNK):
        chunk = topics[start : start + CHUNK]
        resources = [ConfigResource(ResourceType.TOPIC, spec.name) for spec in chunk]
        connection.requests["describe_configs"] += 1
        answers = connection.admin.describe_configs(resources, request_timeout=connection.timeout)
        under_way.append([(spec, answers[resource]) for spec, resource in zip(chunk, resources, strict=True)])
        if len(under_way) == IN_FLIGHT:
            yield from _settled(connection, under_way.popleft())
    for asked in under_way:
        yield from _settled(connection, asked)


def _settled(
    connection: Connection, asked: list[tuple[TopicSpec, Future[Any]]]
) -> Iterator[tuple[str, Configs | KafkaFailure]]:
    connection.settle(answer for _, answer in asked)
    for spec, answer in asked:
        error = answer.exception()
        yield spec.name, failure_of(error) if error is not None else _configs(spec, answer.result())


def _configs(spec: TopicSpec, entries: Mapping[str, ConfigEntry]) -> Configs:
    overrides: dict[str, str] = {}
    inherited: dict[str, str] = {}
    for key, entry in entries.items():
        if entry.value is None:
            continue  # sensitive: no topic configuration of Apache Kafka is
        if cast(int, entry.source) == _OVERRIDE:
            overrides[key] = entry.value
        elif key in spec.config:
            inherited[key] = entry.value
    return Configs(dict(sorted(overrides.items())), inherited)
