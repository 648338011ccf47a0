"""The two ways to read configs: through the Python binding, and through librdkafka's C interface."""

from __future__ import annotations

from reconciler.clock import TimeLimit
from reconciler.cluster import configs_binding, configs_librdkafka
from reconciler.cluster.connection import Connection
from reconciler.errors import Location
from reconciler.model import TopicSpec

WAYS = {"binding": configs_binding, "librdkafka": configs_librdkafka}


def spec(name: str, **config: str) -> TopicSpec:
    return TopicSpec(name=name, origin=Location("topics.yaml", 1, 1), config=config)


def connect(address: str, timeout: float = 30) -> Connection:
    return Connection({"bootstrap.servers": address}, limit=TimeLimit(timeout))
