"""What another replication factor does: partitions that move, bytes that are copied, brokers that get them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from reconciler.model import (
    Decision,
    Impact,
    Measured,
    Move,
    ReceivingBroker,
    Refusal,
    RefusalKind,
    Refused,
    Risky,
    Unmeasured,
)
from reconciler.plan.capacity import larger_than_room
from reconciler.plan.impact.moves import Moves
from reconciler.plan.impact.open_risk import OpenRisk
from reconciler.plan.placement import CannotPlace

_OTHERWISE = "move the replicas with kafka-reassign-partitions, or write replication_factor: {} to accept what is there"
_NOT_KNOWN = "the cluster did not tell which brokers are up, and where the replicas are"
_Sizes = Mapping[int, int] | None


def moved(risk: OpenRisk, measured: Measured, moves: Moves | None) -> Decision:
    """The risk with its impact, or refused where the replicas cannot be moved."""
    if measured.brokers is not None and measured.brokers.obstacle is not None:
        reason, way_out = measured.brokers.obstacle
        return _impossible(reason, way_out or _OTHERWISE.format(risk.change.before))
    match moves:
        case None:
            told = [each.why for each in measured.unknown.get(risk.topic.name, ()) if each.what == "replicas"]
            return _impossible(next(iter(told), _NOT_KNOWN), "run plan again")
        case CannotPlace():
            return _impossible(str(moves), moves.way_out)
        case _:
            return _risky(risk, measured, moves)


def _impossible(reason: str, way_out: str) -> Refused:
    return Refused(Refusal(kind=RefusalKind.IMPOSSIBLE, reason=reason, way_out=way_out))


def _risky(risk: OpenRisk, measured: Measured, moves: Sequence[Move]) -> Risky:
    sizes = measured.sizes.get(risk.topic.name)
    copied = [_size(sizes, move.partition) for move in moves for _ in move.added]
    known = [size for size in copied if size is not None]
    is_known = len(known) == len(copied)
    impact = Impact(
        bytes=sum(known) if is_known else None,
        takes_effect="when the replicas are copied" if copied else "at once",
        moves=tuple(moves),
        brokers=tuple(_receiving(moves, sizes, measured)),
        unknown=() if is_known else tuple(_unknown(risk, measured)),
    )
    with_it = replace(risk.risk, impact=impact)
    rooms = measured.brokers.room if measured.brokers is not None else {}
    return Risky(larger_than_room(with_it, sizes or {}, rooms))


def _size(sizes: _Sizes, partition: int) -> int | None:
    return None if sizes is None else sizes.get(partition)


def _receiving(moves: Sequence[Move], sizes: _Sizes, measured: Measured) -> Iterator[ReceivingBroker]:
    if measured.brokers is None:
        return
    for broker in sorted({broker for move in moves for broker in move.added}):
        copied = [_size(sizes, move.partition) for move in moves if broker in move.added]
        room = measured.brokers.room.get(broker)
        yield ReceivingBroker(
            id=broker,
            rack=measured.brokers.racks.get(broker),
            replicas=len(copied),
            bytes=None if None in copied else sum(size for size in copied if size is not None),
            free=None if room is None else room.free,
        )


def _unknown(risk: OpenRisk, measured: Measured) -> Iterator[Unmeasured]:
    told = [*measured.unknown.get(risk.topic.name, ()), *measured.unknown.get("", ())]
    reasons = [each for each in told if each.what == "bytes"]
    yield from reasons or [Unmeasured(what="bytes", why="the cluster did not tell")]
