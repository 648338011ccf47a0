"""A plan as requests: creates first, then partitions, then configuration, in batches that a controller takes.

A KRaft controller turns a request into metadata records (one a topic, a partition and a configuration
value) and refuses more than 10,000 of them at once (``ReplicationControlManager.MAX_RECORDS_PER_USER_OP``).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Protocol

from reconciler.model import Action, KafkaFailure, Operation, TopicPlan, TopicSpec

MAX_RECORDS = 5_000
"""Half the controller's limit: what an omitted partition count comes to is the broker's secret."""
CHARACTERS_A_RECORD = 2048
"""A longer key and value count as several: brokers read at most 100 MB a request (``socket.request.max.bytes``)."""
MAX_TOPICS = 400
"""A broker shows the topics of a request before it has made them, but only after it has made those of the requests
before. With 1,000 topics in one request an apply ends twice as soon, and with a tenth of their partitions in place.
"""

Answers = Mapping[str, KafkaFailure | None]


class TakesRequests(Protocol):
    """A cluster that carries requests out, or only checks them; each answer is ``None`` where it agreed."""

    def create(self, topics: Sequence[TopicSpec]) -> Answers:
        """Create topics."""

    def add_partitions(self, totals: Mapping[str, int]) -> Answers:
        """Raise partition counts to the totals."""

    def alter_configs(self, changes: Mapping[str, Mapping[str, str | None]]) -> Answers:
        """Set keys, or remove the override where the value is ``None``."""


@dataclass(frozen=True, slots=True)
class Request:
    """One request: what it does, to which topics, and how it is put to a cluster."""

    operation: Operation
    topics: Sequence[TopicPlan]

    def put_to(self, cluster: TakesRequests) -> Answers:
        """The cluster's answer for each topic."""
        match self.operation:
            case Operation.CREATE_TOPICS:
                return cluster.create([topic.desired for topic in self.topics])
            case Operation.CREATE_PARTITIONS:
                return cluster.add_partitions({topic.name: _new_total(topic) for topic in self.topics})
            case Operation.ALTER_CONFIGS:
                return cluster.alter_configs({topic.name: _config_changes(topic) for topic in self.topics})

    def is_refused_as_a_whole(self, answers: Answers) -> bool:
        """Whether it is refused for something in it that a smaller request may not have."""
        return len(self.topics) > 1 and all(failure is not None and failure.is_of_batch for failure in answers.values())

    def is_refused_for_its_size(self, answers: Answers) -> bool:
        """The same where it is known that nothing was done."""
        return self.is_refused_as_a_whole(answers) and all(
            failure is not None and failure.outcome_known for failure in answers.values()
        )

    def halves(self) -> list[Request]:
        """The same in two requests."""
        middle = len(self.topics) // 2
        return [Request(self.operation, self.topics[:middle]), Request(self.operation, self.topics[middle:])]


def requests_of(
    topics: Collection[TopicPlan], operations: Collection[Operation] = tuple(Operation)
) -> Iterator[Request]:
    """Everything safe in ``topics`` that ``operations`` bring, in order, in as few requests as the limits allow."""
    for operation in operations:
        weight = partial(records_of, operation)
        for batch in batches([topic for topic in topics if weight(topic)], weight):
            yield Request(operation, batch)


def batches(topics: Iterable[TopicPlan], records: Callable[[TopicPlan], int]) -> Iterator[list[TopicPlan]]:
    """``topics`` in order, in as few batches as the limits allow; one beyond the limit stands alone."""
    batch: list[TopicPlan] = []
    weight = 0
    for topic in topics:
        more = records(topic)
        if batch and (weight + more > MAX_RECORDS or len(batch) == MAX_TOPICS):
            yield batch
            batch, weight = [], 0
        batch.append(topic)
        weight += more
    if batch:
        yield batch


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


def _records_of(config: Mapping[str, str | None]) -> int:
    return sum(1 + (len(key) + len(value or "")) // CHARACTERS_A_RECORD for key, value in config.items())


def _records_to_create(topic: TopicPlan) -> int:
    if topic.action is not Action.CREATE or not topic.has_work:
        return 0
    return 1 + (topic.desired.partitions or 1) + _records_of(topic.desired.config)


def _records_to_grow(topic: TopicPlan) -> int:
    return _new_total(topic) - topic.live.partitions if _new_total(topic) and topic.live is not None else 0


def records_of(operation: Operation, topic: TopicPlan) -> int:
    """The metadata records that the topic's part of a request comes to; 0 where there is nothing to ask for."""
    match operation:
        case Operation.CREATE_TOPICS:
            return _records_to_create(topic)
        case Operation.CREATE_PARTITIONS:
            return _records_to_grow(topic)
        case Operation.ALTER_CONFIGS:
            return _records_of(_config_changes(topic))
