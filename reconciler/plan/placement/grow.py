"""More replicas: the brokers that get them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from reconciler.plan.placement.brokers import Brokers
from reconciler.plan.placement.even import even

_Replicas = list[int]


def grown(
    partitions: Sequence[tuple[int, ...]], factor: int, brokers: Brokers, *, beside: Sequence[tuple[int, ...]] = ()
) -> list[tuple[int, ...]]:
    """The replicas of each partition with as many added as make ``factor``; those there stay, in their order.

    Each goes to a rack with the fewest replicas of its partition, there to the broker with the fewest of the topic.
    ``beside`` are partitions of the topic that stay as they are. There have to be at least ``factor`` brokers.
    """
    placed: list[_Replicas] = [list(each) for each in partitions]
    load = Counter(broker for each in (*partitions, *beside) for broker in each)
    for replicas in placed:
        while len(replicas) < factor:
            best = min(_candidates(replicas, brokers), key=lambda broker: brokers.order(load, broker))
            replicas.append(best)
            load[best] += 1
    _even(placed, [set(each) for each in partitions], load, brokers)
    return [tuple(each) for each in placed]


def _candidates(replicas: _Replicas, brokers: Brokers) -> Iterable[int]:
    """The brokers without a replica, in the racks with the fewest."""
    free = [broker for broker in brokers.racks if broker not in replicas]
    there = brokers.in_racks(replicas)
    fewest = min(there[brokers.rack(broker)] for broker in free)
    return [broker for broker in free if there[brokers.rack(broker)] == fewest]


def _even(placed: list[_Replicas], kept: Sequence[set[int]], load: Counter[int], brokers: Brokers) -> None:
    """Shift added replicas to brokers with fewer of the topic, where that leaves racks no worse."""
    held: dict[int, set[int]] = {broker: set() for broker in brokers.racks}
    for partition, replicas in enumerate(placed):
        for broker in set(replicas) - kept[partition]:
            held[broker].add(partition)

    def choices(partition: int, source: int) -> Iterable[int]:
        replicas = placed[partition]
        there = brokers.in_racks(replicas)
        rack = brokers.rack(source)
        return sorted(
            (
                broker
                for broker in brokers.racks
                if broker not in replicas
                and (brokers.rack(broker) == rack or there[brokers.rack(broker)] < there[rack])
            ),
            key=lambda broker: brokers.order(load, broker),
        )

    def shift(partition: int, source: int, target: int) -> None:
        placed[partition][placed[partition].index(source)] = target

    even(held, load, choices, shift)
