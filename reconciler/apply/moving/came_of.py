"""What the ledger is told of moves when they end, or the run does."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from reconciler.apply.ledger import Ledger, Seen
from reconciler.apply.not_moved import why_not_done
from reconciler.model import MoveState, Operation, TopicPlan, Verification
from reconciler.plan import step_of

_BEGUN = frozenset({MoveState.MOVING, MoveState.DONE})


def is_found_done(topic: TopicPlan, ledger: Ledger) -> bool:
    """Whether brokers list as many replicas as wanted though this run moved none: they may still be copied."""
    to_move = _to_move(topic)
    return bool(to_move) and to_move <= ledger.done_by_others(topic.name) and ledger.changed(topic.name) is None


def note_what_came_of(topics: Sequence[TopicPlan], ledger: Ledger, at: datetime) -> None:
    """Let ``ledger`` tell why a topic is not done, if nobody looks again."""
    for topic in topics:
        name, moves, to_move = topic.name, ledger.moves_of(topic.name), _to_move(topic)
        is_asked = bool(ledger.number_of_attempts(name, Operation.MOVE_REPLICAS))
        if moves and to_move and not is_asked and all(each.state in _BEGUN for each in moves):
            ledger.found_done(name, Operation.MOVE_REPLICAS, to_move)
        failure = why_not_done(moves)
        if failure is None or ledger.changed(name) is not None:
            continue
        if is_asked or is_found_done(topic, ledger):
            as_written = ledger.done_by_others(name) - to_move
            seen = Seen(verification=Verification.NOT_VISIBLE, at=at, failure=failure, as_written=as_written)
            ledger.saw(name, seen)


def _to_move(topic: TopicPlan) -> frozenset[str]:
    return frozenset(step_of(Operation.MOVE_REPLICAS).fields(topic))
