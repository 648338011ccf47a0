"""The replicas that a plan moves, topic after topic: where those of one go counts for the next."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from reconciler.model import LivePartition, Measure, Measured, Move, Moving
from reconciler.plan.impact.open_risk import OpenRisk
from reconciler.plan.placement import Brokers, CannotPlace, placed

_MIN_IN_SYNC = "min.insync.replicas"

Moves = Sequence[Move] | CannotPlace
"""The moves of a topic, or why there are none."""
AgreedMoves = Mapping[str, Sequence[Move]]
"""Moves by topic that were reviewed: they stay as they are where they still can be made."""


def moves_of(
    risks: Iterable[OpenRisk], measured: Measured, planned: Iterable[Move], agreed: AgreedMoves
) -> Mapping[str, Moves]:
    """The moves of every topic of ``risks``, in their order, that gets another replication factor.

    ``planned`` are those of other topics of the plan, which count too.
    """
    if measured.brokers is None:
        return {}
    load = Counter(measured.brokers.replicas)
    for move in planned:
        _shift(load, move)
    found: dict[str, Moves] = {}
    for risk in risks:
        partitions = measured.replicas.get(risk.topic.name)
        if Measure.PLACEMENT not in risk.risk.measures or not partitions:
            continue
        in_the_end = [_settled(each, risk.topic.live.moving) for each in partitions]
        for before, after in zip(partitions, in_the_end, strict=True):
            _shift(load, Move(before.partition, before.replicas, after.replicas))
        brokers = Brokers(racks=measured.brokers.racks, replicas=load)
        try:
            moves = _moves(risk, in_the_end, brokers, agreed.get(risk.topic.name, ()))
        except CannotPlace as error:
            found[risk.topic.name] = error
            continue
        for move in moves:
            _shift(load, move)
        found[risk.topic.name] = moves
    return found


def _shift(load: Counter[int], move: Move) -> None:
    load.subtract(move.removed)
    load.update(move.added)


def _settled(partition: LivePartition, moving: Moving | None) -> LivePartition:
    """``partition`` with the replicas that it has once none are moved any more."""
    target = moving.targets.get(partition.partition) if moving is not None else None
    return partition if target is None else partition._replace(replicas=target)


def _moves(
    risk: OpenRisk, partitions: Sequence[LivePartition], brokers: Brokers, agreed: Sequence[Move]
) -> Sequence[Move]:
    """The moves of a topic, without the partitions that are being moved already. Raises CannotPlace."""
    factor = int(risk.change.after or 0)
    targets = risk.topic.live.moving.targets if risk.topic.live.moving is not None else {}
    moves = placed(partitions, factor, brokers, min_in_sync=risk.number_after(_MIN_IN_SYNC) or 1)
    moves = [move for move in moves if move.partition not in targets]
    by_number = {each.partition: each for each in partitions}
    left = [move for move in agreed if move.partition not in targets and not _is_made(move, by_number)]
    return left if _still_fit(left, moves, by_number, brokers) else moves


def _is_made(move: Move, partitions: Mapping[int, LivePartition]) -> bool:
    partition = partitions.get(move.partition)
    return partition is not None and partition.replicas == move.after


def _still_fit(
    agreed: Sequence[Move], moves: Sequence[Move], partitions: Mapping[int, LivePartition], brokers: Brokers
) -> bool:
    """Whether ``agreed`` can be made as well as ``moves``, which are what would be chosen now."""
    lacking = {move.partition: len(move.after) for move in moves if len(move.before) != len(move.after)}
    return lacking.keys() <= {move.partition for move in agreed} <= partitions.keys() and all(
        _fits(move, partitions[move.partition], lacking.get(move.partition, len(move.before)), brokers)
        for move in agreed
    )


def _fits(move: Move, partition: LivePartition, number: int, brokers: Brokers) -> bool:
    stay = set(move.after) - set(move.added)
    return (
        move.before == partition.replicas
        and len(move.after) == len(set(move.after)) == number
        and set(move.added) <= brokers.racks.keys()
        and partition.leader in stay
        # Where replicas go, those stay that are in sync.
        and (not move.removed or stay <= set(partition.in_sync))
    )
