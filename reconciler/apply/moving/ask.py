"""Moves asked for, and what was answered."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Protocol

from reconciler.apply.before_write import LOOKS_AT_OTHERS
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

    def look_at_moves(self, topics: Collection[str], to_measure: Mapping[str, Sequence[Move]]) -> LiveMoves:
        """The partitions of ``topics``, all moves under way, and the sizes of the replicas of those ``to_measure``."""

    def racks(self) -> Mapping[int, str | None]:
        """The rack of each broker that is up."""

    def move(self, moves: Mapping[str, Sequence[Move]]) -> Failures:
        """Ask for ``moves``."""


@dataclass(slots=True, kw_only=True)
class Asking:
    """Asks for moves in portions; what is answered goes to ``ledger``."""

    ledger: Ledger
    cluster: MovesReplicas
    retries: Retries
    clock: Clock
    undisturbed: Callable[[], AbstractContextManager[object]]
    log: logging.Logger
    _objected: Counter[tuple[str, int]] = field(default_factory=Counter)
    """Looks in a row that showed an objection to a move, by topic and partition."""
    _refused: dict[str, Mapping[int, KafkaFailure]] = field(default_factory=dict)
    """The moves of each topic that the last request did not get."""

    def ask_for_more(self, names: Sequence[str], live: LiveMoves) -> None:
        """Ask for as many moves of the topics ``names`` as brokers may copy besides, as ``live`` shows them now."""
        for name in names:
            self._give_up_on_refused(name)
        candidates = portion({name: self.ledger.moves_of(name) for name in names})
        allowed = {name: self._without_objections(name, moves, live) for name, moves in candidates.items()}
        chosen = {name: moves for name, moves in allowed.items() if moves}
        if not chosen:
            return
        with self.undisturbed():
            started_at, started = self.clock.now(), self.clock.monotonic()
            answers = self.cluster.move(chosen)
            seconds = self.clock.monotonic() - started
            for name, of in answers.items():
                self.note(name, next((why for why in of.values() if why is not None), None), started_at, seconds)
        for name, of in answers.items():
            self._answered(name, of)

    def tries(self, name: str) -> int:
        """Requests in a row that failed for moves of the topic which have not begun."""
        has_refused = any(each.state is MoveState.NOT_BEGUN for each in self.ledger.moves_of(name))
        return self.ledger.failures_in_a_row(name, Operation.MOVE_REPLICAS) if has_refused else 0

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

    def _give_up_on_refused(self, name: str) -> None:
        """Only after a look: an answer may be lost although the cluster began to move."""
        if self.tries(name) <= self.retries.most:
            return
        not_begun = {each.move.partition for each in self.ledger.moves_of(name) if each.state is MoveState.NOT_BEGUN}
        self.fail(name, {at: why for at, why in self._refused.get(name, {}).items() if at in not_begun})

    def _without_objections(self, name: str, moves: Sequence[Move], live: LiveMoves) -> Sequence[Move]:
        """The part of ``moves`` that may be asked for; one that several looks in a row object to fails."""
        objections = {move.partition: objection(name, move, live) for move in moves}
        for partition, why in objections.items():
            self._objected[name, partition] = self._objected[name, partition] + 1 if why is not None else 0
        # The broker that answers may lag behind.
        lasting = {at: why for at, why in objections.items() if self._objected[name, at] >= LOOKS_AT_OTHERS}
        self.fail(name, lasting)
        return [move for move in moves if objections[move.partition] is None]

    def _answered(self, name: str, failures: Mapping[int, KafkaFailure | None]) -> None:
        self._refused[name] = {at: why for at, why in failures.items() if why is not None}
        self.fail(name, {at: why for at, why in self._refused[name].items() if why.error_class == FATAL})
        accepted = {at for at, why in failures.items() if why is None}
        self.ledger.keep_moves(name, [_begun(each, accepted) for each in self.ledger.moves_of(name)])


def _begun(progress: MoveProgress, accepted: Collection[int]) -> MoveProgress:
    return replace(progress, state=MoveState.MOVING) if progress.move.partition in accepted else progress
