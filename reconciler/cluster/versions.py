"""The versions of the Kafka client."""

from __future__ import annotations

from importlib.metadata import version

import confluent_kafka


def client_versions() -> dict[str, str]:
    """The versions of the Python binding and of librdkafka, by name."""
    return {"confluent-kafka": version("confluent-kafka"), "librdkafka": confluent_kafka.libversion()[0]}
