"""Preferred leaders, spread over the brokers that have replicas."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from reconciler.plan.placement.even import even


def with_even_leaders(
    partitions: Sequence[tuple[int, ...]], *, beside: Sequence[tuple[int, ...]] = ()
) -> list[tuple[int, ...]]:
    """The replicas of each partition, of which another one comes first only where that makes leaders more even.

    Costs no copying: the leader of now leads on until the cluster elects the preferred one
    (``auto.leader.rebalance.enable``). ``beside`` are partitions of the topic that stay as they are.
    """
    placed = list(partitions)
    held: dict[int, set[int]] = {broker: set() for each in placed for broker in each}
    for number, replicas in enumerate(placed):
        held[replicas[0]].add(number)
    load = Counter(replicas[0] for replicas in (*partitions, *beside))

    def choices(number: int, source: int) -> Iterable[int]:
        return sorted(set(placed[number]) - {source}, key=lambda broker: (load[broker], broker))

    def shift(number: int, _source: int, target: int) -> None:
        placed[number] = (target, *(broker for broker in placed[number] if broker != target))

    even(held, load, choices, shift)
    return placed
