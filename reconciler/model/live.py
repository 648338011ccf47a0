"""What a cluster has."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple

from reconciler.model.failure import KafkaFailure

INTERNAL_TOPICS = frozenset(
    {
        "__cluster_metadata",
        "__consumer_offsets",
        "__remote_log_metadata",
        "__share_group_state",
        "__transaction_state",
    }
)
"""Topics that brokers make for themselves, with the settings that their own code counts on (``Topic.java``)."""


class LiveLayer(StrEnum):
    """Where a cluster has the value of a config key from, the first of these that sets it (KIP-226)."""

    TOPIC = "topic"
    DYNAMIC_BROKER = "dynamic-broker"
    """Set at run time for one broker."""
    DYNAMIC_DEFAULT = "dynamic-default"
    """Set at run time for all brokers."""
    STATIC_BROKER = "static-broker"
    """In the properties file of the broker."""
    DEFAULT = "default"
    """Kafka's own."""
    UNKNOWN = "unknown"


class LiveSource(NamedTuple):
    """The layer that sets a value, and the key there, such as ``log.retention.hours`` of a broker."""

    layer: LiveLayer
    key: str


class LivePartition(NamedTuple):
    """A partition: broker ids of its leader (``None`` while it has none), its replicas, and those in sync.

    The first of ``replicas`` is the preferred leader.
    """

    partition: int
    leader: int | None
    replicas: tuple[int, ...]
    in_sync: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Moving:
    """Replicas of a topic are being moved."""

    replication_factor: int | None = None
    """The replication factor when that is done, the lowest of its partitions; ``None`` where it is not known."""
    targets: Mapping[int, tuple[int, ...]] = field(default_factory=dict)
    """The replicas that each partition has then, by broker id; only partitions that are being moved."""
    changes_number: bool = False
    """Whether any partition gets another number of replicas; else they only go to other brokers."""
    highest_replication_factor: int | None = None
    """The highest of its partitions when that is done, where that is not the lowest."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveTopic:
    """A topic as the cluster has it; what the query does not ask for is empty or ``None``.

    ``replication_factor`` is the lowest of its partitions. ``overrides`` are the values set on the topic
    itself, ``None`` where the cluster does not show the value; ``inherited`` are those that a broker or Kafka's
    default gives.
    """

    name: str
    partitions: int
    replication_factor: int
    highest_replication_factor: int | None = None
    """Where it differs from the lowest, replicas are probably being moved."""
    is_lagging: bool = field(default=False, compare=False)
    """Some replica is not in sync: a broker is down or slow, or replicas are being moved."""
    moving: Moving | None = None
    """Set where replicas are being moved, as far as that was looked for: old and new ones are then counted together."""
    is_settled: bool = False
    """Whether the cluster was asked, and no replicas are being moved: numbers that differ by partition then stay so."""
    overrides: Mapping[str, str | None] = field(default_factory=dict)
    inherited: Mapping[str, str] = field(default_factory=dict)
    disputed: Mapping[str, Mapping[int, str | None]] = field(default_factory=dict)
    """Keys that not all brokers give the same inherited value, with that of each broker by id, lowest first; ``None``
    where a broker gives none. These keys are not in ``inherited``."""
    sources: Mapping[str, LiveSource] = field(default_factory=dict)
    """Where the values in ``overrides`` and ``inherited`` are from, by the broker that answered."""
    replicas: Sequence[LivePartition] | None = None
    topic_id: str | None = None
    """``None`` also for a broker without topic ids (before Kafka 2.8)."""
    operations: frozenset[str] | None = None
    """Permitted operations, such as ``ALTER_CONFIGS``; ``None`` also where the broker does not tell."""

    @property
    def settled_replication_factor(self) -> int:
        """The replication factor once no replicas are moved any more; the one of now where that is not known."""
        return self._settled[0]

    def replication_factor_beside(self, wanted: int | None) -> int:
        """The same, to be compared with ``wanted``: where only partitions with more replicas differ, their number."""
        lowest, highest = self._settled
        return highest if lowest == wanted else lowest

    @property
    def _settled(self) -> tuple[int, int]:
        """The lowest and the highest number of replicas once none are moved any more, as far as that is known."""
        lowest, highest = self.replication_factor, self.replication_factor
        if self.moving is not None and self.moving.replication_factor is not None:
            lowest, highest = self.moving.replication_factor, self.moving.highest_replication_factor or 0
        elif self.is_settled:
            highest = self.highest_replication_factor or 0
        return lowest, max(lowest, highest)

    @property
    def is_internal(self) -> bool:
        """Whether brokers make the topic for themselves."""
        return self.name in INTERNAL_TOPICS


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveBroker:
    """A broker that is alive; ``rack`` is ``None`` where it has none, or where the query does not ask for racks."""

    id: int
    rack: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveState:
    """What was read of a cluster: the topics asked for that exist, and those that could not be read."""

    cluster_id: str | None
    brokers: int
    """How many are alive."""
    topics: Mapping[str, LiveTopic]
    unreadable: Mapping[str, KafkaFailure] = field(default_factory=dict)
    nodes: Sequence[LiveBroker] = ()
    """The brokers that are alive, by id."""
    operations: frozenset[str] | None = None
    """Operations permitted on the cluster; ``None`` where there are none, or where the query does not ask."""
