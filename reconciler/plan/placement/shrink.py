"""Fewer replicas: the brokers that keep theirs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from reconciler.model import LivePartition
from reconciler.plan.placement.brokers import Brokers
from reconciler.plan.placement.even import even


def shrunk(partitions: Sequence[LivePartition], factor: int, brokers: Brokers) -> list[tuple[int, ...]]:
    """The ``factor`` replicas of each partition that stay, in their order.

    The leader stays, in-sync replicas before others, and the preferred leader before the rest of those. What goes is in
    the rack with the most replicas of its partition, there on the broker with the most of the topic.
    """
    kept = [set(each.replicas) for each in partitions]
    load = Counter(broker for each in kept for broker in each)
    for partition, left in zip(partitions, kept, strict=True):
        while len(left) > factor:
            goes = max(_candidates(partition, left, factor, brokers), key=lambda broker: brokers.order(load, broker))
            left.discard(goes)
            load[goes] -= 1
    _even(partitions, kept, load, factor, brokers)
    return [_ordered(each, left) for each, left in zip(partitions, kept, strict=True)]


def _candidates(partition: LivePartition, left: set[int], factor: int, brokers: Brokers) -> Iterable[int]:
    """The brokers whose replica may go next: all equally good for the partition."""
    free = left - _staying(partition, factor)
    behind = free - set(partition.in_sync)
    there = brokers.in_racks(left)
    most = max(there[brokers.rack(broker)] for broker in behind or free)
    return [broker for broker in behind or free if there[brokers.rack(broker)] == most]


def _staying(partition: LivePartition, factor: int) -> set[int]:
    """The leader and, where two stay and it is in sync, the preferred leader."""
    leaders = [partition.leader if partition.leader is not None else partition.replicas[0], partition.replicas[0]]
    return {broker for broker in leaders[:factor] if broker in partition.in_sync or broker == leaders[0]}


def _ordered(partition: LivePartition, left: set[int]) -> tuple[int, ...]:
    """In the order of now; where the preferred leader goes, the leader becomes it, so that none has to be elected."""
    stay = [broker for broker in partition.replicas if broker in left]
    if partition.replicas[0] not in left and partition.leader in left:
        stay.sort(key=lambda broker: broker != partition.leader)
    return tuple(stay)


def _even(
    partitions: Sequence[LivePartition], kept: list[set[int]], load: Counter[int], factor: int, brokers: Brokers
) -> None:
    """Let a replica go from a fuller broker rather than from an emptier one, where both are as good otherwise."""
    held: dict[int, set[int]] = {broker: set() for each in partitions for broker in each.replicas}
    for number, left in enumerate(kept):
        for broker in left - _staying(partitions[number], factor):
            held[broker].add(number)

    def choices(number: int, source: int) -> Iterable[int]:
        left, in_sync = kept[number], partitions[number].in_sync
        there = brokers.in_racks(left)
        rack = brokers.rack(source)
        return sorted(
            (
                broker
                for broker in partitions[number].replicas
                if broker not in left
                and (broker in in_sync or source not in in_sync)
                and (brokers.rack(broker) == rack or there[brokers.rack(broker)] < there[rack])
            ),
            key=lambda broker: brokers.order(load, broker),
        )

    def shift(number: int, source: int, target: int) -> None:
        kept[number] = kept[number] - {source} | {target}

    even(held, load, choices, shift)
