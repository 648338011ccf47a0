"""Topic configuration through the Python binding: the way that always works."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Future
from typing import Any, cast

from confluent_kafka.admin import ConfigEntry, ConfigResource, ConfigSource, ResourceType

from reconciler.cluster.configs import CHUNK, IN_FLIGHT, Answer, Configs
from reconciler.cluster.connection import Connection
from reconciler.cluster.failures import failure_of
from reconciler.model import TopicSpec

_LOCAL_ERRORS_BELOW = 0
_OVERRIDE = ConfigSource.DYNAMIC_TOPIC_CONFIG.value


def describe_configs(connection: Connection, topics: Sequence[TopicSpec]) -> Iterator[Answer]:
    """Each topic's name with its configuration, or with why the broker does not tell."""
    under_way: deque[list[tuple[TopicSpec, Future[Any]]]] = deque()
    for start in range(0, len(topics), CHUNK):
        chunk = topics[start : start + CHUNK]
        resources = [ConfigResource(ResourceType.TOPIC, spec.name) for spec in chunk]
        connection.requests["describe_configs"] += 1
        answers = connection.admin.describe_configs(resources, request_timeout=connection.request_timeout())
        under_way.append([(spec, answers[resource]) for spec, resource in zip(chunk, resources, strict=True)])
        if len(under_way) == IN_FLIGHT:
            yield from _settled(connection, under_way.popleft())
    for asked in under_way:
        yield from _settled(connection, asked)


def _settled(connection: Connection, asked: list[tuple[TopicSpec, Future[Any]]]) -> Iterator[Answer]:
    connection.settle(answer for _, answer in asked)
    for spec, answer in asked:
        error = answer.exception()
        if error is None:
            yield spec.name, _configs(spec, answer.result())
            continue
        failure = failure_of(error)
        if failure.code < _LOCAL_ERRORS_BELOW:
            raise connection.unavailable(failure.message)
        yield spec.name, failure


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
