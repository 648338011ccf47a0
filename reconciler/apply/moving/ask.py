"""Moves asked for, and what was answered."""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol

from reconciler.apply.ledger import Ledger
from reconciler.apply.log_lines import log_attempt
from reconciler.apply.moving.portion import portion
from reconciler.apply.moving.settle import failed, objection
from reconciler.apply.retries import Retries
from reconciler.clock import Clock
from reconciler.model import FATAL, Attempt, KafkaFailure, LiveMoves, Move, MoveProgress, MoveState, Operation

Failures = Mapping[str, Mapping[int, KafkaFailure | None]]
"""Why moves were refused, by topic and partition; ``None`` for one that was accepted."""


class MovesReplicas(Protocol):
    """What is needed of a cluster. All raise ClusterUnavailable and DeadlinePassed."""

    def look_at_moves(self, topics: Collection[str], copying: Mapping[str, Collection[int]]) -> LiveMoves:
        """The partitions of ``topics``, all moves under way, and the sizes of the replicas of those ``copying``."""

    def racks(self) -> Mapping[int, str | None]:
        """The rack of each broker that is up."""

    def move(self, moves: Mapping[str, Sequence[Move]]) -> Failures:
        """Ask for ``moves``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asking:
    """Asks for moves in portions; what is answered goes to ``ledger``."""

    ledger: Ledger
    cluster: MovesReplicas
    retries: Retries
    clock: Clock
    undisturbed: Callable[[], AbstractContextManager[object]]
    log: logging.Logger

    def ask_for_more(self, names: Sequence[str], live: LiveMoves) -> bool:
        """Ask for as many moves of the topics ``names`` as brokers may copy besides; whether any was accepted."""
        chosen = {}
        for name, moves in portion({name: self.ledger.moves_of(name) for name in names}).items():
            objections = {move.partition: objection(name, move, live) for move in moves}
            self.fail(name, objections)
            chosen[name] = [move for move in moves if objections[move.partition] is None]
        chosen = {name: moves for name, moves in chosen.items() if moves}
        if not chosen:
            return False
        with self.undisturbed():
            started_at, started = self.clock.now(), self.clock.monotonic()
            answers = self.cluster.move(chosen)
            seconds = self.clock.monotonic() - started
            for name, of in answers.items():
                self.note(name, next((why for why in of.values() if why is not None), None), started_at, seconds)
        for name, of in answers.items():
            self._answered(name, of)
        return any(None in of.values() for of in answers.values())

    def note(self, name: str, failure: KafkaFailure | None, started_at: datetime, seconds: float) -> None:
        """Record a request as far as it is about one topic."""
        number = self.ledger.number_of_attempts(name, Operation.MOVE_REPLICAS) + 1
        attempt = Attempt(
            operation=Operation.MOVE_REPLICAS,
            number=number,
            started_at=started_at,
            duration_seconds=seconds,
            # Without the right to move replicas, everything else can still be written.
            failure=replace(failure, ends_run=False) if failure is not None else None,
        )
        self.ledger.attempted(name, attempt)
        log_attempt(self.log, name, attempt)

    def fail(self, name: str, failures: Mapping[int, KafkaFailure | None]) -> None:
        """Record that moves failed for good, by partition."""
        moves = self.ledger.moves_of(name)
        self.ledger.keep_moves(
            name, [failed(each, why) if (why := failures.get(each.move.partition)) else each for each in moves]
        )

    def _answered(self, name: str, failures: Mapping[int, KafkaFailure | None]) -> None:
        is_over = self.ledger.tries(name, Operation.MOVE_REPLICAS) > self.retries.most
        self.fail(name, {at: why for at, why in failures.items() if why and (why.error_class == FATAL or is_over)})
        accepted = {at for at, why in failures.items() if why is None}
        self.ledger.keep_moves(name, [_begun(each, accepted) for each in self.ledger.moves_of(name)])


def _begun(progress: MoveProgress, accepted: Collection[int]) -> MoveProgress:
    return replace(progress, state=MoveState.MOVING) if progress.move.partition in accepted else progress
