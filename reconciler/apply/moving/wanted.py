"""Which partitions an apply moves or waits for, and whether their replicas are there. Pure."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence

from reconciler.apply.moving.settle import objection, settled
from reconciler.apply.not_moved import why_not_done
from reconciler.model import (
    FATAL,
    Drift,
    InSync,
    KafkaFailure,
    LiveMoves,
    Move,
    MoveProgress,
    MoveState,
    Operation,
    TopicPlan,
)
from reconciler.plan import moves_of, step_of
from reconciler.plan.placement import Brokers, new_partitions

Racks = Callable[[], Mapping[int, str | None]]


def is_awaited(topic: TopicPlan) -> bool:
    """Whether ``topic`` was found on its way to the wanted number of replicas: nothing is asked for anew.

    A move that keeps the number is another tool's, which balances brokers, and no matter of ours.
    """
    match topic:
        case Drift(live=live) | InSync(live=live) if live is not None and live.moving is not None:
            return live.moving.changes_number and topic.desired.replication_factor is not None
        case _:
            return False


def are_replicas_there(topic: TopicPlan, moves: Sequence[MoveProgress], done_by_others: Collection[str]) -> bool:
    """Whether nothing of ``topic`` has to wait for replicas any more; ``moves`` are empty where none were begun."""
    to_move = step_of(Operation.MOVE_REPLICAS).fields(topic)
    return why_not_done(moves) is None and (bool(moves) or {*to_move} <= {*done_by_others})


def wanted(topic: TopicPlan, live: LiveMoves, racks: Racks) -> Sequence[MoveProgress]:
    """The moves of ``topic`` by partition: those reviewed, those found under way, those of partitions that are new.

    ``racks`` is called only where new partitions have to be placed.
    """
    reviewed = {move.partition: MoveProgress(move=move) for move in moves_of(topic)}
    under_way = {each.move.partition: each for each in in_flight(topic, live)}
    added = {move.partition: MoveProgress(move=move) for move in _of_new_partitions(topic, live, racks)}
    found = added | under_way | reviewed
    return [found[partition] for partition in sorted(found)]


def in_flight(topic: TopicPlan, live: LiveMoves) -> Sequence[MoveProgress]:
    """The moves of ``topic`` found under way to the wanted number of replicas, by partition."""
    found = live.in_flight.get(topic.name, {})
    return [
        MoveProgress(move=move, state=MoveState.MOVING)
        for _, move in sorted(found.items())
        if _changes_number(move, topic)
    ]


def changed_before(name: str, moves: Collection[MoveProgress], live: LiveMoves) -> KafkaFailure | None:
    """What somebody else has done to the replicas of a topic for which nothing was asked yet."""
    as_planned = [each.move for each in moves if each.state is settled(name, each, live).state is MoveState.NOT_BEGUN]
    objections = (objection(name, move, live) for move in as_planned)
    return next((why for why in objections if why is not None and why.error_class == FATAL), None)


def _changes_number(move: Move, topic: TopicPlan) -> bool:
    return len(move.before) != len(move.after) == topic.desired.replication_factor


def _of_new_partitions(topic: TopicPlan, live: LiveMoves, racks: Racks) -> Sequence[Move]:
    """Of partitions that this run has added, which have as many replicas as the others had.

    They are empty, so they are placed anew: beside the others, wherever those go.
    """
    factor, moves = topic.desired.replication_factor, {move.partition: move.after for move in moves_of(topic)}
    if not isinstance(topic, Drift) or factor is None or not moves:
        return ()
    partitions = live.partitions.get(topic.name, ())
    old = [moves.get(each.partition, each.replicas) for each in partitions if each.partition < topic.live.partitions]
    new = [each for each in partitions if each.partition >= topic.live.partitions]
    if all(len(each.replicas) == factor for each in new):
        return ()
    brokers = Brokers(racks=racks(), replicas=live.replicas)
    if factor > len(brokers.racks):
        return ()  # they stay as they are; verification shows them
    placed = new_partitions(old, len(new), factor, brokers)
    return [
        Move(each.partition, each.replicas, to) for each, to in zip(new, placed, strict=True) if each.replicas != to
    ]
