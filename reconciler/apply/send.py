"""Requests sent until each has a clear answer, transient errors retried."""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from datetime import datetime

from reconciler.apply.before_write import LastLook
from reconciler.apply.in_doubt import Doubts, lost
from reconciler.apply.ledger import Ledger
from reconciler.apply.log_lines import log_attempt
from reconciler.apply.retries import Retries
from reconciler.apply.verify import LooksAtTopics
from reconciler.clock import Clock, TimeLimit
from reconciler.errors import ApplyStopped, DeadlinePassed
from reconciler.model import EXPECTED, Attempt, KafkaFailure, Operation
from reconciler.plan import Answers, Request, TakesRequests


@dataclass(frozen=True, slots=True, kw_only=True)
class Sending:
    """Sends requests; what is answered goes to ``ledger``.

    ``last_look`` compares topics with their plan before they are written. The rest is as in ``Execution``.
    """

    ledger: Ledger
    writer: TakesRequests
    reader: LooksAtTopics
    last_look: LastLook
    limit: TimeLimit
    retries: Retries
    clock: Clock
    check: Callable[[], None]
    undisturbed: Callable[[], AbstractContextManager[object]]
    tell: Callable[[str], None]
    log: logging.Logger

    def send_all(self, requests: Iterable[Request]) -> bool:
        """Send ``requests`` until each has a clear answer; whether there was time for that.

        Raises ApplyStopped if every further request would fail too, ClusterUnavailable, DeadlinePassed and Interrupted.
        """
        queue = deque(requests)
        in_doubt: list[Request] = []
        self.limit.restart()
        while (queue or in_doubt) and self.limit.remaining():
            self.check()
            if queue and not self._is_look_due(queue[0], in_doubt):
                in_doubt += self._send_first_of(queue)
            else:
                self._pause_after(in_doubt)
                again = self._doubts.still_to_send(in_doubt)
                queue = deque(sorted((*queue, *again), key=_is_delete))
                in_doubt = []
        if queue or in_doubt:
            if self.limit.is_run_over():
                raise self.limit.deadline_passed()
            self.log.warning("no progress for %g s; giving up on what is left", self.limit.seconds)
            return False
        return True

    def _is_look_due(self, following: Request, in_doubt: Sequence[Request]) -> bool:
        """Whether to read the cluster before the ``following`` request is sent.

        True also if that request is for a topic in doubt, which somebody else may have changed, and before the first
        delete if any other change is in doubt: nothing is deleted before the rest has been tried.
        """
        doubtful = {topic.name for request in in_doubt for topic in request.topics}
        return (
            self._is_cluster_silent(in_doubt)
            or any(topic.name in doubtful for topic in following.topics)
            or (_is_delete(following) and not all(map(_is_delete, in_doubt)))
        )

    def _is_cluster_silent(self, in_doubt: Sequence[Request]) -> bool:
        """Whether no broker answered the last request in doubt."""
        if not in_doubt:
            return False
        last = in_doubt[-1]
        failures = (self.ledger.last_failure(topic.name, last.operation) for topic in last.topics)
        return all(failure is not None and failure.from_client for failure in failures)

    def _send_first_of(self, queue: deque[Request]) -> list[Request]:
        """Send one request; returns the part of it whose result is in doubt."""
        request = self.last_look.still_to_write(self._without_changed(queue.popleft()))
        if not request.topics:
            return []
        answers = self._send(request)
        if request.is_refused_for_its_size(answers):
            queue.extendleft(reversed(request.halves()))
            return []
        return self._doubts.of(request, answers)

    @property
    def _doubts(self) -> Doubts:
        return Doubts(ledger=self.ledger, reader=self.reader, retries=self.retries, clock=self.clock)

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
                answers = dict.fromkeys((topic.name for topic in request.topics), lost(error))
                self._note(request.operation, answers, started_at, self.clock.monotonic() - started)
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

    def _pause_after(self, in_doubt: Sequence[Request]) -> None:
        tries = max(
            self.ledger.tries(topic.name, request.operation) for request in in_doubt for topic in request.topics
        )
        seconds = min(self.retries.pause(tries), self.limit.remaining())
        number = sum(len(request.topics) for request in in_doubt)
        if tries:
            topics = "1 topic" if number == 1 else f"{number:,} topics"
            failures = self._last_failures(in_doubt)
            # That somebody else was first is usual where several replicas of a service start at once.
            is_usual = all(failure.error_class == EXPECTED for failure in failures)
            reasons = ", ".join(sorted({failure.name for failure in failures}))
            self.log.log(
                logging.INFO if is_usual else logging.WARNING, "retrying %s in %.1f s (%s)", topics, seconds, reasons
            )
        self.clock.sleep(seconds)

    def _last_failures(self, in_doubt: Sequence[Request]) -> Sequence[KafkaFailure]:
        failures = (
            self.ledger.last_failure(topic.name, request.operation) for request in in_doubt for topic in request.topics
        )
        return [failure for failure in failures if failure is not None]


def _is_delete(request: Request) -> bool:
    return request.operation is Operation.DELETE_TOPICS


def _stop_at_what_hits_all(answers: Answers) -> None:
    for failure in answers.values():
        if failure is not None and failure.ends_run:
            raise ApplyStopped.because("refused", f"{failure.name}: {failure.message}", hint=failure.remedy)
