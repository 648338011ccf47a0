"""The replicas of a topic with another replication factor."""

from __future__ import annotations

from collections.abc import Sequence

from reconciler.model import LivePartition
from reconciler.model.placement import Move
from reconciler.plan.placement.brokers import Brokers
from reconciler.plan.placement.grow import grown
from reconciler.plan.placement.leaders import with_even_leaders
from reconciler.plan.placement.shrink import shrunk


class CannotPlace(Exception):
    """The replicas cannot be moved now; the message says why, ``way_out`` what to do."""

    def __init__(self, why: str, way_out: str) -> None:
        super().__init__(why)
        self.way_out = way_out


def placed(
    partitions: Sequence[LivePartition], factor: int, brokers: Brokers, *, min_in_sync: int = 1
) -> Sequence[Move]:
    """The partitions that change so that each has ``factor`` replicas, with their brokers.

    As little as possible is copied: replicas that are there stay while they are not too many. Of the rest, racks count
    first, then an even number per broker of the topic, then of all topics. ``min_in_sync`` is the topic's
    ``min.insync.replicas``. Raises CannotPlace.
    """
    if factor > (up := len(brokers.racks)):
        raise CannotPlace(
            f"{factor} replicas need as many brokers, and {up} {'is' if up == 1 else 'are'} up",
            f"start more brokers, or write replication_factor: {up}",
        )
    fewer = [each for each in partitions if len(each.replicas) > factor]
    for each in fewer:
        _check_in_sync(each, factor, min_in_sync)
    more = [each for each in partitions if len(each.replicas) <= factor]
    if any(len(each.replicas) < factor for each in more):
        for each in more:
            _check_all_up(each, brokers)
    left = shrunk(fewer, factor, brokers)
    after = dict(zip((each.partition for each in fewer), left, strict=True))
    after |= zip((each.partition for each in more), _grown(more, factor, brokers, left), strict=True)
    moves = [Move(each.partition, each.replicas, after[each.partition]) for each in partitions]
    return [move for move in moves if move.before != move.after]


def _grown(
    partitions: Sequence[LivePartition], factor: int, brokers: Brokers, beside: Sequence[tuple[int, ...]]
) -> list[tuple[int, ...]]:
    before = [each.replicas for each in partitions]
    after = grown(before, factor, brokers, beside=beside)
    return with_even_leaders(after, beside=beside) if after != before else after


def _check_in_sync(partition: LivePartition, factor: int, min_in_sync: int) -> None:
    if partition.leader is None:
        raise CannotPlace(
            f"partition {partition.partition} has no leader", "start the brokers that have its replicas, and plan again"
        )
    if factor < min_in_sync:
        raise CannotPlace(
            f"min.insync.replicas is {min_in_sync}, and there would be {factor} to confirm a write",
            f"lower min.insync.replicas first, or write replication_factor: {min_in_sync}",
        )
    if len(partition.in_sync) < min_in_sync:
        raise CannotPlace(
            f"partition {partition.partition} has {len(partition.in_sync)} in-sync replicas, "
            f"fewer than min.insync.replicas, {min_in_sync}",
            "plan again when its replicas are in sync",
        )


def _check_all_up(partition: LivePartition, brokers: Brokers) -> None:
    down = sorted(set(partition.replicas) - brokers.racks.keys())
    if down:
        raise CannotPlace(
            f"partition {partition.partition} has a replica on broker {down[0]}, which is down",
            "start the broker, and plan again",
        )
    if partition.leader is None:
        raise CannotPlace(f"partition {partition.partition} has no leader", "plan again when it has one")
