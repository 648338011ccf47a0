"""The topics of a cluster through another client, and records with old timestamps."""

from __future__ import annotations

import time
from collections.abc import Mapping

from confluent_kafka import Producer

from tests.chaos.bare import SECONDS, BareCluster
from tests.chaos.scenarios import Settings
from tests.oracle.expected import Cluster
from tests.oracle.state import AGE_MS, Live, Wanted


class OtherClient:
    """Makes, fills, reads and deletes topics without the project's own code."""

    def __init__(self, servers: str) -> None:
        self._bare = BareCluster(servers)
        self._producer = Producer({"bootstrap.servers": servers, "log_level": 0, "linger.ms": 0, "acks": "all"})

    def create(self, topics: Mapping[str, Wanted]) -> None:
        """Make topics, and wait until the cluster shows them."""
        if not topics:
            return
        self._bare.create(
            {
                name: Settings(partitions=wanted.partitions or 1, replication_factor=1, config=wanted.values)
                for name, wanted in topics.items()
            }
        )

    def fill(self, topics: Mapping[str, int]) -> None:
        """Produce so many old records with keys to partition 0 of topics."""
        then = int(time.time() * 1000) - AGE_MS
        for name, number in topics.items():
            for record in range(number):
                self._producer.produce(name, key=str(record), value=b"x", partition=0, timestamp=then)
        while self._producer.flush(SECONDS):
            pass  # each call waits for the broker's answers

    def read(self, prefix: str) -> Cluster:
        """The topics whose names begin with ``prefix``, as two looks have shown them alike."""
        return {
            name: Live(partitions=found.settings.partitions, overrides=found.settings.config)
            for name, found in self._bare.read(prefix).items()
        }

    def delete(self, prefix: str) -> None:
        """Remove all topics whose names begin with ``prefix``."""
        self._bare.delete(prefix)
