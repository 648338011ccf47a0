"""Topic configuration, by the quickest way that this installation has.

Two ways read the same: the Python binding, which builds an object for each of forty entries a topic, and
librdkafka's C interface, of which only what is needed becomes Python.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from reconciler.model import KafkaFailure, TopicSpec

if TYPE_CHECKING:
    from reconciler.cluster.connection import Connection

CHUNK = 200
"""Topics in one describe request: larger ones stall the interpreter, smaller ones cost round trips."""
IN_FLIGHT = 2
"""Requests under way at once: while one answer is read the broker prepares the next."""
WORTH_A_CONNECTION = 300
"""From so many topics on, the C interface saves more than the connection of its own costs."""

COUNTS_AMONG_KEYS = frozenset({"partition_count", "replication_factor"})
"""What older versions of Redpanda describe as overrides although no request can set or reset them."""


@dataclass(frozen=True, slots=True)
class Configs:
    """A topic's configuration: its overrides, and those inherited values that somebody asked for.

    An override is ``None`` where the broker describes the key without its value: a sensitive one, or one that it
    no longer knows and that is still set since before an upgrade (KAFKA-19851).
    """

    overrides: Mapping[str, str | None]
    inherited: Mapping[str, str]


Answer = tuple[str, Configs | KafkaFailure]
"""A topic's name with its configuration, or with why the broker does not tell."""


def describe_configs(connection: Connection, topics: Sequence[TopicSpec]) -> Iterator[Answer]:
    """The configuration of ``topics``, in no particular order.

    Raises ClusterUnavailable where the cluster does not answer.
    """
    from reconciler.cluster import configs_binding, configs_librdkafka  # noqa: PLC0415 - they import this module

    if len(topics) >= WORTH_A_CONNECTION and configs_librdkafka.is_available():
        return configs_librdkafka.describe_configs(connection, topics)
    return configs_binding.describe_configs(connection, topics)
