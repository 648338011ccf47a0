"""A bare Kafka client, for what other people do to a cluster and for looking at it without our own eyes."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import Future
from typing import Any

from confluent_kafka.admin import (
    AdminClient,
    AlterConfigOpType,
    ConfigEntry,
    ConfigResource,
    ConfigSource,
    NewTopic,
    ResourceType,
)

from reconciler.sandbox import Sandbox


class AnotherClient:
    """Creates, changes and describes topics, waiting for each answer."""

    def __init__(self, sandbox: Sandbox) -> None:
        self.admin = AdminClient({"bootstrap.servers": sandbox.bootstrap_servers, "log_level": 0})

    def create(
        self, name: str, partitions: int = 1, replicas: int = 1, config: Mapping[str, str] | None = None
    ) -> None:
        topic = NewTopic(name, num_partitions=partitions, replication_factor=replicas, config=dict(config or {}))
        self._done(self.admin.create_topics([topic]))
        while name not in self.admin.list_topics(timeout=10).topics:
            pass  # each look waits for the broker's answer

    def delete(self, name: str) -> None:
        self._done(self.admin.delete_topics([name]))
        while self.exists(name):
            pass  # as above

    def set_config(self, name: str, key: str, value: str) -> None:
        entry = ConfigEntry(key, value, incremental_operation=AlterConfigOpType.SET)
        resource = ConfigResource(ResourceType.TOPIC, name, incremental_configs=[entry])
        self._done(self.admin.incremental_alter_configs([resource]))
        while self.overrides(name).get(key) != value:
            pass  # as above

    def partitions(self, name: str) -> int:
        return len(self.admin.list_topics(timeout=10).topics[name].partitions)

    def replication_factor(self, name: str) -> int:
        return len(self.admin.list_topics(timeout=10).topics[name].partitions[0].replicas)

    def exists(self, name: str) -> bool:
        return name in self.admin.list_topics(timeout=10).topics

    def set_broker_default(self, key: str, value: str, *, seen_by: str, as_key: str) -> None:
        """Set the default of broker 1, and wait until the topic ``seen_by`` shows it."""
        entry = ConfigEntry(key, value, incremental_operation=AlterConfigOpType.SET)
        resource = ConfigResource(ResourceType.BROKER, "1", incremental_configs=[entry])
        self._done(self.admin.incremental_alter_configs([resource]))
        while self.describe(seen_by)[as_key].value != value:
            pass  # as above

    def describe(self, name: str) -> dict[str, Any]:
        resource = ConfigResource(ResourceType.TOPIC, name)
        entries: dict[str, Any] = self.admin.describe_configs([resource])[resource].result(10)
        return entries

    def overrides(self, name: str) -> dict[str, str]:
        return {
            key: entry.value
            for key, entry in self.describe(name).items()
            if entry.source == ConfigSource.DYNAMIC_TOPIC_CONFIG.value
        }

    @staticmethod
    def _done(answers: Mapping[Any, Future[Any]]) -> None:
        for answer in answers.values():
            answer.result(10)
