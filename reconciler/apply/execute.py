"""A plan carried out: each request sent, what failed in a way that passes sent again, everything read back."""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext, suppress
from dataclasses import dataclass, field, replace
from datetime import datetime

from reconciler.apply.ledger import Ledger
from reconciler.apply.log_lines import log_attempt
from reconciler.apply.retries import Retries
from reconciler.apply.second_look import still_to_do
from reconciler.apply.verify import LooksAtTopics, look_once, verify
from reconciler.clock import Clock, TimeLimit
from reconciler.errors import ApplyStopped, ClusterUnavailable, DeadlinePassed, Interrupted
from reconciler.model import EXPECTED, RETRIABLE, Attempt, KafkaFailure, LiveState, Operation, TopicPlan
from reconciler.plan import Request, TakesRequests, requests_of

log = logging.getLogger(__name__)

_LAST_LOOK_SECONDS = 5.0

Answers = Mapping[str, KafkaFailure | None]


@dataclass(slots=True, kw_only=True)
class Execution:
    """The plan of ``ledger`` on its way to one cluster; the ledger has the account of it at any moment.

    ``limit`` is the longest that the writes with their retries, or the wait for them to become visible, may go
    without another topic getting done. ``check`` raises Interrupted between requests where the run is to end;
    inside ``undisturbed`` nothing does. ``tell`` gets what is going on, in words.
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

    def write(self) -> None:
        """Make every safe change of the plan; one topic's failure leaves the others done.

        Raises ApplyStopped where every further request would fail alike, ClusterUnavailable, DeadlinePassed and
        Interrupted. What was written before a stop or a signal has been looked at once.
        """
        try:
            self._write()
        except (ApplyStopped, Interrupted):
            self._look_once()
            raise

    def verify(self) -> None:
        """Read back what was written until it is visible. Raises as ``write`` does."""
        try:
            verify(reader=self.reader, ledger=self.ledger, limit=self.limit, clock=self.clock, tell=self.tell)
        except Interrupted:
            self._look_once()
            raise

    def _look_once(self) -> None:
        self.limit.shorten(_LAST_LOOK_SECONDS)
        with self.undisturbed(), suppress(ClusterUnavailable, DeadlinePassed):
            look_once(reader=self.reader, ledger=self.ledger, clock=self.clock)

    def _write(self) -> None:
        queue = deque(requests_of(self.ledger.plan.topics))
        in_doubt: list[Request] = []
        self.limit.restart()
        while (queue or in_doubt) and self.limit.remaining():
            self.check()
            if queue and not self._is_cluster_silent(in_doubt):
                in_doubt += self._send_first_of(queue)
            else:
                self._pause_after(in_doubt)
                queue.extend(self._still_to_send(in_doubt))
                in_doubt = []
        if queue or in_doubt:
            log.warning("no topic got done for %g s; nothing more is sent", self.limit.seconds)

    def _is_cluster_silent(self, in_doubt: Sequence[Request]) -> bool:
        """Whether no broker answered the last request in doubt: a look is worth more than another request."""
        if not in_doubt:
            return False
        last = in_doubt[-1]
        failures = (self.ledger.last_failure(topic.name, last.operation) for topic in last.topics)
        return all(failure is not None and failure.is_the_clients for failure in failures)

    def _send_first_of(self, queue: deque[Request]) -> list[Request]:
        """Send one request; the part of it that ended in doubt."""
        request = queue.popleft()
        answers = self._send(request)
        if request.is_refused_for_its_size(answers):
            queue.extendleft(reversed(request.halves()))
            return []
        part = [topic for topic in request.topics if self._is_in_doubt(topic, request.operation, answers)]
        return [Request(request.operation, part)] if part else []

    def _send(self, request: Request) -> Answers:
        """Put one request to the cluster and note its answers, whatever signal comes meanwhile."""
        with self.undisturbed():
            started_at, started = self.clock.now(), self.clock.monotonic()
            try:
                answers = request.put_to(self.writer)
            except ClusterUnavailable as error:
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
            log_attempt(name, attempt)

    def _is_in_doubt(self, topic: TopicPlan, operation: Operation, answers: Answers) -> bool:
        """Whether a look has to show if there is more to do; not where it failed for good, or too often."""
        failure = answers[topic.name]
        if failure is None:
            return False
        return failure.kind == EXPECTED or (
            failure.kind == RETRIABLE and self.ledger.tries(topic.name, operation) <= self.retries.most
        )

    def _pause_after(self, in_doubt: Sequence[Request]) -> None:
        tries = max(
            self.ledger.tries(topic.name, request.operation) for request in in_doubt for topic in request.topics
        )
        seconds = min(self.retries.pause(tries), self.limit.remaining())
        number = sum(len(request.topics) for request in in_doubt)
        if tries:
            topics = "1 topic is" if number == 1 else f"{number} topics are"
            log.warning("%s looked at again in %.1f s: %s", topics, seconds, self._reasons(in_doubt))
        self.clock.sleep(seconds)

    def _reasons(self, in_doubt: Sequence[Request]) -> str:
        failures = (
            self.ledger.last_failure(topic.name, request.operation) for request in in_doubt for topic in request.topics
        )
        return ", ".join(sorted({failure.name for failure in failures if failure is not None}))

    def _still_to_send(self, in_doubt: Sequence[Request]) -> Iterator[Request]:
        """What one look shows to be lacking of requests that ended in doubt.

        The look also tells the client who the controller is now.
        """
        live = self.reader.look([topic.desired for request in in_doubt for topic in request.topics])
        for request in in_doubt:
            operation = request.operation
            topics = [self._after_look(topic.name, operation, live) for topic in request.topics]
            lacking = [topic for topic in topics if topic is not None]
            if operation is Operation.CREATE_TOPICS:
                yield from requests_of(lacking, (Operation.CREATE_PARTITIONS, Operation.ALTER_CONFIGS))
            allowed = [topic for topic in lacking if self.ledger.tries(topic.name, operation) <= self.retries.most]
            for again in requests_of(allowed, (operation,)):
                yield from again.halves() if self._was_refused_as_batch(again) else [again]

    def _after_look(self, name: str, operation: Operation, live: LiveState) -> TopicPlan | None:
        """What is still to be done of a topic, noted in the ledger; ``None`` for nothing."""
        if name in live.unreadable and not self.ledger.is_outcome_known(name, operation):
            return None  # verification reads on
        topic = self.ledger.topic(name)
        now = still_to_do(topic, operation, live.topics.get(name), self.ledger.policy)
        if now is None:
            self.ledger.found_applied(name, operation)
        elif now != topic:
            self.ledger.replan(now)
        return now

    def _was_refused_as_batch(self, request: Request) -> bool:
        failures = (self.ledger.last_failure(topic.name, request.operation) for topic in request.topics)
        return len(request.topics) > 1 and all(failure and failure.is_of_batch for failure in failures)


def _lost(error: ClusterUnavailable) -> KafkaFailure:
    """What a request came to that was under way when the cluster went out of reach for good."""
    (diagnostic, *_) = error.diagnostics
    return KafkaFailure(
        code=-195,
        name="_TRANSPORT",
        kind=RETRIABLE,
        message=diagnostic.message,
        remedy=diagnostic.hint or "",
        outcome_known=False,
    )


def _stop_at_what_hits_all(answers: Answers) -> None:
    for failure in answers.values():
        if failure is not None and failure.ends_run:
            raise ApplyStopped.because("refused", f"{failure.name}: {failure.message}", hint=failure.remedy)
