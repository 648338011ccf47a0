"""Inherited values where the brokers of a cluster differ, or not all of them tell."""

from __future__ import annotations

from pathlib import Path

import pytest

from reconciler.clock import TimeLimit
from reconciler.cluster.connection import Connection
from reconciler.cluster.reader import Reader
from reconciler.errors import Location
from reconciler.model import InSync, LiveTopic, Plan, Query, TopicSpec
from reconciler.plan.disputed import differing_defaults, inherited
from tests.support.command import RunReconciler
from tests.wire.fake_cluster import Topic
from tests.wire.fake_kafka import FakeKafka

WEEK, DAY, HOUR, MINUTE = "604800000", "86400000", "3600000", "60000"
"""The first is what brokers have that nobody told otherwise."""
BROKERS = 3
PATIENCE = 2.0


def spec(name: str, **config: str) -> TopicSpec:
    renamed = {key.replace("_", "."): value for key, value in config.items()}
    return TopicSpec(name=name, origin=Location("topics.yaml", 1, 1), config=renamed)


def connected(kafka: FakeKafka) -> Connection:
    """A connection by way of broker 1, which is one that answers."""
    return Connection({"bootstrap.servers": f"127.0.0.1:{kafka.ports[1]}"}, limit=TimeLimit(60))


def look(kafka: FakeKafka, wanted: TopicSpec) -> LiveTopic:
    return Reader(connected(kafka)).look(Query.of([wanted])).topics[wanted.name]


def test_what_a_silent_broker_would_give_is_unknown_and_so_not_inherited() -> None:
    with FakeKafka(brokers=BROKERS, topics={"a": Topic()}) as kafka:
        kafka.hang(3)
        connection = connected(kafka)
        connection._patience = PATIENCE
        topic = Reader(connection).look(Query.of([spec("a", retention_ms=WEEK)])).topics["a"]
        again = Reader(connection).look(Query.of([spec("a", retention_ms=WEEK)])).topics["a"]
    assert topic == again
    assert "retention.ms" not in topic.inherited
    assert topic.disputed == {"retention.ms": {1: WEEK, 2: WEEK, 3: None}}
    asked = {node: [got.node for got in kafka.received("describe_configs")].count(node) for node in (1, 2)}
    assert asked == {1: 3, 2: 1}, "two looks, and each broker once for its defaults"


def test_what_only_some_brokers_know_is_not_inherited() -> None:
    with FakeKafka(brokers=BROKERS, topics={"a": Topic()}) as kafka:
        kafka.own_defaults = {3: {"retention.ms": None}}
        topic = look(kafka, spec("a", retention_ms=WEEK))
    assert "retention.ms" not in topic.inherited
    assert topic.disputed == {"retention.ms": {1: WEEK, 2: WEEK, 3: None}}


@pytest.mark.parametrize("who_answers", [1, 2, 3])
@pytest.mark.parametrize(
    ("defaults", "before", "is_disputed"),
    [
        ({1: DAY, 2: HOUR, 3: MINUTE}, DAY, False),
        ({1: WEEK, 2: HOUR, 3: MINUTE}, HOUR, True),
        ({1: DAY, 2: WEEK, 3: MINUTE}, DAY, True),
        ({1: DAY, 2: HOUR, 3: WEEK}, DAY, True),
        ({1: None, 2: HOUR, 3: MINUTE}, HOUR, False),
        ({1: None, 2: WEEK, 3: MINUTE}, MINUTE, True),
        ({1: None, 2: WEEK, 3: WEEK}, None, True),
        ({1: WEEK, 2: WEEK, 3: None}, None, True),
        ({1: None, 2: None, 3: None}, None, False),
        ({1: WEEK, 2: WEEK, 3: WEEK}, WEEK, False),
        ({1: DAY, 2: DAY, 3: DAY}, DAY, False),
    ],
)
def test_what_a_topic_has_now_is_the_same_whichever_broker_answers(
    defaults: dict[int, str | None], before: str | None, is_disputed: bool, who_answers: int
) -> None:
    with FakeKafka(brokers=BROKERS, topics={"a": Topic()}) as kafka:
        kafka.own_defaults = {node: {"retention.ms": value} for node, value in defaults.items()}
        kafka.controller = who_answers
        wanted = spec("a", retention_ms=WEEK)
        topic = look(kafka, wanted)
    assert topic.disputed == ({"retention.ms": defaults} if len(set(defaults.values())) > 1 else {})
    assert inherited(wanted, topic).get("retention.ms") == before
    plan = Plan(topics=[InSync(desired=wanted, live=topic)])
    assert [warning.code for warning in differing_defaults(plan)] == ["brokers-disagree"] * is_disputed


def test_keys_that_no_topic_inherits_all_of_are_asked_for_by_as_many_topics_as_it_takes() -> None:
    topics = {
        "a": Topic(config={"retention.ms": DAY}),
        "b": Topic(config={"max.message.bytes": "1"}),
        "c": Topic(config={"max.message.bytes": "1", "retention.ms": DAY}),
    }
    wanted = [spec(name, retention_ms=WEEK, max_message_bytes="1048588") for name in topics]
    with FakeKafka(brokers=BROKERS, topics=topics) as kafka:
        kafka.own_defaults = {2: {"retention.ms": DAY, "max.message.bytes": "5"}}
        live = Reader(connected(kafka)).look(Query.of(wanted)).topics
        asked = [got.topics or () for got in kafka.received("describe_configs")]
    assert live["a"].disputed == {"max.message.bytes": {1: "1048588", 2: "5", 3: "1048588"}}
    assert live["b"].disputed == {"retention.ms": {1: WEEK, 2: DAY, 3: WEEK}}
    assert live["c"].disputed == {}
    assert sorted(asked[1:]) == [("a",)] * BROKERS + [("b",)] * BROKERS


def test_each_broker_is_asked_once_a_run_however_many_readers_there_are() -> None:
    with FakeKafka(brokers=BROKERS, topics={"a": Topic()}) as kafka:
        connection = connected(kafka)
        live = [Reader(connection).look(Query.of([spec("a", retention_ms=WEEK)])).topics for _ in range(3)]
    assert live[0] == live[1] == live[2]
    assert len(kafka.received("describe_configs")) == 3 + BROKERS


def test_an_apply_that_plans_checks_and_verifies_asks_each_broker_once(
    reconciler: RunReconciler, tmp_path: Path
) -> None:
    (tmp_path / "topics.yaml").write_text(
        "version: 1\ntopics: {a: {config: {retention.ms: 1d, max.message.bytes: 1048588}}}\n"
    )
    with FakeKafka(brokers=BROKERS, topics={"a": Topic()}) as kafka:
        done = reconciler("apply", "--yes", "--bootstrap-server", kafka.bootstrap_servers, "-o", "json")
        others = [got.node for got in kafka.received("describe_configs") if got.node != kafka.controller]
    assert (done.code, done.report["summary"]["applied"]) == (0, 1)
    assert sorted(others) == [2, 2, 3, 3], "for its defaults, and whether it shows what was written"
