"""What goes into one request."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from reconciler.errors import Location
from reconciler.model import Action, TopicPlan, TopicSpec
from reconciler.plan.requests import MOST_RECORDS, MOST_TOPICS, batches


def topics(weights: list[int]) -> list[TopicPlan]:
    return [
        TopicPlan(
            action=Action.CREATE,
            desired=TopicSpec(name=f"topic-{number}", origin=Location("topics.yaml", 1, 1), partitions=weight),
        )
        for number, weight in enumerate(weights)
    ]


@given(st.lists(st.integers(1, MOST_RECORDS + 10), max_size=30))
def test_every_topic_goes_into_one_batch_in_order_and_within_the_limits(weights: list[int]) -> None:
    wanted = topics(weights)
    made = list(batches(wanted, lambda topic: topic.desired.partitions or 0))
    assert [topic for batch in made for topic in batch] == wanted
    for batch in made:
        assert len(batch) == 1 or sum(topic.desired.partitions or 0 for topic in batch) <= MOST_RECORDS


def test_many_small_topics_are_spread_over_requests() -> None:
    made = list(batches(topics([1] * (2 * MOST_TOPICS + 1)), lambda _topic: 1))
    assert [len(batch) for batch in made] == [MOST_TOPICS, MOST_TOPICS, 1]
