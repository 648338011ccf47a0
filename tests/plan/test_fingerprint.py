"""What a plan's fingerprint depends on."""

from __future__ import annotations

from dataclasses import replace

import pytest

from reconciler.errors import Location
from reconciler.model import FATAL, Action, DesiredState, KafkaFailure, LiveState, LiveTopic, Plan, TopicPlan
from reconciler.plan import plan, sealed
from tests.apply.facts import spec

LIVE = LiveTopic(name="a", partitions=3, replication_factor=1, overrides={"retention.ms": "1"})
MADE = plan(
    DesiredState(topics=[spec("a", retention_ms="1")]), LiveState(cluster_id="c", brokers=1, topics={"a": LIVE})
)
(TOPIC,) = MADE.topics
REFUSED = KafkaFailure(code=44, name="POLICY_VIOLATION", kind=FATAL, message="no", remedy="ask")


def of(topic: TopicPlan, made: Plan = MADE) -> str | None:
    return sealed(replace(made, topics=[topic])).fingerprint


OTHERS = {
    "partitions that the manifest leaves open": replace(TOPIC, live=replace(LIVE, partitions=4)),
    "replicas that the manifest leaves open": replace(TOPIC, live=replace(LIVE, replication_factor=2)),
    "an override": replace(TOPIC, live=replace(LIVE, overrides={"retention.ms": "1", "flush.ms": "5"})),
    "no live topic": replace(TOPIC, action=Action.CREATE, live=None),
    "another wish": replace(TOPIC, desired=spec("a", retention_ms="2")),
    "an objection of the broker": replace(TOPIC, failure=REFUSED),
    "another objection": replace(TOPIC, failure=REFUSED, objections={"config.retention.ms": REFUSED}),
}


def test_the_topic_as_it_is_has_nothing_to_do() -> None:
    assert TOPIC.action is Action.SKIP
    assert (of(TOPIC) or "").startswith("sha256:")


@pytest.mark.parametrize("other", OTHERS.values(), ids=OTHERS)
def test_another_plan_or_live_state_has_another_fingerprint(other: TopicPlan) -> None:
    assert of(other) != of(TOPIC)
    assert of(other) == of(other)


def test_another_cluster_has_another_fingerprint() -> None:
    assert of(TOPIC, replace(MADE, cluster_id="d")) != of(TOPIC)


def test_the_place_in_a_file_does_not_matter() -> None:
    moved = replace(TOPIC, desired=replace(TOPIC.desired, origin=Location("other.yaml", 7, 1)))
    assert of(moved) == of(TOPIC)
