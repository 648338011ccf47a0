"""The course of all moves of one apply."""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from functools import cached_property

from reconciler.apply.before_write import LastLook
from reconciler.apply.ledger import Ledger, Seen
from reconciler.apply.moving.ask import Asking, MovesReplicas
from reconciler.apply.moving.progress import told
from reconciler.apply.moving.settle import objection, settled, taken_back
from reconciler.apply.moving.wanted import is_awaited, wanted
from reconciler.apply.not_moved import OPEN, why_not_done
from reconciler.apply.retries import Retries
from reconciler.apply.second_look import moved_meanwhile
from reconciler.apply.throttle import Throttle
from reconciler.clock import Clock, TimeLimit
from reconciler.errors import ClusterUnavailable
from reconciler.model import FATAL, KafkaFailure, LiveMoves, MoveProgress, MoveState, Operation, TopicPlan, Verification
from reconciler.plan import Request, moves_of
from reconciler.plan.placement import CannotPlace

FIRST_PAUSE, LONGEST_PAUSE = 0.2, 2.0


@dataclass(kw_only=True)
class Moving:
    """Moves the replicas that the plan of ``ledger`` moves, and waits for those that it found on their way.

    ``limit`` is the longest that this may go without a further byte or partition. ``last_look`` compares topics with
    their plan before anything is asked for. The rest is as in ``Execution``.
    """

    ledger: Ledger
    cluster: MovesReplicas
    throttle: Throttle
    last_look: LastLook
    limit: TimeLimit
    retries: Retries
    clock: Clock
    check: Callable[[], None]
    undisturbed: Callable[[], AbstractContextManager[object]]
    tell: Callable[[str], None]
    log: logging.Logger

    def run(self) -> bool:
        """Whether no move is left open: all are done, or failed. What is left open goes on in the cluster.

        Raises ClusterUnavailable, DeadlinePassed and Interrupted.
        """
        plan = self.ledger.plan.topics
        asked = self.last_look.still_to_write(
            Request(Operation.MOVE_REPLICAS, [topic for topic in plan if moves_of(topic)])
        )
        to_move = {topic.name for topic in asked.topics}
        topics = [topic for topic in plan if topic.name in to_move or is_awaited(topic)]
        if not topics:
            return True
        self.limit.restart()
        names = [topic.name for topic in topics]
        live = self.cluster.look_at_moves(names, {})
        try:
            self._begin(topics, live)
            self._put_throttle_on(names)
            return self._finish(names, live)
        finally:
            self._note_what_is_open(names)

    def _begin(self, topics: Sequence[TopicPlan], live: LiveMoves) -> None:
        racks = self.cluster.racks()
        for topic in topics:
            moves = _wanted(topic, live, racks)
            changed = _changed_before(topic.name, moves, live)
            if changed is not None:  # nothing was asked for yet: it is as if the topic was not planned
                moves = [each for each in moves if each.state is MoveState.MOVING]
                seen = Seen(
                    verification=Verification.NOT_VISIBLE, at=self.clock.now(), changed=moved_meanwhile(changed)
                )
                self.ledger.saw(topic.name, seen)
            self.ledger.keep_moves(topic.name, moves)

    def _put_throttle_on(self, names: Sequence[str]) -> None:
        """Limit all moves, those under way too: they may have been begun with another rate, or none."""
        still_open = {name: [each for each in self.ledger.moves_of(name) if each.state in OPEN] for name in names}
        failure = self.throttle.put_on({name: [each.move for each in of] for name, of in still_open.items() if of})
        if failure is None:
            return
        self.log.warning("replicas: cannot limit how fast they are copied: %s: %s", failure.name, failure.message)
        for name in names:
            not_begun = self._moves(name, MoveState.NOT_BEGUN)
            if not_begun:
                self._asking.note(name, failure, self.clock.now(), 0.0)
                self._asking.fail(name, dict.fromkeys((each.move.partition for each in not_begun), failure))

    def _finish(self, names: Sequence[str], live: LiveMoves) -> bool:
        pause = FIRST_PAUSE
        while True:
            before = self._standing(names)
            self._settle(names, live)
            asked = self._asking.ask_for_more(names, live)
            standing = self._standing(names)
            self.tell(told(standing))
            if not any(each.state in OPEN for each in standing):
                return True
            if asked or standing != before:
                self.limit.restart()
            elif not self.limit.remaining():
                return self._give_up(names, live)
            self.check()
            pause = FIRST_PAUSE if asked else min(1.5 * pause, LONGEST_PAUSE)
            self.clock.sleep(min(max(pause, self._pause_to_retry(names)), self.limit.remaining()))
            live = self._look(names, live)

    def _look(self, names: Sequence[str], last: LiveMoves) -> LiveMoves:
        """What the cluster shows now; the ``last`` look where it does not answer, and may yet."""
        copying = {name: [each.move.partition for each in self._moves(name, MoveState.MOVING)] for name in names}
        try:
            return self.cluster.look_at_moves(names, copying)
        except ClusterUnavailable as error:
            if error.is_final or not self.limit.remaining():
                raise
            return last

    def _settle(self, names: Sequence[str], live: LiveMoves) -> None:
        for name in names:
            was = self.ledger.moves_of(name)
            now = [settled(name, each, live) for each in was]
            self.ledger.keep_moves(name, now)
            for each, before in zip(now, was, strict=True):
                if each.state is not before.state:
                    words = each.state.replace("_", " ")
                    self.log.debug("%s: replicas of partition %d: %s", name, each.move.partition, words)

    def _give_up(self, names: Sequence[str], live: LiveMoves) -> bool:
        if self.limit.is_run_over():
            raise self.limit.deadline_passed()
        for name in names:
            self.ledger.keep_moves(name, [taken_back(name, each, live) for each in self.ledger.moves_of(name)])
        self.log.warning("replicas: nothing copied for %g s; not waiting any longer", self.limit.seconds)
        return False

    def _note_what_is_open(self, names: Sequence[str]) -> None:
        """Let the ledger tell why a topic is not done, if nobody looks again."""
        for name in names:
            failure = why_not_done(self.ledger.moves_of(name))
            is_asked = self.ledger.number_of_attempts(name, Operation.MOVE_REPLICAS)
            if failure is not None and is_asked and self.ledger.changed(name) is None:
                self.ledger.saw(name, Seen(verification=Verification.NOT_VISIBLE, at=self.clock.now(), failure=failure))

    def _moves(self, name: str, state: MoveState) -> Sequence[MoveProgress]:
        return [each for each in self.ledger.moves_of(name) if each.state is state]

    def _standing(self, names: Sequence[str]) -> Sequence[MoveProgress]:
        return [each for name in names for each in self.ledger.moves_of(name)]

    def _pause_to_retry(self, names: Sequence[str]) -> float:
        failing = [
            name
            for name in names
            if self._moves(name, MoveState.NOT_BEGUN)
            and self.ledger.number_of_attempts(name, Operation.MOVE_REPLICAS)
            and self.ledger.last_failure(name, Operation.MOVE_REPLICAS) is not None
        ]
        tries = max((self.ledger.tries(name, Operation.MOVE_REPLICAS) for name in failing), default=0)
        return self.retries.pause(tries) if tries else 0.0

    @cached_property
    def _asking(self) -> Asking:
        return Asking(
            ledger=self.ledger,
            cluster=self.cluster,
            retries=self.retries,
            clock=self.clock,
            undisturbed=self.undisturbed,
            log=self.log,
        )


def _wanted(topic: TopicPlan, live: LiveMoves, racks: Mapping[int, str | None]) -> Sequence[MoveProgress]:
    try:
        return wanted(topic, live, racks)
    except CannotPlace:  # new partitions stay as they are; verification shows them
        return wanted(topic, replace(live, partitions={}), racks)


def _changed_before(name: str, moves: Collection[MoveProgress], live: LiveMoves) -> KafkaFailure | None:
    """What somebody else has done to the replicas of a topic for which nothing was asked yet."""
    as_planned = [
        each.move for each in moves if each.state is MoveState.NOT_BEGUN and settled(name, each, live) == each
    ]
    objections = (objection(name, move, live) for move in as_planned)
    return next((why for why in objections if why is not None and why.error_class == FATAL), None)
