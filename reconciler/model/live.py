"""What a cluster has."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from reconciler.model.failure import KafkaFailure


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveTopic:
    """A topic as the cluster has it.

    ``replication_factor`` is the lowest of its partitions. ``overrides`` are the values set on the topic
    itself, ``None`` where the cluster does not show the value; ``inherited`` are those that a broker or Kafka's
    default gives, as far as somebody asked for them.
    """

    name: str
    partitions: int
    replication_factor: int
    highest_replication_factor: int | None = None
    """Where it differs from the lowest, replicas are probably being moved."""
    overrides: Mapping[str, str | None] = field(default_factory=dict)
    inherited: Mapping[str, str] = field(default_factory=dict)
    disputed: Mapping[str, Mapping[int, str | None]] = field(default_factory=dict)
    """Keys whose inherited value not every broker gives, with that of each by node id; ``inherited`` has one that is
    not the desired one, or none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveState:
    """What was read of a cluster: the topics asked for that exist, and those that could not be read."""

    cluster_id: str | None
    brokers: int
    topics: Mapping[str, LiveTopic]
    unreadable: Mapping[str, KafkaFailure] = field(default_factory=dict)
