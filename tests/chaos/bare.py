"""The cluster of the chaos tests through a bare client, past the proxies: what is there, without our own eyes."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any

from confluent_kafka import KafkaError, KafkaException
from confluent_kafka.admin import ConfigResource, ConfigSource, NewTopic, ResourceType

from tests.chaos.scenarios import Settings
from tests.support.clients import AdminClient

SECONDS = 60
"""For one answer, on a machine that has much to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Live:
    """A topic on the cluster; ``values`` has all its config, inherited values included."""

    settings: Settings
    values: Mapping[str, str]


class BareCluster:
    """Makes, reads and deletes topics, waiting until the cluster shows it; what is made, on every broker."""

    def __init__(self, servers: str) -> None:
        self._admin = AdminClient({"bootstrap.servers": servers, "log_level": 0})

    def create(self, topics: Mapping[str, Settings]) -> None:
        """Make topics, none of which is there."""
        new = [
            NewTopic(
                name,
                num_partitions=settings.partitions,
                replication_factor=settings.replication_factor,
                config=dict(settings.config),
            )
            for name, settings in topics.items()
        ]
        _wait_for(self._admin.create_topics(new))
        for broker in self._admin.list_topics(timeout=SECONDS).brokers:
            while not self._shows(broker, topics):
                pass  # each look waits for the broker's answer

    def read(self, prefix: str) -> Mapping[str, Live]:
        """The topics whose names begin with ``prefix``, once two looks have shown the same."""
        before, now = None, self._look(prefix)
        while now is None or now != before:
            before, now = now, self._look(prefix)
        return now

    def delete(self, prefix: str) -> None:
        """Remove all topics whose names begin with ``prefix``."""
        names = list(self._topics(prefix))
        if names:
            _wait_for(self._admin.delete_topics(names))
        while self._topics(prefix):
            pass  # each look waits for a broker's answer

    def _shows(self, broker: int, topics: Collection[str]) -> bool:
        resources = [ConfigResource(ResourceType.TOPIC, name) for name in topics]
        errors = [
            answer.exception(SECONDS) for answer in self._admin.describe_configs(resources, broker=broker).values()
        ]
        return not any(errors)

    def _topics(self, prefix: str) -> Mapping[str, Any]:
        topics = self._admin.list_topics(timeout=SECONDS).topics
        return {name: topic for name, topic in topics.items() if name.startswith(prefix)}

    def _look(self, prefix: str) -> Mapping[str, Live] | None:
        """``None`` where the broker that tells the config does not know yet what another one lists."""
        topics = self._topics(prefix)
        if not topics:
            return {}
        answers = self._admin.describe_configs([ConfigResource(ResourceType.TOPIC, name) for name in topics])
        try:
            return {
                resource.name: _live(topics[resource.name], answer.result(SECONDS))
                for resource, answer in answers.items()
            }
        except KafkaException as error:
            if error.args[0].code() == KafkaError.UNKNOWN_TOPIC_OR_PART:
                return None
            raise


def _live(topic: Any, entries: Mapping[str, Any]) -> Live:
    own = ConfigSource.DYNAMIC_TOPIC_CONFIG.value
    settings = Settings(
        partitions=len(topic.partitions),
        replication_factor=min(len(partition.replicas) for partition in topic.partitions.values()),
        config={key: entry.value for key, entry in entries.items() if entry.source == own},
    )
    return Live(settings=settings, values={key: entry.value for key, entry in entries.items()})


def _wait_for(answers: Mapping[str, Future[None]]) -> None:
    for answer in answers.values():
        answer.result(SECONDS)
