"""A plan to requests: creates first, then partitions, then configuration."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from reconciler.apply.batches import batches
from reconciler.apply.ledger import Ledger
from reconciler.apply.verify import ReadsTopics, verify
from reconciler.clock import Clock
from reconciler.model import Action, Attempt, KafkaFailure, Operation, Plan, TopicPlan, TopicSpec

Answers = Mapping[str, KafkaFailure | None]


class WritesTopics(Protocol):
    """What apply needs of a cluster to change it; each answer is ``None`` where the broker accepted."""

    def create(self, topics: Sequence[TopicSpec]) -> Answers:
        """Create topics."""

    def add_partitions(self, totals: Mapping[str, int]) -> Answers:
        """Raise partition counts to the totals."""

    def alter_configs(self, changes: Mapping[str, Mapping[str, str | None]]) -> Answers:
        """Set keys, or remove the override where the value is ``None``."""


@dataclass(frozen=True, slots=True)
class _Step:
    """One kind of request: for which topics, how heavy each is, and how to send a batch of them."""

    operation: Operation
    topics: Sequence[TopicPlan]
    records: Callable[[TopicPlan], int]
    send: Callable[[Sequence[TopicPlan]], Answers]


def execute(
    plan: Plan, *, writer: WritesTopics, reader: ReadsTopics, ledger: Ledger, timeout: float, clock: Clock
) -> None:
    """Make every safe change of ``plan`` and read it back; ``ledger`` has the account at any moment.

    One topic's failure leaves the others done. ``timeout`` is in seconds: the longest that verification
    waits without another topic becoming visible.
    """
    for step in _steps(plan, writer):
        for batch in batches(step.topics, step.records):
            started_at, started = clock.now(), clock.monotonic()
            answers = step.send(batch)
            seconds = clock.monotonic() - started
            for topic in batch:
                attempt = Attempt(
                    operation=step.operation,
                    number=1,
                    started_at=started_at,
                    duration_seconds=seconds,
                    failure=answers[topic.name],
                )
                ledger.attempted(topic.name, attempt)
    verify(plan, reader=reader, ledger=ledger, timeout=timeout, clock=clock)


def _steps(plan: Plan, writer: WritesTopics) -> tuple[_Step, ...]:
    return (
        _Step(
            Operation.CREATE_TOPICS,
            [topic for topic in plan.topics if topic.action is Action.CREATE],
            lambda topic: 1 + (topic.desired.partitions or 1) + len(topic.desired.config),
            lambda batch: writer.create([topic.desired for topic in batch]),
        ),
        _Step(
            Operation.CREATE_PARTITIONS,
            [topic for topic in plan.topics if _new_total(topic)],
            lambda topic: _new_total(topic) - (topic.live.partitions if topic.live else 0),
            lambda batch: writer.add_partitions({topic.name: _new_total(topic) for topic in batch}),
        ),
        _Step(
            Operation.ALTER_CONFIGS,
            [topic for topic in plan.topics if _config_changes(topic)],
            lambda topic: len(_config_changes(topic)),
            lambda batch: writer.alter_configs({topic.name: _config_changes(topic) for topic in batch}),
        ),
    )


def _new_total(topic: TopicPlan) -> int:
    """The partitions that the topic is to have, 0 where they stay as they are."""
    totals = [change.after for change in topic.safe_changes if change.field == "partitions"]
    return totals[0] if totals and isinstance(totals[0], int) else 0


def _config_changes(topic: TopicPlan) -> dict[str, str | None]:
    return {
        change.config_key: str(change.after) if change.after is not None else None
        for change in topic.safe_changes
        if change.config_key is not None
    }
