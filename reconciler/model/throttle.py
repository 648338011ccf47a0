"""Replicas whose copying is limited (KIP-73), as Kafka has them in the config of a topic."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from reconciler.model.placement import Move

LEADERS = "leader.replication.throttled.replicas"
FOLLOWERS = "follower.replication.throttled.replicas"
_ALL = "*"
_REPLICA = re.compile(r"([0-9]{1,10}):([0-9]{1,10})")


class Replica(NamedTuple):
    """The replica of a partition on a broker."""

    partition: int
    broker: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Throttled:
    """The replicas of one topic that are limited where they are read from, and where they are written to.

    ``standing`` has the config keys that are ``*``. No tool that moves replicas writes that, so somebody wants it to
    stay.
    """

    leaders: frozenset[Replica] = frozenset()
    followers: frozenset[Replica] = frozenset()
    standing: frozenset[str] = frozenset()

    @classmethod
    def by(cls, moves: Iterable[Move], alive: Collection[int]) -> Throttled:
        """What to limit while ``moves`` are made by the brokers that are ``alive``; nothing where none gets a replica.

        Any replica of now may be the leader, or become it, so all of them count.
        """
        copied = [move for move in moves if move.added]
        return cls(
            leaders=frozenset(
                Replica(move.partition, broker) for move in copied for broker in move.before if broker in alive
            ),
            followers=frozenset(
                Replica(move.partition, broker) for move in copied for broker in move.added if broker in alive
            ),
        )

    @classmethod
    def in_config(cls, config: Mapping[str, str | None]) -> Throttled:
        """What the config of a topic has."""
        return cls(
            leaders=_replicas(config.get(LEADERS)),
            followers=_replicas(config.get(FOLLOWERS)),
            standing=frozenset(key for key in (LEADERS, FOLLOWERS) if (config.get(key) or "").strip() == _ALL),
        )

    @property
    def brokers(self) -> frozenset[int]:
        """The brokers with such a replica."""
        return frozenset(replica.broker for replica in self.leaders | self.followers)

    @property
    def config(self) -> Mapping[str, str]:
        """The same as config of the topic; what is standing is not part of it."""
        values = {LEADERS: self.leaders, FOLLOWERS: self.followers}
        return {
            key: ",".join(f"{partition}:{broker}" for partition, broker in sorted(replicas))
            for key, replicas in values.items()
            if key not in self.standing
        }

    def __or__(self, other: Throttled) -> Throttled:
        """The replicas of both."""
        return Throttled(
            leaders=self.leaders | other.leaders,
            followers=self.followers | other.followers,
            standing=self.standing | other.standing,
        )


def _replicas(text: str | None) -> frozenset[Replica]:
    found = (_REPLICA.fullmatch(each.strip()) for each in (text or "").split(","))
    return frozenset(Replica(int(each[1]), int(each[2])) for each in found if each)
