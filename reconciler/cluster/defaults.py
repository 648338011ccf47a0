"""Inherited values asked of every broker.

A broker describes a topic with its own defaults (its properties, its version), so the values that a topic inherits
depend on the broker that answers.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import cast

from confluent_kafka.admin import ConfigResource, ConfigSource, ResourceType

from reconciler.cluster.configs_answers import COUNTS_AMONG_KEYS
from reconciler.cluster.connection import Connection
from reconciler.model import LiveTopic, Query

_OVERRIDE = ConfigSource.DYNAMIC_TOPIC_CONFIG.value
_TRIES = 2


class Defaults:
    """What each broker gives where a topic sets nothing; asked once per run, for the keys of the query only."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._values = connection.told_defaults

    def by_broker(
        self, live: Mapping[str, LiveTopic], query: Query, brokers: Collection[int]
    ) -> Mapping[str, LiveTopic]:
        """``live`` with the keys ``disputed`` that not all brokers give the same inherited value.

        A broker that does not answer, or does not know the key, gives ``None``. Raises ClusterUnavailable.
        """
        if len(brokers) == 1:
            return live  # the only broker has answered
        open_keys = {name: _not_set(topic, query) for name, topic in live.items()}
        lacking = {
            key
            for keys in open_keys.values()
            for key in keys
            if any((node, key) not in self._values for node in brokers)
        }
        while lacking:
            name = max(live, key=lambda each: len(lacking & open_keys[each]))
            self._ask(name, lacking & open_keys[name], sorted(brokers))
            lacking -= open_keys[name]
        disputed = self._disputed({key for keys in open_keys.values() for key in keys}, sorted(brokers))
        return {
            name: _with_disputed(topic, {key: disputed[key] for key in sorted(disputed.keys() & open_keys[name])})
            for name, topic in live.items()
        }

    def _ask(self, topic: str, keys: Collection[str], brokers: Sequence[int]) -> None:
        resource = ConfigResource(ResourceType.TOPIC, topic)
        self._values |= {(node, key): None for node in brokers for key in keys}
        unanswered = list(brokers)
        for _ in range(_TRIES):
            seconds = self._connection.read_timeout()
            self._connection.requests["describe_configs"] += len(unanswered)
            admin = self._connection.admin
            answers = {
                node: admin.describe_configs([resource], broker=node, request_timeout=seconds)[resource]
                for node in unanswered
            }
            errors = self._connection.errors(answers, seconds, api="describe_configs")
            for node, error in errors.items():
                entries = answers[node].result() if error is None else {}
                for key in keys & entries.keys():
                    if cast(int, entries[key].source) != _OVERRIDE:
                        self._values[node, key] = entries[key].value
            unanswered = [node for node, error in errors.items() if error is not None]
            if not unanswered:
                return

    def _disputed(self, keys: Collection[str], brokers: Sequence[int]) -> Mapping[str, Mapping[int, str | None]]:
        values = {key: {node: self._values[node, key] for node in brokers} for key in keys}
        return {key: of_each for key, of_each in values.items() if len(set(of_each.values())) > 1}


def _not_set(topic: LiveTopic, query: Query) -> frozenset[str]:
    """The keys that the query asks for and that the topic does not override."""
    keys = query.keys_of(topic.name)
    return frozenset(topic.inherited if keys is None else keys) - topic.overrides.keys() - COUNTS_AMONG_KEYS


def _with_disputed(topic: LiveTopic, disputed: Mapping[str, Mapping[int, str | None]]) -> LiveTopic:
    if not disputed:
        return topic
    inherited = {key: value for key, value in topic.inherited.items() if key not in disputed}
    return replace(topic, inherited=inherited, disputed=disputed)
