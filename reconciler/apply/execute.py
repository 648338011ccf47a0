"""Carrying a plan out: send each request, retry transient errors, read everything back."""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext, suppress
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial

from reconciler.apply.every_broker import await_every_broker, doubt
from reconciler.apply.ledger import Ledger, Seen
from reconciler.apply.log_lines import log_attempt
from reconciler.apply.retries import Retries
from reconciler.apply.second_look import Changed, changed_meanwhile, deleted_meanwhile, is_done
from reconciler.apply.verify import LooksAtTopics, look_again, look_once, verify
from reconciler.clock import Clock, TimeLimit
from reconciler.errors import ApplyStopped, ClusterUnavailable, DeadlinePassed, Interrupted, ReconcilerError
from reconciler.model import (
    EXPECTED,
    FATAL,
    RETRIABLE,
    Attempt,
    Drift,
    KafkaFailure,
    LiveState,
    Operation,
    Query,
    TopicPlan,
    Verification,
)
from reconciler.plan import Answers, Request, TakesRequests, requests_of

_LAST_LOOK_SECONDS = 5.0
_UNKNOWN_TOPIC = 3


@dataclass(slots=True, kw_only=True)
class Execution:
    """Carries the plan of ``ledger`` out on one cluster; the ledger has the current state at any moment.

    ``limit`` is the longest that writing, or waiting for writes to become visible, may go without another topic
    completing. ``check`` is called between requests and raises Interrupted to end the run; inside ``undisturbed``
    nothing interrupts. ``tell`` gets progress messages, ``log`` one line for each attempt.
    """

    ledger: Ledger
    writer: TakesRequests
    reader: LooksAtTopics
    limit: TimeLimit
    retries: Retries = field(default_factory=Retries)
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
        queue = deque(requests_of(self.ledger.plan.topics))
        in_doubt: list[Request] = []
        self.limit.restart()
        while (queue or in_doubt) and self.limit.remaining():
            self.check()
            if queue and not self._is_look_due(queue[0], in_doubt):
                in_doubt += self._send_first_of(queue)
            else:
                self._pause_after(in_doubt)
                queue.extend(self._still_to_send(in_doubt))
                in_doubt = []
        if queue or in_doubt:
            if self.limit.is_run_over():
                raise self.limit.deadline_passed()
            self.log.warning("no progress for %g s; giving up on what is left", self.limit.seconds)

    def _is_look_due(self, following: Request, in_doubt: Sequence[Request]) -> bool:
        """Whether to read before the ``following`` request is sent.

        So it is if that request is for a topic in doubt, which somebody else may have changed.
        """
        doubtful = {topic.name for request in in_doubt for topic in request.topics}
        return self._is_cluster_silent(in_doubt) or any(topic.name in doubtful for topic in following.topics)

    def _is_cluster_silent(self, in_doubt: Sequence[Request]) -> bool:
        """Whether no broker answered the last request in doubt."""
        if not in_doubt:
            return False
        last = in_doubt[-1]
        failures = (self.ledger.last_failure(topic.name, last.operation) for topic in last.topics)
        return all(failure is not None and failure.from_client for failure in failures)

    def _send_first_of(self, queue: deque[Request]) -> list[Request]:
        """Send one request; returns the part of it whose result is in doubt."""
        request = self._without_changed(queue.popleft())
        if not request.topics:
            return []
        answers = self._send(request)
        if request.is_refused_for_its_size(answers):
            queue.extendleft(reversed(request.halves()))
            return []
        part = [topic for topic in request.topics if self._is_in_doubt(topic, request.operation, answers)]
        return [Request(request.operation, part)] if part else []

    def _without_changed(self, request: Request) -> Request:
        """``request`` without the topics that somebody else changed: what they need now was not reviewed."""
        return Request(
            request.operation, [topic for topic in request.topics if self.ledger.changed(topic.name) is None]
        )

    def _send(self, request: Request) -> Answers:
        """Send one request and record its answers; a signal does not interrupt this."""
        with self.undisturbed():
            started_at, started = self.clock.now(), self.clock.monotonic()
            try:
                answers = request.put_to(self.writer)
            except DeadlinePassed:
                raise  # before anything was sent
            except Exception as error:
                lost = dict.fromkeys((topic.name for topic in request.topics), _lost(error))
                self._note(request.operation, lost, started_at, self.clock.monotonic() - started)
                raise
            self._note(request.operation, answers, started_at, self.clock.monotonic() - started)
        if None in answers.values():
            self.limit.restart()
        self.tell(self.ledger.progress())
        _stop_at_what_hits_all(answers)
        return answers

    def _note(self, operation: Operation, answers: Answers, started_at: datetime, seconds: float) -> None:
        for name, answer in answers.items():
            # There is no smaller batch than one topic.
            failure = replace(answer, is_of_batch=False) if answer and len(answers) == 1 else answer
            attempt = Attempt(
                operation=operation,
                number=self.ledger.number_of_attempts(name, operation) + 1,
                started_at=started_at,
                duration_seconds=seconds,
                failure=failure,
            )
            self.ledger.attempted(name, attempt)
            log_attempt(self.log, name, attempt)

    def _is_in_doubt(self, topic: TopicPlan, operation: Operation, answers: Answers) -> bool:
        """Whether reading has to show what is left to do; not after a fatal error or too many retries."""
        failure = answers[topic.name]
        if failure is None:
            return False
        return failure.error_class == EXPECTED or (
            failure.error_class == RETRIABLE and self.ledger.tries(topic.name, operation) <= self.retries.most
        )

    def _pause_after(self, in_doubt: Sequence[Request]) -> None:
        tries = max(
            self.ledger.tries(topic.name, request.operation) for request in in_doubt for topic in request.topics
        )
        seconds = min(self.retries.pause(tries), self.limit.remaining())
        number = sum(len(request.topics) for request in in_doubt)
        if tries:
            topics = "1 topic" if number == 1 else f"{number:,} topics"
            self.log.warning("retrying %s in %.1f s (%s)", topics, seconds, self._reasons(in_doubt))
        self.clock.sleep(seconds)

    def _reasons(self, in_doubt: Sequence[Request]) -> str:
        failures = (
            self.ledger.last_failure(topic.name, request.operation) for request in in_doubt for topic in request.topics
        )
        return ", ".join(sorted({failure.name for failure in failures if failure is not None}))

    def _still_to_send(self, in_doubt: Sequence[Request]) -> Iterator[Request]:
        """Read once; returns what is lacking of the requests whose result is in doubt.

        Reading also tells the client which broker is the controller now.
        """
        live = self.reader.look(Query.of(topic.desired for request in in_doubt for topic in request.topics))
        for request in in_doubt:
            operation = request.operation
            lacking = [topic for topic in request.topics if self._is_lacking(topic, operation, live)]
            allowed = [topic for topic in lacking if self.ledger.tries(topic.name, operation) <= self.retries.most]
            for again in requests_of(allowed, (operation,)):
                yield from again.halves() if self._was_refused_as_batch(again) else [again]

    def _is_lacking(self, topic: TopicPlan, operation: Operation, live: LiveState) -> bool:
        """Whether to send ``operation`` again; what was found applied or changed goes to the ledger."""
        ledger, name = self.ledger, topic.name
        if name in live.unreadable and not ledger.is_outcome_known(name, operation):
            return False  # verification keeps reading
        found = live.topics.get(name)
        if found is None:
            if name in live.unreadable or not self._is_gone(topic, operation):
                return True
            self._note_changed(name, deleted_meanwhile(topic, ledger.accepted(name)))
            return False
        done = is_done(topic, operation, found, ledger.policy)
        if done:
            ledger.found_applied(name, operation)
        changed = changed_meanwhile(topic, found, ledger.policy, ledger.accepted(name))
        if changed is not None:
            self._note_changed(name, changed)
        return not done and changed is None

    def _note_changed(self, name: str, changed: Changed) -> None:
        # What was written before is looked at when everything has been sent.
        self.ledger.saw(name, Seen(verification=Verification.NOT_VISIBLE, at=self.clock.now(), changed=changed))

    def _is_gone(self, topic: TopicPlan, operation: Operation) -> bool:
        """Whether the topic was deleted: a broker answered so, and reading has just confirmed that."""
        failure = self.ledger.last_failure(topic.name, operation)
        return isinstance(topic, Drift) and failure is not None and failure.code == _UNKNOWN_TOPIC

    def _was_refused_as_batch(self, request: Request) -> bool:
        answers = {topic.name: self.ledger.last_failure(topic.name, request.operation) for topic in request.topics}
        return request.is_refused_as_a_whole(answers)


def _lost(error: Exception) -> KafkaFailure:
    """The result of a request that was in flight when the cluster became unreachable or our own code failed."""
    if not isinstance(error, ReconcilerError):
        return KafkaFailure(
            code=0,
            name="INTERNAL_ERROR",
            error_class=FATAL,
            message=f"internal error while the request was in flight: {type(error).__name__}",
            remedy="run plan to see what was applied, and report this error",
            outcome_known=False,
        )
    (diagnostic, *_) = error.diagnostics
    return KafkaFailure(
        code=-195,
        name="_TRANSPORT",
        error_class=RETRIABLE,
        message=diagnostic.message,
        remedy=diagnostic.hint or "",
        outcome_known=False,
    )


def _stop_at_what_hits_all(answers: Answers) -> None:
    for failure in answers.values():
        if failure is not None and failure.ends_run:
            raise ApplyStopped.because("refused", f"{failure.name}: {failure.message}", hint=failure.remedy)
