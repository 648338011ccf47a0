"""Whether a cluster serves, as its brokers say themselves."""

from __future__ import annotations

from confluent_kafka import KafkaException
from confluent_kafka.admin import AdminClient


class Readiness:
    """Asks one cluster again and again, through one client."""

    def __init__(self, bootstrap_servers: str) -> None:
        self._admin = AdminClient(
            {
                "bootstrap.servers": bootstrap_servers,
                "reconnect.backoff.ms": 20,
                "reconnect.backoff.max.ms": 100,
                "log_level": 0,
            }
        )

    def node_ids(self, timeout: float) -> frozenset[int]:
        """The brokers alive by the cluster's own account, none without an answer in ``timeout`` seconds."""
        try:
            return frozenset(self._admin.list_topics(timeout=timeout).brokers)
        except KafkaException:
            return frozenset()

    def brokers(self, timeout: float) -> int:
        """How many they are."""
        return len(self.node_ids(timeout))
