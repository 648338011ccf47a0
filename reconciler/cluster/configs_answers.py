"""The config of a topic as both ways of reading give it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from reconciler.model import KafkaFailure, LiveSource

CHUNK = 200
"""Topics per describe request: larger requests stall the interpreter, smaller ones cost round trips."""
IN_FLIGHT = 2
"""Requests under way at once: the broker prepares the next response while one is read."""

COUNTS_AMONG_KEYS = frozenset({"partition_count", "replication_factor"})
"""What older versions of Redpanda describe as overrides, although no request can set or reset them."""


@dataclass(frozen=True, slots=True)
class Configs:
    """The config of a topic: its overrides, and the inherited values that the query asks for.

    An override is ``None`` where the broker describes the key without its value: for a sensitive key, and for one that
    the broker no longer knows, set before an upgrade (KAFKA-19851).
    """

    overrides: Mapping[str, str | None]
    inherited: Mapping[str, str]
    sources: Mapping[str, LiveSource] = field(default_factory=dict)


Answer = tuple[str, Configs | KafkaFailure]
"""The name of a topic with its config, or with the reason why the broker does not show it."""
