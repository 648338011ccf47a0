"""The brokers that replicas can go to."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class Brokers:
    """The brokers that are alive, by id, with their racks, and how many replicas each has of all topics.

    Racks count only where every broker has one, as for brokers themselves (KIP-36).
    """

    racks: Mapping[int, str | None]
    replicas: Mapping[int, int] = field(default_factory=dict)

    @property
    def know_racks(self) -> bool:
        """Whether each of them has a rack."""
        return bool(self.racks) and None not in self.racks.values()

    def rack(self, broker: int) -> str | None:
        """The rack of a broker; ``None`` also for one that is not alive, and where racks do not count."""
        return self.racks.get(broker) if self.know_racks else None

    def in_racks(self, brokers: Iterable[int]) -> Counter[str | None]:
        """How many of these ``brokers`` are in each rack."""
        return Counter(self.rack(broker) for broker in brokers)

    def spread(self, brokers: Collection[int]) -> int:
        """In how many racks these ``brokers`` are; where racks do not count, how many they are."""
        return len(self.in_racks(brokers)) if self.know_racks else len(set(brokers))

    def best_spread(self, factor: int) -> int:
        """In how many racks that many replicas can be."""
        return min(factor, len(set(self.racks.values())) if self.know_racks else len(self.racks))

    def order(self, load: Counter[int], broker: int) -> tuple[int, int, int]:
        """What comes first gets the next replica: few of the topic by ``load``, few of all topics, a low id."""
        return load[broker], self.replicas.get(broker, 0), broker
