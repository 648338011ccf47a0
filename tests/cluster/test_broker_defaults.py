"""What brokers give where a topic sets nothing, while one of them does not answer."""

from __future__ import annotations

from reconciler.clock import TimeLimit
from reconciler.cluster.connection import Connection
from reconciler.cluster.measurements import Measurements
from tests.wire.fake_cluster import Topic
from tests.wire.fake_kafka import FakeKafka


def test_where_the_first_broker_does_not_answer_another_one_does() -> None:
    with FakeKafka(topics={"a": Topic()}, brokers=3) as kafka:
        connection = Connection({"bootstrap.servers": f"127.0.0.1:{kafka.ports[2]}"}, limit=TimeLimit(20))
        connection.metadata()
        kafka.hang(1)
        try:
            Measurements(connection, sleep=lambda _seconds: None).broker_defaults(["retention.ms"])
        finally:
            connection.close()
    asked = {request.node for request in kafka.requests if request.api == "describe_configs"}
    assert asked - {1}
