"""Carrying out a plan that takes replica moves back: one request, then looks until the replicas are the former ones."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from typing import Any, Protocol

from reconciler.apply.look import Looks
from reconciler.apply.moving.ask import Failures
from reconciler.clock import Clock, TimeLimit
from reconciler.model import (
    EXPECTED,
    RETRIABLE,
    Facet,
    KafkaFailure,
    LiveTopic,
    Outcome,
    Plan,
    Query,
    Refusal,
    RefusalKind,
    TopicPlan,
    TopicStatus,
    Verification,
    changes_of,
)
from reconciler.plan.cancellation import back_moves

_SHORTEST_PAUSE, _LONGEST_PAUSE = 0.1, 1.0
_STILL_MOVED = KafkaFailure(
    code=60,
    name="REASSIGNMENT_IN_PROGRESS",
    error_class=RETRIABLE,
    message="brokers still show the replicas that were to be taken back",
    remedy="run apply --cancel-reassignments again",
)
_COMPLETE = Refusal(
    kind=RefusalKind.STALE,
    reason="the replicas were in place before the reassignment could be taken back",
    way_out="write the replication factor that is wanted into the manifest and run apply",
)


class TakesBack(Protocol):
    """What is needed of a cluster, besides looks."""

    def take_back(self, partitions: Mapping[str, Collection[int]]) -> Failures:
        """Cancel the moves of ``partitions``; the answer for each."""


@dataclass(slots=True, kw_only=True)
class Cancellation:
    """Takes the moves of ``plan`` back; ``outcomes`` has the current state at any moment.

    ``limit`` is the longest that waiting may go without another topic as it was. ``check`` raises Interrupted to end
    the run; inside ``undisturbed`` nothing interrupts. ``tell`` gets progress messages.
    """

    plan: Plan
    cluster: TakesBack
    reader: Looks
    limit: TimeLimit
    clock: Clock = field(default_factory=Clock)
    check: Callable[[], None] = lambda: None
    undisturbed: Callable[[], AbstractContextManager[object]] = nullcontext
    tell: Callable[[str], None] = lambda _line: None
    outcomes: dict[str, Outcome] = field(init=False)

    def __post_init__(self) -> None:
        """Nothing is done yet."""
        self.outcomes = {topic.name: _outcome(topic, TopicStatus.NOT_ATTEMPTED) for topic in self.plan.topics}

    def write(self) -> None:
        """Send the request. Raises ClusterUnavailable, DeadlinePassed and Interrupted."""
        self.limit.restart()
        self.check()
        wanted = {topic.name: [move.partition for move in back_moves(topic)] for topic in self.plan.topics}
        with self.undisturbed():
            answers = self.cluster.take_back(wanted)
        for topic in self.plan.topics:
            refused = [failure for failure in answers[topic.name].values() if failure is not None]
            self.outcomes[topic.name] = _answered(topic, refused)

    def verify(self) -> None:
        """Look until each topic has the replicas it had. Raises the same errors as ``write``."""
        self.limit.restart()
        pause = _SHORTEST_PAUSE
        while self._open() and self.limit.remaining():
            self.check()
            before = len(self._open())
            self._look()
            left = len(self._open())
            self.tell(f"cancelling reassignments: {len(self.outcomes) - left:,} of {len(self.outcomes):,} topics")
            if left < before:
                self.limit.restart()
            if left:
                self.clock.sleep(min(pause, self.limit.remaining()))
                pause = min(2 * pause, _LONGEST_PAUSE)

    def _open(self) -> Sequence[TopicPlan]:
        return [topic for topic in self.plan.topics if self.outcomes[topic.name].status is TopicStatus.UNKNOWN]

    def _look(self) -> None:
        topics = self._open()
        shown = self.reader.look(
            Query(names=[topic.name for topic in topics], facets=frozenset({Facet.IDS, Facet.REPLICAS}))
        ).topics
        for topic in topics:
            live = shown.get(topic.name)
            if live is not None and _is_as_it_was(topic, live):
                self.outcomes[topic.name] = _outcome(
                    topic,
                    TopicStatus.APPLIED,
                    verification=Verification.VERIFIED,
                    verified_at=self.clock.now(),
                    topic_id=live.topic_id,
                )


def _answered(topic: TopicPlan, failures: Collection[KafkaFailure]) -> Outcome:
    """What came of a topic by the answer to the request; where that is not known, a look has to show it."""
    failure = next((each for each in failures if each.error_class != EXPECTED), None)
    if failure is not None and failure.outcome_known:
        return _outcome(topic, TopicStatus.FAILED, failure=failure)
    if failure is None and failures:  # some partitions were faster
        return _outcome(topic, TopicStatus.STALE, refusal=_COMPLETE)
    unknown = failure or _STILL_MOVED
    return _outcome(topic, TopicStatus.UNKNOWN, failure=unknown, verification=Verification.NOT_VISIBLE)


def _is_as_it_was(topic: TopicPlan, live: LiveTopic) -> bool:
    now = {each.partition: frozenset(each.replicas) for each in live.replicas or ()}
    return all(now.get(move.partition) == frozenset(move.after) for move in back_moves(topic))


def _outcome(topic: TopicPlan, status: TopicStatus, **more: Any) -> Outcome:
    return Outcome(
        name=topic.name, status=status, changes={change.field: status for change in changes_of(topic)}, **more
    )
