"""The course of all moves of one apply."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import cache, cached_property, partial
from typing import TypeVar

from reconciler.apply.before_write import LOOKS_AT_OTHERS, PAUSE_SECONDS, LastLook
from reconciler.apply.ledger import Ledger, Seen
from reconciler.apply.moving.advance import Advance
from reconciler.apply.moving.ask import Asking, MovesReplicas
from reconciler.apply.moving.came_of import is_found_done, note_what_came_of
from reconciler.apply.moving.progress import told
from reconciler.apply.moving.settle import settled, taken_back
from reconciler.apply.moving.wanted import changed_before, in_flight, is_awaited, wanted
from reconciler.apply.not_moved import OPEN, why_not_done
from reconciler.apply.retries import Retries
from reconciler.apply.second_look import moved_meanwhile
from reconciler.apply.throttle import Throttle
from reconciler.apply.verify import OF_LOOKING, OF_WAITING
from reconciler.clock import Clock, TimeLimit
from reconciler.errors import ClusterUnavailable
from reconciler.model import LiveMoves, MoveProgress, MoveState, Operation, TopicPlan, Verification
from reconciler.plan import Request, moves_of
from reconciler.plan.loss import counted

SHORTEST_PAUSE, LONGEST_PAUSE = 0.2, 2.0

Answer = TypeVar("Answer")


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

    def run(self) -> None:
        """Move them until all are there, or failed, or nothing advances: what is left open goes on in the cluster.

        Raises ClusterUnavailable, DeadlinePassed and Interrupted.
        """
        plan = self.ledger.plan.topics
        asked = self.last_look.still_to_write(
            Request(Operation.MOVE_REPLICAS, [topic for topic in plan if moves_of(topic)])
        )
        to_move = {topic.name for topic in asked.topics}
        topics = [
            topic for topic in plan if topic.name in to_move or is_awaited(topic) or is_found_done(topic, self.ledger)
        ]
        if not topics:
            return
        names = [topic.name for topic in topics]
        self.limit.restart()
        try:
            live = self._first_look(topics)
            self._begin(topics, live)
            self._put_throttle_on(names)
            self._finish(names, live)
        finally:
            note_what_came_of(topics, self.ledger, self.clock.now())

    def _first_look(self, topics: Sequence[TopicPlan]) -> LiveMoves:
        """A look that is not behind this run, nor, as far as a few looks tell, behind the plan."""
        names, number = [topic.name for topic in topics], 1
        live = self._look(names)
        while self.limit.remaining() and (
            any(self._lacks_partitions(topic, live) for topic in topics)
            or (number < LOOKS_AT_OTHERS and any(_is_other(topic, live) for topic in topics))
        ):
            self.check()
            self.clock.sleep(min(PAUSE_SECONDS, self.limit.remaining()))
            live = self._look(names)
            number += 1
        return live

    def _lacks_partitions(self, topic: TopicPlan, live: LiveMoves) -> bool:
        """Whether ``live`` does not show partitions yet that this run has added: they are to be moved too."""
        is_added = Operation.CREATE_PARTITIONS in self.ledger.operations_to_verify(topic.name)
        return is_added and len(live.partitions.get(topic.name, ())) < (topic.desired.partitions or 0)

    def _begin(self, topics: Sequence[TopicPlan], live: LiveMoves) -> None:
        racks = cache(partial(self._patiently, self.cluster.racks))
        for topic in topics:
            moves = in_flight(topic, live) if is_found_done(topic, self.ledger) else wanted(topic, live, racks)
            changed = changed_before(topic.name, moves, live)
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

    def _finish(self, names: Sequence[str], live: LiveMoves) -> None:
        advance, looked, advanced_at = Advance(), 0.0, self.clock.monotonic()
        while True:
            self._settle(names, live)
            self._asking.ask_for_more(names, live)
            moves = {name: self.ledger.moves_of(name) for name in names}
            standing = [each for of in moves.values() for each in of]
            self.tell(told(standing))
            if not any(each.state in OPEN for each in standing):
                return
            if advance.is_made(moves):
                self.limit.restart()
                advanced_at = self.clock.monotonic()
            elif not self.limit.remaining():
                self._give_up(names, live)
                return
            self.check()
            self.clock.sleep(min(self._pause(names, advanced_at, looked), self.limit.remaining()))
            began = self.clock.monotonic()
            live = self._look(names)
            looked = self.clock.monotonic() - began

    def _pause(self, names: Sequence[str], advanced_at: float, looked: float) -> float:
        """Seconds until the next look. It costs two connections, so more often than this is no use to anybody."""
        waited = self.clock.monotonic() - advanced_at
        to_look = min(max(SHORTEST_PAUSE, OF_WAITING * waited, OF_LOOKING * looked), LONGEST_PAUSE)
        return max(to_look, self.retries.pause(max(map(self._asking.tries, names))))

    def _look(self, names: Sequence[str]) -> LiveMoves:
        """What the cluster shows; with sizes of what is copied now, and of all that has none yet."""
        to_measure = {
            name: [each.move for each in self.ledger.moves_of(name) if _is_to_measure(each)] for name in names
        }
        return self._patiently(partial(self.cluster.look_at_moves, names, to_measure))

    def _patiently(self, ask: Callable[[], Answer]) -> Answer:
        """The answer of the cluster, which may come only when it is asked again. Raises what ``ask`` raises."""
        while True:
            try:
                return ask()
            except ClusterUnavailable as error:
                if error.is_final or not self.limit.remaining():
                    raise
            self.check()
            self.clock.sleep(min(SHORTEST_PAUSE, self.limit.remaining()))

    def _settle(self, names: Sequence[str], live: LiveMoves) -> None:
        for name in names:
            was = self.ledger.moves_of(name)
            now = [settled(name, each, live) for each in was]
            self.ledger.keep_moves(name, now)
            changed = [each for each, before in zip(now, was, strict=True) if each.state is not before.state]
            for each in changed:
                words = each.state.replace("_", " ")
                self.log.debug("%s: replicas of partition %d: %s", name, each.move.partition, words)
            if changed and why_not_done(now) is None:
                words = counted(len(now), "partition")
                self.log.info("%s: all replicas of %s are there", name, words, extra={"topic": name})

    def _give_up(self, names: Sequence[str], live: LiveMoves) -> None:
        if self.limit.is_run_over():
            raise self.limit.deadline_passed()
        for name in names:
            self.ledger.keep_moves(name, [taken_back(name, each, live) for each in self.ledger.moves_of(name)])
        self.log.warning("replicas: nothing copied for %g s; not waiting any longer", self.limit.seconds)

    def _moves(self, name: str, state: MoveState) -> Sequence[MoveProgress]:
        return [each for each in self.ledger.moves_of(name) if each.state is state]

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


def _is_to_measure(progress: MoveProgress) -> bool:
    return progress.state is MoveState.MOVING or (progress.state is MoveState.NOT_BEGUN and progress.bytes is None)


def _is_other(topic: TopicPlan, live: LiveMoves) -> bool:
    """Whether the replicas of ``topic`` are not as they were when it was planned."""
    return changed_before(topic.name, [MoveProgress(move=move) for move in moves_of(topic)], live) is not None
