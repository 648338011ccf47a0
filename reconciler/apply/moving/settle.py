"""How far a move is, from what the cluster shows. Pure."""

from __future__ import annotations

from dataclasses import replace

from reconciler.model import FATAL, RETRIABLE, KafkaFailure, LiveMoves, Move, MoveProgress, MoveState

_AGAIN = "run plan to review the topic as it is now, then run apply again"


def settled(name: str, progress: MoveProgress, live: LiveMoves) -> MoveProgress:
    """``progress`` of a partition of the topic ``name`` as ``live`` has it now."""
    if progress.state in {MoveState.DONE, MoveState.FAILED}:
        return progress
    progress, move = _measured(name, progress, live), progress.move
    under_way = live.in_flight.get(name, {}).get(move.partition)
    if under_way is not None:
        if sorted(under_way.after) == sorted(move.after):
            return replace(progress, state=MoveState.MOVING)
        return failed(progress, _by_others(under_way)) if progress.state is MoveState.MOVING else progress
    if replicas_now(name, move, live) == move.after:
        return replace(progress, state=MoveState.DONE, copied=progress.bytes)
    return progress  # what a broker shows may lag behind the end of a move


def objection(name: str, move: Move, live: LiveMoves) -> KafkaFailure | None:
    """Why ``move`` is not to be asked for as things are; ``None`` where it may be."""
    under_way = live.in_flight.get(name, {}).get(move.partition)
    if under_way is not None:
        return _by_others(under_way)
    now = replicas_now(name, move, live)
    if now != move.before:
        return _changed(move, now)
    down = [broker for broker in move.after if broker not in live.racks]
    return _down(move, down[0]) if down else None


def replicas_now(name: str, move: Move, live: LiveMoves) -> tuple[int, ...] | None:
    """The replicas that the partition has now; ``None`` where there is no such partition."""
    partitions, number = live.partitions.get(name, ()), move.partition
    if number < len(partitions) and partitions[number].partition == number:
        return partitions[number].replicas  # in order and without a gap, as they nearly always are
    return next((each.replicas for each in partitions if each.partition == number), None)


def failed(progress: MoveProgress, failure: KafkaFailure) -> MoveProgress:
    """``progress`` of a move that failed for good."""
    return replace(progress, state=MoveState.FAILED, failure=failure)


def _measured(name: str, progress: MoveProgress, live: LiveMoves) -> MoveProgress:
    """``progress`` with what is to be copied, and what is; as it was where the cluster does not tell."""
    move = progress.move
    sizes = live.sizes.get(name, {}).get(move.partition, {})
    there = [sizes[broker] for broker in move.before if broker in sizes]
    if not there or not move.added:
        return progress
    whole = max(there)
    copied = sum(min(sizes.get(broker, 0), whole) for broker in move.added)
    return replace(progress, bytes=whole * len(move.added), copied=copied)


def _by_others(under_way: Move) -> KafkaFailure:
    there = ", ".join(map(str, under_way.after))
    return KafkaFailure(
        code=60,
        name="REASSIGNMENT_IN_PROGRESS",
        error_class=FATAL,
        message=f"somebody else is moving the replicas of partition {under_way.partition}, to the brokers {there}",
        remedy="wait until that is done, then run plan again",
    )


def _changed(move: Move, now: tuple[int, ...] | None) -> KafkaFailure:
    was = ", ".join(map(str, move.before))
    is_now = "gone" if now is None else f"on the brokers {', '.join(map(str, now))}"
    return KafkaFailure(
        code=0,
        name="REPLICAS_CHANGED",
        error_class=FATAL,
        message=f"partition {move.partition} was on the brokers {was} when this was planned, and is {is_now} now",
        remedy=_AGAIN,
    )


def _down(move: Move, broker: int) -> KafkaFailure:
    return KafkaFailure(
        code=8,
        name="BROKER_NOT_AVAILABLE",
        error_class=RETRIABLE,
        message=f"broker {broker}, which is to have a replica of partition {move.partition}, is down",
        remedy="start the broker, then run apply again",
    )


def taken_back(name: str, progress: MoveProgress, live: LiveMoves) -> MoveProgress:
    """``progress`` after the last look: a move that is not under way any more, and not done, was taken back."""
    if progress.state is not MoveState.MOVING or progress.move.partition in live.in_flight.get(name, {}):
        return progress
    return failed(progress, _changed(progress.move, replicas_now(name, progress.move, live)))
