"""Which brokers of a cluster are ready."""

from __future__ import annotations

from confluent_kafka import KafkaException
from confluent_kafka.admin import AdminClient

from reconciler.cluster.held_client import HeldClient


class Readiness:
    """Asks one cluster repeatedly, through one client."""

    def __init__(self, bootstrap_servers: str) -> None:
        self._held = HeldClient(
            AdminClient(
                {
                    "bootstrap.servers": bootstrap_servers,
                    "reconnect.backoff.ms": 20,
                    "reconnect.backoff.max.ms": 100,
                    "log_level": 0,
                }
            )
        )

    def node_ids(self, timeout: float) -> frozenset[int]:
        """Node ids of the brokers that are alive; empty without a response within ``timeout`` seconds."""
        try:
            return frozenset(self._held.client.list_topics(timeout=timeout).brokers)
        except KafkaException:
            return frozenset()

    def brokers(self, timeout: float) -> int:
        """The number of brokers that are alive."""
        return len(self.node_ids(timeout))
