"""Carrying a plan out: send requests, move replicas, read everything back."""

from __future__ import annotations

import logging
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext, suppress
from dataclasses import dataclass, field
from functools import partial

from reconciler.apply.before_write import LastLook
from reconciler.apply.every_broker import await_every_broker, doubt
from reconciler.apply.ledger import Ledger
from reconciler.apply.moving import MovesReplicas, Moving, are_replicas_there
from reconciler.apply.retries import Retries
from reconciler.apply.send import Sending
from reconciler.apply.throttle import Throttle, Unthrottled
from reconciler.apply.verify import LooksAtTopics, look_again, look_once, verify
from reconciler.clock import Clock, TimeLimit
from reconciler.errors import ApplyStopped, ClusterUnavailable, DeadlinePassed, Interrupted
from reconciler.model import Operation, TopicPlan
from reconciler.plan import TakesRequests, requests_of

_LAST_LOOK_SECONDS = 5.0
_BEFORE_MOVES = (Operation.CREATE_TOPICS, Operation.CREATE_PARTITIONS, Operation.ALTER_CONFIGS)
_LAST = (Operation.DELETE_TOPICS,)


@dataclass(slots=True, kw_only=True)
class Execution:
    """Carries the plan of ``ledger`` out on one cluster; the ledger has the current state at any moment.

    Without a ``mover``, no replicas are moved.

    ``limit`` is the longest that writing, or waiting for writes to become visible, may go without another topic
    completing. ``check`` is called between requests and raises Interrupted to end the run; inside ``undisturbed``
    nothing interrupts. ``tell`` gets progress messages, ``log`` one line for each attempt.
    """

    ledger: Ledger
    writer: TakesRequests
    reader: LooksAtTopics
    limit: TimeLimit
    retries: Retries = field(default_factory=Retries)
    mover: MovesReplicas | None = None
    throttle: Throttle = field(default_factory=Unthrottled)
    clock: Clock = field(default_factory=Clock)
    check: Callable[[], None] = lambda: None
    undisturbed: Callable[[], AbstractContextManager[object]] = nullcontext
    tell: Callable[[str], None] = lambda _line: None
    log: logging.Logger = field(default_factory=lambda: logging.getLogger("reconciler.apply"))

    def write(self) -> None:
        """Make every safe change of the plan; a topic that fails does not affect the others.

        Raises ApplyStopped if every further request would fail too, ClusterUnavailable, DeadlinePassed and
        Interrupted. What was written before a stop or a signal has been read back once.
        """
        try:
            self._write()
        except (ApplyStopped, Interrupted):
            self._look_once()
            raise

    def verify(self) -> None:
        """Read back what was written until every broker shows it. Raises the same errors as ``write``."""
        try:
            self._read_back(self._await_visible)
        except Interrupted:
            self._look_once()
            raise

    def _await_visible(self) -> None:
        verify(reader=self.reader, ledger=self.ledger, limit=self.limit, clock=self.clock, tell=self.tell)
        self.limit.restart()

    def _look_once(self) -> None:
        self.limit.shorten(_LAST_LOOK_SECONDS)
        with self.undisturbed(), suppress(ClusterUnavailable, DeadlinePassed):
            self._read_back(lambda: look_once(reader=self.reader, ledger=self.ledger, clock=self.clock))

    def _read_back(self, look: Callable[[], None]) -> None:
        """Run ``look``; what it finds as written counts as verified only once every broker shows the last write."""
        try:
            look()
            await_every_broker(
                reader=self.reader,
                look_again=partial(
                    look_again, reader=self.reader, ledger=self.ledger, limit=self.limit, clock=self.clock
                ),
                ledger=self.ledger,
                limit=self.limit,
                clock=self.clock,
                tell=self.tell,
            )
        except BaseException:
            doubt(self.reader, self.ledger)
            raise

    def _write(self) -> None:
        """What does not wait for replicas first: copying them may take hours."""
        topics = self.ledger.plan.topics
        sending = self._sending
        if not sending.send_all(requests_of(topics, _BEFORE_MOVES)):
            return
        self._move()
        there = [topic for topic in topics if self._are_replicas_there(topic)]
        sending.send_all([*requests_of(there, [Operation.ALTER_CONFIGS_AFTER_MOVES]), *requests_of(topics, _LAST)])

    def _are_replicas_there(self, topic: TopicPlan) -> bool:
        ledger, name = self.ledger, topic.name
        return are_replicas_there(topic, ledger.moves_of(name), ledger.done_by_others(name))

    def _move(self) -> None:
        if self.mover is None:
            return
        moving = Moving(
            ledger=self.ledger,
            cluster=self.mover,
            throttle=self.throttle,
            last_look=self._last_look,
            limit=self.limit,
            retries=self.retries,
            clock=self.clock,
            check=self.check,
            undisturbed=self.undisturbed,
            tell=self.tell,
            log=self.log,
        )
        moving.run()

    @property
    def _sending(self) -> Sending:
        return Sending(
            ledger=self.ledger,
            writer=self.writer,
            reader=self.reader,
            last_look=self._last_look,
            limit=self.limit,
            retries=self.retries,
            clock=self.clock,
            check=self.check,
            undisturbed=self.undisturbed,
            tell=self.tell,
            log=self.log,
        )

    @property
    def _last_look(self) -> LastLook:
        return LastLook(ledger=self.ledger, reader=self.reader, limit=self.limit, clock=self.clock)
