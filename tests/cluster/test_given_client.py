"""A client that the caller brings: used, and left as it was."""

from __future__ import annotations

from typing import Any

import pytest
from confluent_kafka.admin import NewTopic

from reconciler.clock import TimeLimit
from reconciler.cluster.checker import Checker
from reconciler.cluster.configs import WORTH_A_CONNECTION
from reconciler.cluster.connection import Connection
from reconciler.cluster.reader import Reader
from reconciler.cluster.reading_client import WriteRefused
from reconciler.cluster.writer import Writer, WritingConnection
from reconciler.errors import ClusterUnavailable, Location
from reconciler.model import Operation, Query, TopicSpec
from tests.support.clients import AdminClient
from tests.wire.fake_cluster import Topic
from tests.wire.fake_kafka import FakeKafka
from tests.wire.faults import Fault

NEW = TopicSpec(name="new", origin=Location("topics.yaml", 1, 1))


def client_of(kafka: FakeKafka) -> AdminClient:
    return AdminClient({"bootstrap.servers": kafka.bootstrap_servers, "log_level": 0})


def test_a_connection_that_reads_cannot_write_through_it() -> None:
    with FakeKafka(topics={"a": Topic()}) as kafka:
        connection = Connection.from_client(client_of(kafka), limit=TimeLimit(30))
        assert Reader(connection).read(Query(names=["a"])).topics.keys() == {"a"}
        assert Checker(connection).create([NEW]) == {"new": None}
        for name, argument in (("create_topics", [NewTopic("new")]), ("delete_topics", ["a"]), ("later_method", [])):
            with pytest.raises(WriteRefused, match=name):
                getattr(connection.admin, name)(argument)
        assert kafka.topics.keys() == {"a"}


def test_it_stays_open_and_is_the_same_after_a_request_without_an_answer() -> None:
    lost = Fault(api="describe_configs", cut="before")
    with FakeKafka(lost, topics={"a": Topic()}) as kafka:
        client = client_of(kafka)
        connection = WritingConnection.from_client(client, limit=TimeLimit(60))
        assert Reader(connection).read(Query(names=["a"])).topics.keys() == {"a"}
        assert connection.admin is client
        assert Writer(connection).create([NEW]) == {"new": None}
        assert connection.bootstrap_servers == kafka.bootstrap_servers
        connection.close()
        assert client.list_topics(timeout=30).topics.keys() == {"a", "new"}


def test_no_second_client_is_made_of_it_however_many_topics_there_are() -> None:
    names = [f"t{number}" for number in range(WORTH_A_CONNECTION)]
    with FakeKafka(brokers=2, topics=dict.fromkeys(names, Topic())) as kafka:
        connection = Connection.from_client(client_of(kafka), limit=TimeLimit(60))
        reader = Reader(connection)
        assert len(reader.read(Query(names=names)).topics) == len(names)
        shown = reader.look_at_each(Query(names=names[:1]), Operation.ALTER_CONFIGS)
        assert {node: list(topics) for node, topics in shown.items()} == {1: names[:1], 2: names[:1]}
        assert reader.look_at_each(Query(names=names[:1]), Operation.CREATE_PARTITIONS) == {}


def test_a_failed_connection_says_where_its_cause_is_and_leaves_the_callbacks_alone() -> None:
    called: list[object] = []
    properties: dict[str, Any] = {"bootstrap.servers": "127.0.0.1:1", "error_cb": called.append, "log_level": 0}
    client = AdminClient(properties)
    connection = Connection.from_client(client, limit=TimeLimit(1))
    with pytest.raises(ClusterUnavailable) as raised:
        connection.metadata()
    (problem,) = raised.value.diagnostics
    assert problem.message == "no answer from the brokers of the given client within 1 s"
    assert "the cause is in the log and the error callback of the given client" in str(problem.hint)
    assert called == []
    client.poll(1)
    assert called, "they are the caller's to serve"
