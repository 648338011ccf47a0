"""Inherited values asked of every broker: a default counts only where all of them give it.

A broker describes a topic with the defaults of its own (its properties, its version), so which values a topic inherits
depends on who answers.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import cast

from confluent_kafka.admin import ConfigResource, ConfigSource, ResourceType

from reconciler.cluster.configs import COUNTS_AMONG_KEYS
from reconciler.cluster.connection import Connection
from reconciler.configs import same_value
from reconciler.model import LiveTopic, TopicSpec

_OVERRIDE = ConfigSource.DYNAMIC_TOPIC_CONFIG.value
_TRIES = 2


class Defaults:
    """What each broker gives where a topic sets nothing; asked once a run, and only for what a plan depends on."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._values = connection.told_defaults

    def agreed(
        self, topics: Mapping[str, TopicSpec], live: Mapping[str, LiveTopic], brokers: Collection[int]
    ) -> Mapping[str, LiveTopic]:
        """``live`` as it is whichever broker answered.

        An inherited value that equals the desired one, and that not every broker gives, is ``disputed``. Where brokers
        differ, that of the lowest node id stands for what the topic has now. A broker that does not answer, or does
        not know the key, gives nothing. Raises ClusterUnavailable.
        """
        if len(brokers) == 1:
            return live  # who answered is all there are
        open_keys = {name: _not_set(topics[name], topic) for name, topic in live.items()}
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
        return {
            name: self._judged(topics[name], topic, open_keys[name], sorted(brokers)) if open_keys[name] else topic
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

    def _judged(self, desired: TopicSpec, topic: LiveTopic, keys: Collection[str], brokers: Sequence[int]) -> LiveTopic:
        inherited, disputed = dict(topic.inherited), {}
        for key in sorted(keys):
            values = {node: self._values[node, key] for node in brokers}
            others = [value for value in values.values() if not same_value(key, desired.config[key], value)]
            if len(set(values.values())) == 1 or not others:
                continue
            if len(others) < len(values):
                disputed[key] = values
            inherited.pop(key, None)
            if told := [value for value in others if value is not None]:
                inherited[key] = told[0]
        return replace(topic, inherited=inherited, disputed=disputed)


def _not_set(desired: TopicSpec, topic: LiveTopic) -> frozenset[str]:
    """The keys that the manifest has a wish for and the topic no override; who answered may not know them all."""
    return frozenset(desired.config) - topic.overrides.keys() - COUNTS_AMONG_KEYS
