"""What goes into one request."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.errors import Location
from reconciler.manifest.limits import MAX_BYTES, MAX_BYTES_OF_A_REQUEST, bytes_to_send
from reconciler.model import (
    Create,
    DesiredState,
    LiveState,
    LiveTopic,
    TopicPlan,
    TopicSpec,
)
from reconciler.plan import plan
from reconciler.plan.requests import MAX_RECORDS, MAX_TOPICS, batches, requests_of

LONG = "v" * MAX_BYTES


def topics(weights: list[int]) -> list[TopicPlan]:
    return [
        Create(
            desired=TopicSpec(name=f"topic-{number}", origin=Location("topics.yaml", 1, 1), partitions=weight),
        )
        for number, weight in enumerate(weights)
    ]


@given(st.lists(st.integers(1, MAX_RECORDS + 10), max_size=30))
def test_every_topic_goes_into_one_batch_in_order_and_within_the_limits(weights: list[int]) -> None:
    wanted = topics(weights)
    made = list(batches(wanted, lambda topic: topic.desired.partitions or 0))
    assert [topic for batch in made for topic in batch] == wanted
    for batch in made:
        assert len(batch) == 1 or sum(topic.desired.partitions or 0 for topic in batch) <= MAX_RECORDS


def test_many_small_topics_are_spread_over_requests() -> None:
    made = list(batches(topics([1] * (2 * MAX_TOPICS + 1)), lambda _topic: 1))
    assert [len(batch) for batch in made] == [MAX_TOPICS, MAX_TOPICS, 1]


@pytest.mark.parametrize("exists", [False, True])
@pytest.mark.parametrize(
    "config",
    [
        {f"vendor.{number}": LONG for number in range(10)},
        {f"vendor.{number}{LONG}"[:MAX_BYTES]: "" for number in range(10)},
        {f"vendor.{number}": "\N{LARGE BLUE CIRCLE}" * (MAX_BYTES // 4) for number in range(10)},
    ],
    ids=["values", "keys", "letters of four bytes"],
)
def test_no_request_is_larger_than_a_broker_reads(config: dict[str, str], exists: bool) -> None:
    """A few lines of YAML are enough: one long text in ``defaults`` is one in each topic."""
    live = LiveTopic(name="t", partitions=1, replication_factor=1) if exists else None
    desired = DesiredState(topics=[replace(each.desired, config=config) for each in topics([1] * 400)])
    there = {spec.name: replace(live, name=spec.name) for spec in desired.topics} if live else {}
    made = list(requests_of(plan(desired, LiveState(cluster_id="c", brokers=1, topics=there)).topics))
    assert sum(len(request.topics) for request in made) == 400
    sizes = [sum(bytes_to_send(topic.desired.config) for topic in request.topics) for request in made]
    assert max(sizes) < MAX_BYTES_OF_A_REQUEST
