"""Requests whose result is in doubt: which they are, and what of them is still to be sent once the cluster was read."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from reconciler.apply.by_others import changed_by_others, note_changed
from reconciler.apply.ledger import Ledger
from reconciler.apply.look import look_at, planned_in
from reconciler.apply.retries import Retries
from reconciler.apply.second_look import is_done
from reconciler.apply.verify import LooksAtTopics
from reconciler.clock import Clock
from reconciler.errors import ReconcilerError
from reconciler.model import (
    EXPECTED,
    FATAL,
    RETRIABLE,
    Delete,
    Drift,
    KafkaFailure,
    LiveState,
    Operation,
    TopicPlan,
)
from reconciler.plan import Answers, Request, requests_of

_UNKNOWN_TOPIC = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Doubts:
    """Tells what to send again of requests without a clear answer; what reading finds goes to the ledger."""

    ledger: Ledger
    reader: LooksAtTopics
    retries: Retries
    clock: Clock

    def of(self, request: Request, answers: Answers) -> list[Request]:
        """The part of ``request`` whose result only reading shows; not what failed for good, or too often."""
        part = [topic for topic in request.topics if self._is_in_doubt(topic.name, request.operation, answers)]
        return [Request(request.operation, part)] if part else []

    def _is_in_doubt(self, name: str, operation: Operation, answers: Answers) -> bool:
        failure = answers[name]
        if failure is None:
            return False
        is_retried = failure.error_class == RETRIABLE and self._has_tries_left(name, operation)
        return failure.error_class == EXPECTED or is_retried

    def _has_tries_left(self, name: str, operation: Operation) -> bool:
        return self.ledger.tries(name, operation) <= self.retries.most

    def still_to_send(self, in_doubt: Sequence[Request]) -> Iterator[Request]:
        """Read once; returns what is lacking of the requests whose result is in doubt.

        Reading also tells the client which broker is the controller now.
        """
        live = look_at((topic for request in in_doubt for topic in request.topics), self.reader)
        for request in in_doubt:
            operation = request.operation
            lacking = [topic for topic in request.topics if self._is_lacking(topic, operation, live)]
            allowed = [topic for topic in lacking if self._has_tries_left(topic.name, operation)]
            for again in requests_of(allowed, (operation,)):
                yield from again.halves() if self._was_refused_as_batch(again) else [again]

    def _is_lacking(self, topic: TopicPlan, operation: Operation, live: LiveState) -> bool:
        """Whether to send ``operation`` again; what was found applied or changed goes to the ledger."""
        ledger, name = self.ledger, topic.name
        if isinstance(topic, Delete):
            return self._is_still_there(topic, operation, live)
        if name in live.unreadable and not ledger.is_outcome_known(name, operation):
            return False  # verification keeps reading
        found = planned_in(live, topic)
        if name not in live.topics and (name in live.unreadable or not self._is_gone(topic, operation)):
            return True
        done = found is not None and is_done(topic, operation, found, ledger.policy)
        if done:
            ledger.found_applied(name, operation)
        changed = changed_by_others(topic, live, ledger)
        if changed is not None:  # what was written before is looked at when everything has been sent
            note_changed(topic, changed, live, ledger, self.clock.now())
        return not done and changed is None

    def _is_still_there(self, topic: Delete, operation: Operation, live: LiveState) -> bool:
        """Whether to delete ``topic`` again: only if it is known to be there still, and not another of its name."""
        if topic.name in live.unreadable:
            return False
        if planned_in(live, topic) is not None:
            return True
        self.ledger.found_applied(topic.name, operation)
        return False

    def _is_gone(self, topic: TopicPlan, operation: Operation) -> bool:
        """Whether the topic was deleted: a broker answered so, and reading has just confirmed that."""
        failure = self.ledger.last_failure(topic.name, operation)
        return isinstance(topic, Drift) and failure is not None and failure.code == _UNKNOWN_TOPIC

    def _was_refused_as_batch(self, request: Request) -> bool:
        answers = {topic.name: self.ledger.last_failure(topic.name, request.operation) for topic in request.topics}
        return request.is_refused_as_a_whole(answers)


def lost(error: Exception) -> KafkaFailure:
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
