"""What a connection does about what its client leaves open: brokers that hang, addresses that are wrong, itself."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any

import pytest
from confluent_kafka import KafkaError, KafkaException

from reconciler.clock import TimeLimit
from reconciler.cluster.configs import WORTH_A_CONNECTION
from reconciler.cluster.connection import Connection
from reconciler.cluster.held_client import HeldClient
from reconciler.cluster.reader import Reader
from reconciler.cluster.writer import Writer, WritingConnection
from reconciler.errors import ClusterUnavailable, DeadlinePassed, Interrupted, Location, ReconcilerError
from reconciler.model import Query, TopicSpec
from tests.wire.fake_cluster import Topic
from tests.wire.fake_kafka import FakeKafka
from tests.wire.faults import Api, Fault

SECONDS = 9.0
LOOKS = 20
"""Enough for the client to choose the broker that hangs, which it does at random, and mostly."""
TOPIC = TopicSpec(name="there", origin=Location(file="topics.yaml", line=1, column=1))


def connected(kafka: FakeKafka) -> WritingConnection:
    """A connection whose client has asked for everything once."""
    connection = WritingConnection({"bootstrap.servers": kafka.bootstrap_servers}, limit=TimeLimit(SECONDS))
    Reader(connection).look(Query.of([TOPIC]))
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
            assert "there" in Reader(connection).look(Query.of([TOPIC])).topics
        assert connection.requests["metadata"] - before <= LOOKS + 1


def test_what_follows_a_write_without_an_answer_does_not_wait_behind_it() -> None:
    hangs = Fault(api="incremental_alter_configs", delay=1000)
    with FakeKafka(hangs, topics={"there": Topic()}) as kafka:
        connection = connected(kafka)
        (failure,) = Writer(connection).alter_configs({"there": {"retention.ms": "1"}}).values()
        assert failure is not None
        assert failure.name == "_TIMED_OUT"
        connection.limit.restart()
        assert "there" in Reader(connection).look(Query.of([TOPIC])).topics
        assert kafka.unread() == 0


def test_the_brokers_of_the_cluster_are_known_when_those_given_are_gone() -> None:
    with FakeKafka(brokers=2, topics={"there": Topic()}) as kafka:
        first, second = kafka.bootstrap_servers.split(",")
        connection = Connection({"bootstrap.servers": first}, limit=TimeLimit(SECONDS))
        connection.metadata()
        assert set(connection.properties["bootstrap.servers"].split(",")) == {first, second}
        kafka.freeze(1)
        connection.connect_anew()
        assert "there" in Reader(connection).look(Query.of([TOPIC])).topics


def topics(number: int) -> list[TopicSpec]:
    place = Location(file="topics.yaml", line=1, column=1)
    return [TopicSpec(name=f"a.{each}", origin=place) for each in range(number)]


@pytest.mark.parametrize(
    ("api", "ask"),
    [
        ("metadata", lambda connection: connection.metadata()),
        ("describe_configs", lambda connection: Reader(connection).look(Query.of(topics(1)))),
        ("describe_configs", lambda connection: Reader(connection).look(Query.of(topics(WORTH_A_CONNECTION)))),
        ("create_topics", lambda connection: Writer(connection).create(topics(1))),
        ("create_partitions", lambda connection: Writer(connection).add_partitions({"a.0": 2})),
        ("incremental_alter_configs", lambda connection: Writer(connection).alter_configs({"a.0": {"a": "b"}})),
    ],
)
def test_whoever_asked_to_stop_does_not_wait_for_an_answer(
    api: Api, ask: Callable[[WritingConnection], object]
) -> None:
    with FakeKafka(
        Fault(api=api, delay=1000, times=None), topics={spec.name: Topic() for spec in topics(WORTH_A_CONNECTION)}
    ) as kafka:

        def check() -> None:
            if kafka.received(api):
                raise Interrupted(15)

        servers = {"bootstrap.servers": kafka.bootstrap_servers}
        connection = WritingConnection(servers, limit=TimeLimit(300), check=check)
        connection._patience = 150
        began = time.monotonic()
        with pytest.raises(Interrupted):
            ask(connection)
        assert time.monotonic() - began < 60


def test_a_wrong_address_beside_a_good_one_does_no_harm_though_it_is_said_late() -> None:
    """The client asks for the wrong one in about half of the runs."""
    slow = Fault(api="describe_configs", delay=0.1, times=None)
    with FakeKafka(slow, topics={"there": Topic()}) as kafka:
        servers = f"nope.invalid:9092,{kafka.bootstrap_servers}"
        connections = [Connection({"bootstrap.servers": servers}, limit=TimeLimit(SECONDS)) for _ in range(LOOKS)]
        for connection in connections:
            connection.ask_early()
        while len(kafka.received("metadata")) < LOOKS:
            time.sleep(0.01)
        for connection in connections:
            connection.limit.restart()
            assert "there" in Reader(connection).look(Query.of([TOPIC])).topics


class BrokenClient:
    """A Kafka client whose list of topics comes to ``outcome``, or to nothing ever."""

    def __init__(self, outcome: BaseException | None) -> None:
        self._outcome = outcome

    def list_topics(self, timeout: float) -> object:  # noqa: ARG002 - the client's signature
        if self._outcome is not None:
            raise self._outcome
        return threading.Event().wait()

    def poll(self, _timeout: float) -> None:
        """Nothing to serve."""


Broken = Callable[[BaseException | None], None]


@pytest.fixture
def only_broken_clients(monkeypatch: pytest.MonkeyPatch) -> Broken:
    def break_them(outcome: BaseException | None) -> None:
        monkeypatch.setattr(
            Connection, "_client_class", staticmethod(lambda *_properties, **_options: BrokenClient(outcome))
        )

    return break_them


def test_a_request_under_way_ends_with_the_cause_also_after_the_deadline() -> None:
    """What was sent may have been carried out; a deadline that has passed says that nothing is sent."""
    connection = Connection({"bootstrap.servers": "nope.invalid:1"}, limit=TimeLimit(SECONDS, deadline=0))
    words = "Failed to resolve 'nope.invalid:1': Name or service not known"
    connection.diagnosis.take_log_line(f"FAIL [p-1] [thrd:h]: nope.invalid:1/bootstrap: {words}")
    with pytest.raises(ClusterUnavailable, match="no such host"):
        connection.still_waiting(time.monotonic())
    with pytest.raises(DeadlinePassed):
        connection.write_timeout()


def test_a_client_that_hangs_is_left_for_another() -> None:
    with FakeKafka(topics={"there": Topic()}) as kafka:
        connection = Connection({"bootstrap.servers": kafka.bootstrap_servers}, limit=TimeLimit(SECONDS))
        broken: Any = BrokenClient(None)
        connection._held = HeldClient(broken)
        assert "there" in connection.metadata().topics


@pytest.mark.parametrize(("seconds", "deadline", "error"), [(1, None, ClusterUnavailable), (1000, 1, DeadlinePassed)])
def test_clients_that_hang_keep_nobody_past_the_limit(
    seconds: float, deadline: float | None, error: type[ReconcilerError], only_broken_clients: Broken
) -> None:
    only_broken_clients(None)
    began = time.monotonic()
    with pytest.raises(error):
        Connection({"bootstrap.servers": "h:1"}, limit=TimeLimit(seconds, deadline=deadline)).metadata()
    assert 1 <= time.monotonic() - began < 60


@pytest.mark.parametrize("error", [MemoryError("none left"), ValueError("odd"), KeyboardInterrupt("odd")], ids=repr)
def test_what_nobody_expects_of_the_client_is_passed_on_at_once(
    error: BaseException, only_broken_clients: Broken
) -> None:
    only_broken_clients(error)
    with pytest.raises(type(error), match=str(error)):
        Connection({"bootstrap.servers": "h:1"}, limit=TimeLimit(1000)).metadata()


class FakeLatin1Kafka(FakeKafka):
    """Its topics' names have a letter that is not ASCII, in Latin-1."""

    def _answer(self, node: int, key: int, message: bytes) -> bytes | None:
        answer = super()._answer(node, key, message)
        return answer and answer.replace(b"there", b"th\xe8re")


def test_an_answer_that_is_not_text_is_said_at_once() -> None:
    with FakeLatin1Kafka(topics={"there": Topic()}) as kafka:
        connection = Connection({"bootstrap.servers": kafka.bootstrap_servers}, limit=TimeLimit(1000))
        with pytest.raises(ClusterUnavailable, match="is not UTF-8"):
            connection.metadata()


def test_requests_that_fail_at_once_are_not_sent_in_a_busy_loop(only_broken_clients: Broken) -> None:
    only_broken_clients(KafkaException(KafkaError(KafkaError._TRANSPORT)))
    connection = Connection({"bootstrap.servers": "h:1"}, limit=TimeLimit(3))
    with pytest.raises(ClusterUnavailable):
        connection.metadata()
    assert connection.requests["metadata"] < 12
