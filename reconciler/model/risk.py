"""What a risky change may do, whom it hurts, and who consents to it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import Enum, StrEnum, auto

from reconciler.model.placement import Move, ReceivingBroker


class RiskKind(StrEnum):
    """The kind of consent that a risky change needs."""

    DATA_LOSS = "data-loss"
    """Records or keys are removed."""
    DELETE = "delete"
    """The topic is deleted."""
    PARTITION_INCREASE = "partition-increase"
    """Keys move to other partitions, and readers may miss records of the new ones."""
    DURABILITY_LOSS = "durability-loss"
    """Acknowledged records may be lost when a broker fails."""
    AVAILABILITY_LOSS = "availability-loss"
    """Producers or readers fail."""
    REPLICATION_CHANGE = "replication-change"
    """Replicas are added or removed."""
    CAPACITY = "capacity"
    """A disk may become full."""


class Measure(Enum):
    """What of a risky change can be measured on the cluster."""

    OLD_RECORDS = auto()
    """Records older than a time limit that is lowered."""
    LARGE_PARTITIONS = auto()
    """Records of partitions above a size limit that is lowered."""
    ALL_RECORDS = auto()
    """All records of the topic."""
    READERS = auto()
    """Consumer groups that read the topic."""
    IN_SYNC = auto()
    """Partitions with fewer in-sync replicas than the new ``min.insync.replicas``."""
    LEADERLESS = auto()
    """Partitions without a leader."""
    PLACEMENT = auto()
    """Bytes that are copied, and the brokers that get them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unmeasured:
    """A number that could not be read, and why."""

    what: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadingGroup:
    """A group that reads a topic.

    ``lag`` is the number of records that it has not read, ``unread_records_lost`` how many of them the change removes;
    ``None`` where the group has committed no offsets of the topic.
    """

    group: str
    type: str
    state: str
    lag: int | None = None
    unread_records_lost: int | None = None
    note: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Impact:
    """What a change does to records and readers, measured when it was planned; numbers are upper bounds.

    A number is ``None`` where it does not matter to the change, or could not be read: ``unknown`` then has the reason.
    """

    records: int | None = None
    """Records that are removed; for a partition increase, records whose keys may be in another partition from then."""
    bytes: int | None = None
    """Bytes that they take on the disk of one replica; where replicas are moved, all bytes that are copied."""
    partitions: int | None = None
    """Partitions that would refuse writes, or that have no leader."""
    takes_effect: str | None = None
    last_record: int | None = None
    """When the last record was written, in milliseconds since 1970 (UTC)."""
    readers: Sequence[ReadingGroup] | None = None
    """``None`` where they could not be read, or do not matter to the change."""
    moves: Sequence[Move] = ()
    """The partitions that get other replicas, by number."""
    brokers: Sequence[ReceivingBroker] = ()
    """The brokers that get replicas, by id."""
    unknown: Sequence[Unmeasured] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Risk:
    """Why a change is risky: the kind of consent it needs, and what a reviewer is told."""

    kind: RiskKind
    reason: str
    measures: frozenset[Measure] = frozenset()
    """What a reviewer is told."""
    decisive: frozenset[Measure] = frozenset()
    """Those of ``measures`` that make the change safe where all of them are none; empty where nothing does."""
    impact: Impact | None = None
    """``None`` until it is measured."""
    also: frozenset[RiskKind] = frozenset()
    """Further kinds of consent that count."""

    def is_covered_by(self, kind: RiskKind) -> bool:
        """Whether consent of this ``kind`` counts."""
        return kind is self.kind or kind in self.also


@dataclass(frozen=True, slots=True, kw_only=True)
class Consent:
    """Consent to a kind of risk, from a place in the manifest or an option.

    ``up_to`` is the most records it covers. ``until`` is the last day on which it counts, in UTC.
    """

    kind: RiskKind
    given_by: str
    """``topics.yaml:31:5``, ``--allow data-loss=orders.*``."""
    up_to: int | None = None
    until: date | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentForTopics:
    """Consent by an option, for the topics whose names match ``glob``."""

    glob: str
    consent: Consent


@dataclass(frozen=True, slots=True, kw_only=True)
class Permission:
    """What the options of a run permit."""

    creating: bool = True
    """Create missing topics."""
    changing: bool = True
    """Change and delete topics that exist."""
    pruning: bool = False
    """Plan to delete unmanaged topics in the manifest's scope."""
    exceeding_limits: bool = False
    """Ignore the limits of the policy."""
    consents: Sequence[ConsentForTopics] = ()
