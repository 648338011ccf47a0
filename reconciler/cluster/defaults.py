"""Inherited values asked of every broker: a default counts only where all of them give it.

A broker describes a topic with the defaults of its own (its properties, its version), so which values a topic inherits
depends on who answers.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import cast

from confluent_kafka.admin import ConfigResource, ConfigSource, ResourceType

from reconciler.cluster.connection import Connection
from reconciler.configs import same_value
from reconciler.model import LiveTopic, TopicSpec

_OVERRIDE = ConfigSource.DYNAMIC_TOPIC_CONFIG.value
_TRIES = 2


class Defaults:
    """What each broker gives where a topic sets nothing; asked once a run, and only for what somebody depends on."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._values: dict[tuple[int, str], str | None] = {}

    def agreed(
        self, topics: Mapping[str, TopicSpec], live: Mapping[str, LiveTopic], brokers: Collection[int]
    ) -> Mapping[str, LiveTopic]:
        """``live`` with those inherited values as ``disputed`` that equal a desired one and not every broker gives.

        A broker that does not answer, or does not know the key, gives nothing. Raises ClusterUnavailable.
        """
        if len(brokers) == 1:
            return live  # who answered is all there are
        depending = {name: _as_desired(topics[name], topic) for name, topic in live.items()}
        lacking = {
            key
            for keys in depending.values()
            for key in keys
            if any((node, key) not in self._values for node in brokers)
        }
        while lacking:
            name = max(live, key=lambda each: len(lacking - live[each].overrides.keys()))
            told = lacking - live[name].overrides.keys()
            self._ask(name, told, sorted(brokers))
            lacking -= told
        return {
            name: self._judged(topics[name], topic, depending[name], brokers) if depending[name] else topic
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
            errors = self._connection.errors(answers, seconds)
            for node, error in errors.items():
                entries = answers[node].result() if error is None else {}
                for key in keys & entries.keys():
                    if cast(int, entries[key].source) != _OVERRIDE:
                        self._values[node, key] = entries[key].value
            unanswered = [node for node, error in errors.items() if error is not None]
            if not unanswered:
                return

    def _judged(
        self, desired: TopicSpec, topic: LiveTopic, keys: Collection[str], brokers: Collection[int]
    ) -> LiveTopic:
        inherited, disputed = dict(topic.inherited), {}
        for key in keys:
            values = {node: self._values[node, key] for node in sorted(brokers)}
            others = [value for value in values.values() if not same_value(key, desired.config[key], value)]
            if others:
                disputed[key] = values
                del inherited[key]
                told = [value for value in others if value is not None]
                if told:
                    inherited[key] = told[0]
        return replace(topic, inherited=inherited, disputed=disputed)


def _as_desired(desired: TopicSpec, topic: LiveTopic) -> Collection[str]:
    return {key for key, value in topic.inherited.items() if same_value(key, desired.config[key], value)}
