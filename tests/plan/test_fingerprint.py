"""What a plan's fingerprint depends on."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from reconciler.errors import Location
from reconciler.model import (
    FATAL,
    Action,
    ClusterReference,
    Create,
    DesiredState,
    InSync,
    KafkaFailure,
    LiveState,
    LiveTopic,
    ManifestFile,
    Plan,
    Policy,
    Refusal,
    Source,
    TopicPlan,
    TopicSpec,
)
from reconciler.plan import plan, sealed
from reconciler.plan.fingerprint import digest
from tests.support.steps import spec

LIVE = LiveTopic(name="a", partitions=3, replication_factor=1, overrides={"retention.ms": "1"})
MADE = plan(
    DesiredState(topics=[spec("a", retention_ms="1")]), LiveState(cluster_id="c", brokers=1, topics={"a": LIVE})
)
TOPIC = InSync(desired=spec("a", retention_ms="1"), live=LIVE)
CREATE = Create(desired=TOPIC.desired)
REFUSED = Refusal.by(KafkaFailure(code=44, name="POLICY_VIOLATION", error_class=FATAL, message="no", remedy="ask"))


def of(topic: TopicPlan, made: Plan = MADE) -> str | None:
    return sealed(replace(made, topics=[topic])).fingerprint


OTHERS: dict[str, TopicPlan] = {
    "partitions that the manifest leaves open": replace(TOPIC, live=replace(LIVE, partitions=4)),
    "replicas that the manifest leaves open": replace(TOPIC, live=replace(LIVE, replication_factor=2)),
    "an override": replace(TOPIC, live=replace(LIVE, overrides={"retention.ms": "1", "flush.ms": "5"})),
    "no live topic": CREATE,
    "another wish": replace(TOPIC, desired=spec("a", retention_ms="2")),
    "an objection of the broker": replace(CREATE, refusal=REFUSED),
    "another objection": replace(CREATE, refusal=REFUSED, objections={"config.retention.ms": REFUSED}),
}


def wish(**config: str | None) -> TopicSpec:
    """A topic that wants ``config``, where ``None`` is a null in the manifest."""
    sources = {f"config.{key}": Source("topic", Location("topics.yaml", 1, 1)) for key in config}
    values = {key: value for key, value in config.items() if value is not None}
    return TopicSpec(name="a", origin=Location("topics.yaml", 1, 1), config=values, sources=sources)


def digest_of(topic: TopicSpec, **others: Any) -> str:
    return digest(DesiredState(topics=[topic], **others))


def test_files_places_and_order_do_not_count_for_the_digest() -> None:
    moved = replace(wish(b="2", a="1"), origin=Location("other.yaml", 9, 9))
    assert digest_of(moved, files=[ManifestFile(path="other.yaml", sha256="0" * 64)]) == digest_of(wish(a="1", b="2"))


def test_which_topics_a_run_leaves_out_does_not_count_for_the_digest() -> None:
    a, b, c = spec("a"), spec("b"), spec("c")
    whole = digest(DesiredState(topics=[a, b, c]))
    assert digest(DesiredState(topics=[b], left_out=[a, c])) == whole
    assert digest(DesiredState(topics=[a, b])) != whole


@pytest.mark.parametrize(
    ("topic", "others"),
    [
        (wish(a="2"), {}),
        (wish(a="1", b=None), {}),
        (replace(wish(a="1"), partitions=1), {}),
        (replace(wish(a="1"), owner="somebody else"), {}),
        (wish(a="1"), {"policy": Policy(keep_extra_config=True)}),
        (wish(a="1"), {"cluster": ClusterReference(id="another")}),
    ],
)
def test_what_is_wanted_otherwise_has_another_digest(topic: TopicSpec, others: dict[str, Any]) -> None:
    assert digest_of(topic, **others) != digest_of(wish(a="1"))


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
