"""What a connection does about a broker that hangs: the client itself goes on choosing it."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest

from reconciler.clock import TimeLimit
from reconciler.cluster.configs import WORTH_A_CONNECTION
from reconciler.cluster.connection import Connection
from reconciler.cluster.reader import Reader
from reconciler.cluster.writer import Writer
from reconciler.errors import Interrupted, Location
from reconciler.model import TopicSpec
from tests.wire.fake_cluster import Topic
from tests.wire.fake_kafka import FakeKafka
from tests.wire.faults import Api, Fault

SECONDS = 9.0
LOOKS = 20
"""Enough for the client to choose the broker that hangs, which it does at random, and mostly."""
SOON = 0.4
"""Seconds; the client looks once a second for requests that are overdue, and then ends their connection."""
TOPIC = TopicSpec(name="there", origin=Location(file="topics.yaml", line=1, column=1))


def connected(kafka: FakeKafka) -> Connection:
    """A connection whose client has asked for everything once."""
    connection = Connection({"bootstrap.servers": kafka.bootstrap_servers}, limit=TimeLimit(SECONDS))
    Reader(connection).look([TOPIC])
    return connection


def test_a_broker_that_hangs_is_asked_once_and_then_avoided() -> None:
    """Half of ``SECONDS`` has to pass until the client itself gives up a connection without an answer."""
    with FakeKafka(brokers=2, topics={"there": Topic()}) as kafka:
        connection = connected(kafka)
        kafka.freeze(kafka.received("metadata")[-1].node)
        before = connection.requests["metadata"]
        for _ in range(LOOKS):
            connection.limit.restart()
            connection.limit.shorten(SECONDS / 3)
            assert "there" in Reader(connection).look([TOPIC]).topics
        assert connection.requests["metadata"] - before <= LOOKS + 1


def test_what_follows_a_write_without_an_answer_does_not_wait_behind_it() -> None:
    hangs = Fault(api="incremental_alter_configs", delay=1000)
    with FakeKafka(hangs, topics={"there": Topic()}) as kafka:
        connection = connected(kafka)
        (failure,) = Writer(connection).alter_configs({"there": {"retention.ms": "1"}}).values()
        assert failure is not None
        assert failure.name == "_TIMED_OUT"
        connection.limit.shorten(SOON)
        assert "there" in Reader(connection).look([TOPIC]).topics


def test_the_brokers_of_the_cluster_are_known_when_those_given_are_gone() -> None:
    with FakeKafka(brokers=2, topics={"there": Topic()}) as kafka:
        first, second = kafka.bootstrap_servers.split(",")
        connection = Connection({"bootstrap.servers": first}, limit=TimeLimit(SECONDS))
        connection.metadata()
        assert set(connection.properties["bootstrap.servers"].split(",")) == {first, second}
        kafka.freeze(1)
        connection.connect_anew()
        assert "there" in Reader(connection).look([TOPIC]).topics


def topics(number: int) -> list[TopicSpec]:
    place = Location(file="topics.yaml", line=1, column=1)
    return [TopicSpec(name=f"a.{each}", origin=place) for each in range(number)]


@pytest.mark.parametrize(
    ("api", "ask"),
    [
        ("metadata", lambda connection: connection.metadata()),
        ("describe_configs", lambda connection: Reader(connection).look(topics(1))),
        ("describe_configs", lambda connection: Reader(connection).look(topics(WORTH_A_CONNECTION))),
        ("create_topics", lambda connection: Writer(connection).create(topics(1))),
        ("create_partitions", lambda connection: Writer(connection).add_partitions({"a.0": 2})),
        ("incremental_alter_configs", lambda connection: Writer(connection).alter_configs({"a.0": {"a": "b"}})),
    ],
)
def test_whoever_asked_to_stop_does_not_wait_for_an_answer(api: Api, ask: Callable[[Connection], object]) -> None:
    with FakeKafka(
        Fault(api=api, delay=1000, times=None), topics={spec.name: Topic() for spec in topics(WORTH_A_CONNECTION)}
    ) as kafka:

        def check() -> None:
            if kafka.received(api):
                raise Interrupted(15)

        connection = Connection({"bootstrap.servers": kafka.bootstrap_servers}, limit=TimeLimit(300), check=check)
        connection._patience = 150
        began = time.monotonic()
        with pytest.raises(Interrupted):
            ask(connection)
        assert time.monotonic() - began < 60
