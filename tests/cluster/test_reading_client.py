"""A session that reads has a client that cannot write, whoever asks it to."""

from __future__ import annotations

import logging

import pytest
from confluent_kafka.admin import AdminClient, AlterConfigOpType, ConfigEntry, ConfigResource, NewPartitions, NewTopic

from reconciler.clock import TimeLimit
from reconciler.cluster.checker import Checker
from reconciler.cluster.connection import Connection
from reconciler.cluster.reading_client import ReadingClient, WriteRefused
from reconciler.errors import Location
from reconciler.model import TopicSpec
from tests.wire.fake_cluster import Topic
from tests.wire.fake_kafka import FakeKafka

READS = ("describe_", "list_", "poll", "cluster_id", "set_sasl_credentials")
CHANGE = ConfigEntry("retention.ms", "1", incremental_operation=AlterConfigOpType.SET)
CHECKED = {
    "create_topics": [NewTopic("b")],
    "create_partitions": [NewPartitions("a", 2)],
    "incremental_alter_configs": [ConfigResource("topic", "a", incremental_configs=[CHANGE])],
}
WRITES = [name for name in dir(AdminClient) if not name.startswith(("_", *READS))]


@pytest.fixture
def client() -> ReadingClient:
    return ReadingClient({"bootstrap.servers": "127.0.0.1:1"}, logger=logging.Logger("unheard"))


@pytest.mark.parametrize("name", WRITES)
def test_nothing_that_changes_a_cluster_is_sent(name: str, client: ReadingClient) -> None:
    arguments = CHECKED.get(name, [])
    with pytest.raises(WriteRefused, match=name):
        getattr(client, name)(arguments)
    with pytest.raises(WriteRefused, match=name):
        getattr(client, name)(arguments, validate_only=name not in {*CHECKED, "alter_configs"})


def test_there_is_something_that_it_refuses() -> None:
    assert {"create_topics", "delete_topics", "delete_records", "elect_leaders"} <= set(WRITES)


def test_a_connection_that_reads_has_changes_checked_and_none_made() -> None:
    with FakeKafka(topics={"a": Topic()}) as kafka:
        connection = Connection({"bootstrap.servers": kafka.bootstrap_servers}, limit=TimeLimit(30))
        connection.metadata()
        checker = Checker(connection)
        assert checker.create([TopicSpec(name="b", origin=Location("t", 1, 1))]) == {"b": None}
        assert checker.add_partitions({"a": 2}) == {"a": None}
        assert checker.alter_configs({"a": {"retention.ms": "1"}}) == {"a": None}
        for api, arguments in CHECKED.items():
            assert len(kafka.received(api)) == 1
            with pytest.raises(WriteRefused):
                getattr(connection.admin, api)(arguments)
            assert kafka.written(api) == []
        with pytest.raises(WriteRefused):
            connection.admin.delete_topics(["a"])
        assert "a" in kafka.topics
        connection.close()
