"""How much goes into one request.

A KRaft controller turns a request into metadata records (one a topic, a partition and a configuration
value) and refuses more than 10,000 of them at once (``ReplicationControlManager.MAX_RECORDS_PER_USER_OP``).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from reconciler.model import TopicPlan

MOST_RECORDS = 5_000
"""Half the controller's limit: what an omitted partition count comes to is the broker's secret."""
MOST_TOPICS = 400


def batches(topics: Iterable[TopicPlan], records: Callable[[TopicPlan], int]) -> Iterator[list[TopicPlan]]:
    """``topics`` in order, in as few batches as the limits allow; one beyond the limit stands alone."""
    batch: list[TopicPlan] = []
    weight = 0
    for topic in topics:
        more = records(topic)
        if batch and (weight + more > MOST_RECORDS or len(batch) == MOST_TOPICS):
            yield batch
            batch, weight = [], 0
        batch.append(topic)
        weight += more
    if batch:
        yield batch
