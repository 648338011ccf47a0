"""Where replicas are, and where they are to be."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from reconciler.model.live import LivePartition


class Move(NamedTuple):
    """The replicas of a partition now and then, by broker id. The first one of each is the preferred leader."""

    partition: int
    before: tuple[int, ...]
    after: tuple[int, ...]

    @property
    def added(self) -> tuple[int, ...]:
        """The brokers that get a replica, in the order of ``after``."""
        return tuple(broker for broker in self.after if broker not in self.before)

    @property
    def removed(self) -> tuple[int, ...]:
        """The brokers whose replica goes."""
        return tuple(broker for broker in self.before if broker not in self.after)


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveMoves:
    """What the cluster shows while replicas are being moved."""

    partitions: Mapping[str, Sequence[LivePartition]]
    """Of the topics asked for; one that is not there is left out."""
    in_flight: Mapping[str, Mapping[int, Move]]
    """All moves under way in the cluster, by topic and partition, whoever asked for them."""
    racks: Mapping[int, str | None]
    """The brokers that are up, by id."""
    replicas: Mapping[int, int]
    """How many replicas of all topics each broker has."""
    sizes: Mapping[str, Mapping[int, Mapping[int, int]]] = field(default_factory=dict)
    """Bytes of the replicas asked for, by topic, partition and broker; empty where the cluster does not tell."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceivingBroker:
    """A broker that gets replicas of a topic.

    ``bytes`` is at most what is copied to it, ``free`` what its log directories have left before anything is copied;
    ``None`` where it is not known.
    """

    id: int
    rack: str | None
    replicas: int
    bytes: int | None = None
    free: int | None = None
