"""A plan as requests: creates first, then partitions, then configuration, in batches that a controller takes.

A KRaft controller turns a request into metadata records (one a topic, a partition and a configuration
value) and refuses more than 10,000 of them at once (``ReplicationControlManager.MAX_RECORDS_PER_USER_OP``).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass

from reconciler.model import Operation, TopicPlan
from reconciler.plan.steps import Answers, TakesRequests, request_step_of

MAX_RECORDS = 5_000
"""Half the controller's limit: the broker chooses an omitted partition count, so we cannot know it."""
MAX_TOPICS = 400
"""A broker shows the topics of a request before their partitions are ready, but after those of earlier requests are.
With 1,000 topics in a request an apply ends twice as soon, and with a tenth of the partitions ready.
"""


@dataclass(frozen=True, slots=True)
class Request:
    """One request: the kind of write and the topics."""

    operation: Operation
    topics: Sequence[TopicPlan]

    def put_to(self, cluster: TakesRequests) -> Answers:
        """The cluster's answer for each topic."""
        step = request_step_of(self.operation)
        if step is None:
            raise ValueError(f"{self.operation} is no single request")
        return step.send(self.topics, cluster)

    def is_refused_as_a_whole(self, answers: Answers) -> bool:
        """Whether the request was refused as a whole, so that a smaller one may be accepted."""
        return len(self.topics) > 1 and all(failure is not None and failure.is_of_batch for failure in answers.values())

    def is_refused_for_its_size(self, answers: Answers) -> bool:
        """The same, and it is known that nothing was done."""
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
    """Everything safe in ``topics`` that ``operations`` write, in order, in as few requests as the limits allow."""
    for operation in operations:
        step = request_step_of(operation)
        if step is not None:
            for batch in batches([topic for topic in topics if step.weight(topic)], step.weight):
                yield Request(operation, batch)


def batches(topics: Iterable[TopicPlan], records: Callable[[TopicPlan], int]) -> Iterator[list[TopicPlan]]:
    """``topics`` in order, in as few batches as the limits allow; a topic beyond the limit gets its own batch."""
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
