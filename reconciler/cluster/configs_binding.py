"""Topic configuration through the Python binding: the way that always works."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Future
from typing import Any, NamedTuple, cast

from confluent_kafka.admin import ConfigEntry, ConfigResource, ConfigSource, ResourceType

from reconciler.cluster.configs import CHUNK, COUNTS_AMONG_KEYS, IN_FLIGHT, Answer, Configs
from reconciler.cluster.connection import Connection
from reconciler.cluster.failures import READING_CONFIGS, failure_of
from reconciler.model import TopicSpec

_OVERRIDE = ConfigSource.DYNAMIC_TOPIC_CONFIG.value


def describe_configs(connection: Connection, topics: Sequence[TopicSpec]) -> Iterator[Answer]:
    """Each topic's name with its configuration, or with why the broker does not tell."""
    under_way: deque[_Asked] = deque()
    for start in range(0, len(topics), CHUNK):
        chunk = topics[start : start + CHUNK]
        resources = [ConfigResource(ResourceType.TOPIC, spec.name) for spec in chunk]
        connection.requests["describe_configs"] += 1
        seconds = connection.read_timeout()
        answers = connection.admin.describe_configs(resources, request_timeout=seconds)
        by_name = {spec.name: answers[resource] for spec, resource in zip(chunk, resources, strict=True)}
        under_way.append(_Asked(chunk, by_name, seconds))
        if len(under_way) == IN_FLIGHT:
            yield from _settled(connection, under_way.popleft())
    for asked in under_way:
        yield from _settled(connection, asked)


class _Asked(NamedTuple):
    """A request under way, which may take so many seconds."""

    topics: Sequence[TopicSpec]
    answers: Mapping[str, Future[Any]]
    seconds: float


def _settled(connection: Connection, asked: _Asked) -> Iterator[Answer]:
    errors = connection.errors(asked.answers, asked.seconds)
    for spec in asked.topics:
        error = errors[spec.name]
        if error is None:
            yield spec.name, configs_of(spec, asked.answers[spec.name].result())
            continue
        failure = failure_of(error, permission=READING_CONFIGS)
        if failure.from_client:
            raise connection.unavailable(failure.message)
        yield spec.name, failure


def configs_of(spec: TopicSpec, entries: Mapping[str, ConfigEntry]) -> Configs:
    """What ``entries`` are to the topic: its overrides, and what it inherits of that which ``spec`` has a wish for."""
    overrides: dict[str, str | None] = {}
    inherited: dict[str, str] = {}
    for key, entry in entries.items():
        if key in COUNTS_AMONG_KEYS:
            continue
        if cast(int, entry.source) == _OVERRIDE:
            overrides[key] = entry.value
        elif key in spec.config and entry.value is not None:
            inherited[key] = entry.value
    return Configs(dict(sorted(overrides.items())), inherited)
