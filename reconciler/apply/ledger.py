"""The record of an apply: what was sent, what was answered, what was read back.

It can be read at any moment, so that an interrupted run still reports the actual state.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import takewhile

from reconciler.apply.outcome import Seen, outcome_of
from reconciler.apply.second_look import Changed
from reconciler.model import (
    FATAL,
    Attempt,
    Delete,
    KafkaFailure,
    MoveProgress,
    Operation,
    Outcome,
    Plan,
    Policy,
    TopicPlan,
    Verification,
)
from reconciler.plan import step_of

__all__ = ["Ledger", "Seen"]


class Ledger:
    """Attempts and verifications, topic by topic."""

    def __init__(self, plan: Plan) -> None:
        self._attempts: dict[str, list[Attempt]] = {}
        self._written: dict[tuple[str, Operation], int | None] = {}
        """The number of the request that wrote it, ``None`` where it may have been written at any time since."""
        self._requests = 0
        self._last_request: tuple[Operation, datetime] | None = None
        self._seen: dict[str, Seen] = {}
        self._done_by_others: dict[str, dict[Operation, frozenset[str]]] = {}
        self._moves: dict[str, Sequence[MoveProgress]] = {}
        self._plan = plan

    @property
    def plan(self) -> Plan:
        """The plan that is carried out."""
        return self._plan

    @property
    def policy(self) -> Policy:
        """The plan's policy."""
        return self._plan.policy

    def attempted(self, name: str, attempt: Attempt) -> None:
        """Record a request and its answer."""
        self._attempts.setdefault(name, []).append(attempt)
        request = attempt.operation, attempt.started_at
        if request != self._last_request:
            self._last_request = request
            self._requests += 1
        if attempt.may_have_happened:
            self._written[name, attempt.operation] = self._requests if attempt.failure is None else None

    def found_applied(self, name: str, operation: Operation) -> None:
        """Record that the last such request was applied although it was answered with an error."""
        attempts = self._attempts[name]
        last = max(place for place, attempt in enumerate(attempts) if attempt.operation is operation)
        attempts[last] = replace(attempts[last], found_applied=True)
        self._written[name, operation] = self._requests

    def found_done(self, name: str, operation: Operation, fields: frozenset[str]) -> None:
        """Record that ``fields``, which ``operation`` was to write, were as wanted before anything was sent."""
        known = self._done_by_others.setdefault(name, {})
        known[operation] = known.get(operation, frozenset()) | fields
        self._written.setdefault((name, operation), None)

    def done_by_others(self, name: str) -> frozenset[str]:
        """The fields that somebody else made as wanted, before this run came to write them."""
        return frozenset[str]().union(*self._done_by_others.get(name, {}).values())

    def all_done_by_others(self) -> Sequence[TopicPlan]:
        """The topics with such fields."""
        return [topic for topic in self._plan.topics if topic.name in self._done_by_others]

    def number_of_attempts(self, name: str, operation: Operation) -> int:
        """Requests of this kind for the topic."""
        return len(self._asked(name, operation))

    def tries(self, name: str, operation: Operation) -> int:
        """Failed requests of this kind for the topic, without those that failed for the size of their batch."""
        failures = (attempt.failure for attempt in self._asked(name, operation))
        return sum(failure is not None and not failure.is_of_batch for failure in failures)

    def failures_in_a_row(self, name: str, operation: Operation) -> int:
        """Failed requests of this kind for the topic since the last one that was accepted."""
        latest_first = reversed(self._asked(name, operation))
        return sum(1 for _ in takewhile(lambda attempt: attempt.failure is not None, latest_first))

    def last_failure(self, name: str, operation: Operation) -> KafkaFailure | None:
        """The error that the last such request was answered with; ``None`` if it was accepted."""
        return self._asked(name, operation)[-1].failure

    def is_outcome_known(self, name: str, operation: Operation) -> bool:
        """Whether the answer to the last such request shows if it was carried out."""
        failure = self.last_failure(name, operation)
        return failure is None or failure.outcome_known

    def accepted(self, name: str) -> frozenset[Operation]:
        """The operations that a broker accepted."""
        return frozenset(attempt.operation for attempt in self._attempts.get(name, ()) if attempt.failure is None)

    def saw(self, name: str, seen: Seen) -> None:
        """Record what a look showed; it replaces what an earlier one showed."""
        self._seen[name] = seen

    def changed(self, name: str) -> Changed | None:
        """What somebody else changed after the topic was planned, as far as a look showed."""
        seen = self._seen.get(name)
        return seen.changed if seen is not None else None

    def moves_of(self, name: str) -> Sequence[MoveProgress]:
        """How far the moves of a topic's replicas are, by partition; empty where none are moved."""
        return self._moves.get(name, ())

    def keep_moves(self, name: str, moves: Sequence[MoveProgress]) -> None:
        """Record how far the moves of a topic's replicas are; it replaces what was known."""
        self._moves[name] = moves

    def created_again(self) -> Sequence[TopicPlan]:
        """The topics that are deleted, and of whose names somebody has created others."""
        deletes = [topic for topic in self._plan.topics if isinstance(topic, Delete)]
        return [topic for topic in deletes if (it := self._seen.get(topic.name)) and it.is_created_again]

    def may_still_happen(self, name: str) -> bool:
        """Whether a request for the topic got no answer, so that it may still be carried out."""
        failures = (attempt.failure for attempt in self._attempts.get(name, ()))
        return any(failure is not None and not failure.outcome_known for failure in failures)

    def to_verify(self) -> Sequence[TopicPlan]:
        """The topics that may have been changed."""
        return [topic for topic in self._plan.topics if self.operations_to_verify(topic.name)]

    def operations_to_verify(self, name: str) -> frozenset[Operation]:
        """What may have changed the topic: accepted, unanswered, or found done by somebody else."""
        asked = {attempt.operation for attempt in self._attempts.get(name, ()) if attempt.may_have_happened}
        return frozenset({*asked, *self._done_by_others.get(name, ())})

    def last_writes(self, most: int) -> Sequence[tuple[TopicPlan, Operation]]:
        """At most ``most`` topics of the last request that was read back, and all writes that may be later than it.

        The metadata of a cluster is one log (KIP-500): a broker that shows these has everything before them too.
        """
        verified = [
            (self._written[topic.name, operation], (topic, operation))
            for topic in self._plan.topics
            if (seen := self._seen.get(topic.name))
            and seen.verification is Verification.VERIFIED
            and not seen.is_created_again  # what brokers show is another topic
            for operation in sorted(self.operations_to_verify(topic.name))
            if not (seen.changed and seen.changed.fields & {*step_of(operation).fields(topic)})  # nor will it be shown
        ]
        last = max((number for number, _ in verified if number is not None), default=None)
        of_last = [write for number, write in verified if number == last and number is not None]
        step = math.ceil(len(of_last) / most) or 1
        return [*of_last[::step], *(write for number, write in verified if number is None)]

    def doubt(self, failure: KafkaFailure) -> None:
        """Let nothing count as verified, because of ``failure``."""
        for name, seen in self._seen.items():
            if seen.verification is Verification.VERIFIED:
                self._seen[name] = replace(seen, verification=Verification.NOT_VISIBLE, failure=failure)
            else:
                self._seen[name] = replace(seen, as_written=frozenset())

    def progress(self) -> str:
        """How far the writes are, for people."""
        tried = [attempts[-1] for attempts in self._attempts.values()]
        done = sum(attempt.failure is None or attempt.found_applied for attempt in tried)
        failed = sum(attempt.failure is not None and attempt.failure.error_class == FATAL for attempt in tried)
        retrying = len(tried) - done - failed
        remaining = sum(topic.has_work for topic in self._plan.topics) - len(tried)
        others = sum(name not in self._attempts for name in self._done_by_others)
        return (
            f"applying: {done + others:,} done, {failed:,} failed, {retrying:,} retrying, "
            f"{remaining - others:,} remaining"
        )

    def outcomes(self) -> Mapping[str, Outcome]:
        """The outcome of every topic of the plan."""
        return {
            topic.name: outcome_of(
                topic,
                self._attempts.get(topic.name, ()),
                self._seen.get(topic.name),
                self._done_by_others.get(topic.name, {}),
                self.moves_of(topic.name),
            )
            for topic in self._plan.topics
        }

    def _asked(self, name: str, operation: Operation) -> Sequence[Attempt]:
        return [attempt for attempt in self._attempts.get(name, ()) if attempt.operation is operation]
