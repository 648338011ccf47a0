"""Which partitions an apply moves or waits for. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from reconciler.model import Drift, InSync, LiveMoves, Move, MoveProgress, MoveState, TopicPlan
from reconciler.plan import moves_of
from reconciler.plan.placement import Brokers, placed


def is_awaited(topic: TopicPlan) -> bool:
    """Whether ``topic`` was found on its way to the wanted number of replicas: nothing is asked for anew.

    A move that keeps the number is another tool's, which balances brokers, and no matter of ours.
    """
    match topic:
        case Drift(live=live) | InSync(live=live) if live is not None and live.moving is not None:
            return live.moving.changes_number and topic.desired.replication_factor is not None
        case _:
            return False


def wanted(topic: TopicPlan, live: LiveMoves, racks: Mapping[int, str | None]) -> Sequence[MoveProgress]:
    """The moves of ``topic`` by partition: those reviewed, those found under way, those of partitions that are new."""
    reviewed = {move.partition: MoveProgress(move=move) for move in moves_of(topic)}
    under_way = {
        partition: MoveProgress(move=move, state=MoveState.MOVING)
        for partition, move in live.in_flight.get(topic.name, {}).items()
        if partition not in reviewed and _changes_number(move, topic)
    }
    added = {move.partition: MoveProgress(move=move) for move in _of_new_partitions(topic, live, racks)}
    found = added | under_way | reviewed
    return [found[partition] for partition in sorted(found)]


def _changes_number(move: Move, topic: TopicPlan) -> bool:
    return len(move.before) != len(move.after) == topic.desired.replication_factor


def _of_new_partitions(topic: TopicPlan, live: LiveMoves, racks: Mapping[int, str | None]) -> Iterator[Move]:
    """Of partitions that this run has added, which have as many replicas as the others had; they are empty."""
    factor = topic.desired.replication_factor
    if not isinstance(topic, Drift) or factor is None or not moves_of(topic):
        return
    new = [each for each in live.partitions.get(topic.name, ()) if each.partition >= topic.live.partitions]
    yield from placed(new, factor, Brokers(racks=racks, replicas=live.replicas))
