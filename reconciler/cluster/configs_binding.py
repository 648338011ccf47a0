"""Topic configs through the Python binding: the way that always works."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Collection, Iterator, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import replace
from typing import Any, NamedTuple, cast

from confluent_kafka.admin import ConfigEntry, ConfigResource, ConfigSource, ResourceType

from reconciler.cluster.config_sources import sources_of
from reconciler.cluster.configs_answers import CHUNK, COUNTS_AMONG_KEYS, IN_FLIGHT, Answer, Configs
from reconciler.cluster.connection import Connection
from reconciler.cluster.failures import READING_CONFIGS, failure_of
from reconciler.model import Facet, Query

_OVERRIDE = ConfigSource.DYNAMIC_TOPIC_CONFIG.value


def describe_configs(connection: Connection, topics: Sequence[str], query: Query) -> Iterator[Answer]:
    """Each topic's name with its config, or with the reason why the broker does not show it."""
    under_way: deque[_Asked] = deque()
    for start in range(0, len(topics), CHUNK):
        chunk = topics[start : start + CHUNK]
        resources = [ConfigResource(ResourceType.TOPIC, name) for name in chunk]
        connection.requests["describe_configs"] += 1
        seconds = connection.read_timeout()
        sent_at = time.monotonic()
        answers = connection.admin.describe_configs(resources, request_timeout=seconds)
        by_name = {name: answers[resource] for name, resource in zip(chunk, resources, strict=True)}
        under_way.append(_Asked(by_name, seconds, sent_at))
        if len(under_way) == IN_FLIGHT:
            yield from _settled(connection, under_way.popleft(), query)
    for asked in under_way:
        yield from _settled(connection, asked, query)


class _Asked(NamedTuple):
    """A request under way, with its time limit in seconds."""

    answers: Mapping[str, Future[Any]]
    seconds: float
    sent_at: float


def _settled(connection: Connection, asked: _Asked, query: Query) -> Iterator[Answer]:
    errors = connection.errors(asked.answers, asked.seconds, api="describe_configs", since=asked.sent_at)
    for name, answer in asked.answers.items():
        error = errors[name]
        if error is None:
            yield name, _configs(answer.result(), query.keys_of(name), with_sources=Facet.SOURCES in query.facets)
            continue
        failure = failure_of(error, permission=READING_CONFIGS)
        if failure.from_client:
            raise connection.unavailable(failure.message)
        yield name, failure


def _configs(entries: Mapping[str, ConfigEntry], keys: Collection[str] | None, *, with_sources: bool) -> Configs:
    found = configs_of(entries, keys)
    return replace(found, sources=sources_of(entries)) if with_sources else found


def configs_of(entries: Mapping[str, ConfigEntry], keys: Collection[str] | None) -> Configs:
    """The overrides among ``entries``, and the inherited values of ``keys``, of all keys where that is ``None``."""
    overrides: dict[str, str | None] = {}
    inherited: dict[str, str] = {}
    for key, entry in entries.items():
        if key in COUNTS_AMONG_KEYS:
            continue
        if cast(int, entry.source) == _OVERRIDE:
            overrides[key] = entry.value
        elif (keys is None or key in keys) and entry.value is not None:
            inherited[key] = entry.value
    return Configs(dict(sorted(overrides.items())), inherited)
