"""A request that the client does not send: only the topic at fault is charged with it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from reconciler.apply import Execution, Ledger
from reconciler.clock import TimeLimit
from reconciler.cluster.checker import Checker
from reconciler.cluster.reader import Reader
from reconciler.cluster.writer import Writer, WritingConnection
from reconciler.model import (
    Create,
    DesiredState,
    LiveState,
    LiveTopic,
    Plan,
    RefusalKind,
    Refused,
    TopicSpec,
    TopicStatus,
    changes_of,
    refusal_of,
)
from reconciler.plan import BrokerCheck, plan
from tests.support.steps import consented, spec
from tests.wire.fake_cluster import Topic
from tests.wire.fake_kafka import FakeKafka

# No manifest gets so far: it has these limits itself.
BAD = {
    "too many partitions": spec("t.bad", partitions=100_001),
    "more partitions than a number has bits for": spec("t.bad", partitions=2**31),
    "too many replicas": replace(spec("t.bad"), replication_factor=20_000),
    "a value that cannot be encoded": spec("t.bad", retention_ms="\ud800"),
}
GOOD = [spec(f"t.good.topic.with.a.longer.name.{number}", partitions=2) for number in range(5)]


def connection_to(kafka: FakeKafka) -> WritingConnection:
    return WritingConnection({"bootstrap.servers": kafka.bootstrap_servers}, limit=TimeLimit(30))


@pytest.mark.parametrize("bad", BAD.values(), ids=BAD)
def test_a_create_that_the_client_refuses_is_refused_alone(bad: TopicSpec, kafka_plan: Plan) -> None:
    made = replace(kafka_plan, topics=[*kafka_plan.topics, Create(desired=bad)])
    with FakeKafka() as kafka:
        connection = connection_to(kafka)
        check = BrokerCheck(made, broker=Checker(connection), reader=Reader(connection), limit=connection.limit)
        check.run()
        refused = {topic.name: refusal.reason for topic in check.plan.topics if (refusal := refusal_of(topic))}
        assert list(refused) == ["t.bad"]
        assert refused["t.bad"].startswith("the Kafka client rejects the request: ")

        ledger = Ledger(made)
        Execution(ledger=ledger, writer=Writer(connection), reader=Reader(connection), limit=connection.limit).write()
        assert kafka.topics == {topic.name: Topic(partitions=2) for topic in GOOD}
        assert ledger.outcomes()["t.bad"].status is TopicStatus.FAILED


@pytest.fixture
def kafka_plan() -> Plan:
    """Good topics to create."""
    return Plan(topics=[Create(desired=topic) for topic in GOOD])


def test_a_change_that_the_client_refuses_is_impossible_in_the_clients_words() -> None:
    live = LiveTopic(name="t", partitions=1, replication_factor=1)
    desired = DesiredState(topics=[spec("t", partitions=200_000)])
    made = consented(plan(desired, LiveState(cluster_id="c", brokers=1, topics={"t": live})))
    with FakeKafka(topics={"t": Topic()}) as kafka:
        connection = connection_to(kafka)
        check = BrokerCheck(made, broker=Checker(connection), reader=Reader(connection), limit=connection.limit)
        check.run()
    (change,) = changes_of(check.plan.topics[0])
    assert isinstance(change.decision, Refused)
    assert change.decision.refusal.kind is RefusalKind.CLIENT
    assert change.decision.refusal.reason.startswith("the Kafka client rejects the request: ")
