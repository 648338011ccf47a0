"""What is measured on a cluster before a risky change: records, groups, replicas, sizes."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from reconciler.model.live import LivePartition
from reconciler.model.risk import Unmeasured


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What to measure, by topic. Nothing that is not asked for costs a request."""

    cuts: Mapping[str, int] = field(default_factory=dict)
    """Where to find the first record that is as young as this time, in milliseconds since 1970 (UTC)."""
    records: Collection[str] = ()
    """Of which to read the first and the next offset of each partition; all topics of ``cuts`` are included."""
    newest: Collection[str] = ()
    """Of which to read when the last record was written."""
    readers: Collection[str] = ()
    """Whose groups to find, with their committed offsets."""
    replicas: Collection[str] = ()
    """Of which to read the replicas of each partition."""
    sizes: Collection[str] = ()
    """Of which to read the size of each partition."""
    brokers: bool = False
    """Whether to read which brokers are up, and what they have room for."""


class PartitionOffsets(NamedTuple):
    """Offsets of a partition: its first record, its next record, the first record at or after the cut.

    ``cut`` equals ``end`` where all records are older, and is ``None`` where no cut was asked for.
    """

    begin: int
    end: int
    cut: int | None = None


class Room(NamedTuple):
    """Free bytes of a broker: of all its log directories, and of the one with the fewest."""

    free: int
    in_smallest: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveBrokers:
    """The brokers that are up: where replicas can go.

    ``obstacle`` is why this installation, or this client, cannot move replicas at all, and what to do about it.
    """

    racks: Mapping[int, str | None]
    replicas: Mapping[int, int] = field(default_factory=dict)
    """How many each broker has, of all topics."""
    room: Mapping[int, Room] = field(default_factory=dict)
    """Without the brokers that do not tell."""
    operations: frozenset[str] | None = None
    """Operations permitted on the cluster; ``None`` where there are none."""
    obstacle: tuple[str, str | None] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveGroup:
    """A group: its committed offsets by topic and partition, and the topics that its members read now."""

    name: str
    type: str
    """``classic``, ``consumer``, ``share``, ``streams``, ``connect``, or ``unknown``."""
    state: str
    """``stable``, ``empty``, …: as Kafka names it, in lower case."""
    assigned: frozenset[str] = frozenset()
    committed: Mapping[str, Mapping[int, int]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """What was measured; a topic is missing where it could not be, and ``unknown`` has the reason.

    ``unknown`` is by topic, or by ``""`` where it holds for all of them. What is unknown are ``records``, ``bytes``,
    ``last record``, ``readers`` or ``replicas``.
    """

    offsets: Mapping[str, Mapping[int, PartitionOffsets]] = field(default_factory=dict)
    newest: Mapping[str, int | None] = field(default_factory=dict)
    """Milliseconds since 1970 (UTC); ``None`` for a topic without records."""
    groups: Sequence[LiveGroup] | None = None
    """All groups with members on, or committed offsets of, a topic in ``readers``; ``None`` where not permitted."""
    replicas: Mapping[str, Sequence[LivePartition]] = field(default_factory=dict)
    sizes: Mapping[str, Mapping[int, int]] = field(default_factory=dict)
    """Bytes by partition, of its largest replica."""
    brokers: LiveBrokers | None = None
    """``None`` where nobody asked."""
    unknown: Mapping[str, Sequence[Unmeasured]] = field(default_factory=dict)
