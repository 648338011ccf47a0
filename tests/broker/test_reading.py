"""Reading topics from a real broker, by both ways that there are."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
import trustme
from confluent_kafka.admin import ClusterMetadata, NewTopic

from reconciler.clock import TimeLimit
from reconciler.cluster import configs, configs_librdkafka
from reconciler.cluster.configs import describe_configs
from reconciler.cluster.configs_answers import CHUNK, Configs
from reconciler.cluster.connection import Connection
from reconciler.cluster.librdkafka import library
from reconciler.cluster.reader import Reader
from reconciler.errors import ClusterUnavailable, Location
from reconciler.model import KafkaFailure, Query, TopicSpec
from reconciler.sandbox import Sandbox
from tests.broker.another_client import OFFSETS, AnotherClient
from tests.broker.ways_to_read import WAYS, connect, spec
from tests.support.command import Finished
from tests.support.listener import listener, silence
from tests.wire.fake_cluster import Topic
from tests.wire.fake_kafka import FakeKafka
from tests.wire.faults import Fault


@pytest.fixture(params=WAYS)
def either_way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave only one way to read, however many topics there are."""
    monkeypatch.setattr(configs, "WORTH_A_CONNECTION", 0 if request.param == "librdkafka" else sys.maxsize)
    for name, way in WAYS.items():
        if name != request.param:
            monkeypatch.delattr(way, "describe_configs")


def described(connection: Connection, *topics: TopicSpec) -> dict[str, Configs | KafkaFailure]:
    return dict(describe_configs(connection, [topic.name for topic in topics], Query.of(topics)))


@pytest.mark.usefixtures("either_way")
def test_overrides_and_the_inherited_values_asked_for(kafka: Sandbox, prefix: str) -> None:
    AnotherClient(kafka).create(prefix, config={"retention.ms": "1000", "cleanup.policy": "compact"})
    wanted = TopicSpec(
        name=prefix,
        origin=Location("topics.yaml", 1, 1),
        config={"retention.ms": "2000", "max.message.bytes": "1", "no.such.key": "x"},
    )
    assert described(connect(kafka.bootstrap_servers), wanted) == {
        prefix: Configs(
            overrides={"cleanup.policy": "compact", "retention.ms": "1000"}, inherited={"max.message.bytes": "1048588"}
        )
    }


@pytest.mark.usefixtures("either_way")
def test_counts_that_redpanda_describes_as_overrides_are_no_configuration() -> None:
    config = {"partition_count": "1", "replication_factor": "1", "retention.ms": "1000"}
    with FakeKafka(topics={"orders": Topic(config=config)}) as fake:
        wanted = TopicSpec(name="orders", origin=Location("topics.yaml", 1, 1), config={"partition_count": "1"})
        answers = described(connect(fake.bootstrap_servers), wanted)
    assert answers == {"orders": Configs(overrides={"retention.ms": "1000"}, inherited={})}


@pytest.mark.usefixtures("either_way")
def test_more_topics_than_one_request_takes(kafka: Sandbox, prefix: str) -> None:
    names = [f"{prefix}-{number}" for number in range(2 * CHUNK + 1)]
    admin = AnotherClient(kafka).admin
    for answer in admin.create_topics([NewTopic(name, num_partitions=1) for name in names]).values():
        answer.result(60)
    connection = connect(kafka.bootstrap_servers)
    connection._patience = 150  # the requests are counted, and a broker under load is slow
    while not set(names) <= set(connection.metadata().topics):
        pass  # each look waits for the broker's answer
    answers = described(connection, *map(spec, names))
    assert answers.keys() == set(names)
    assert all(answer == Configs({}, {}) for answer in answers.values())
    assert connection.requests["describe_configs"] == 3


@pytest.mark.usefixtures("either_way")
def test_a_topic_that_is_not_there_fails_alone(kafka: Sandbox, prefix: str) -> None:
    AnotherClient(kafka).create(prefix)
    answers = described(connect(kafka.bootstrap_servers), spec(prefix), spec(f"{prefix}.missing"))
    assert answers[prefix] == Configs({}, {})
    missing = answers[f"{prefix}.missing"]
    assert isinstance(missing, KafkaFailure)
    assert missing.name == "UNKNOWN_TOPIC_OR_PARTITION"


@pytest.mark.usefixtures("either_way")
def test_no_answer_makes_the_cluster_unavailable_not_a_topic() -> None:
    with listener(silence) as port:
        connection = connect(f"127.0.0.1:{port}", timeout=0.5)
        with pytest.raises(ClusterUnavailable, match="no answer"):
            described(connection, spec("a"))


@pytest.mark.usefixtures("either_way")
def test_what_is_never_answered_is_asked_for_again_after_a_pause_and_not_in_a_busy_loop() -> None:
    cut = Fault(api="describe_configs", cut="before", times=None)
    with FakeKafka(cut, topics={"a": Topic()}) as fake:
        connection = connect(fake.bootstrap_servers, timeout=3)
        with pytest.raises(ClusterUnavailable):
            Reader(connection).look(Query.of([spec("a")]))
    assert 2 <= connection.requests["describe_configs"] < 10


def librdkafka_alone(connection: Connection) -> None:
    list(configs_librdkafka.describe_configs(connection, ["a"], Query(names=["a"])))


def test_what_befalls_the_second_client_alone_is_told_at_once() -> None:
    login = {"security.protocol": "SASL_PLAINTEXT", "sasl.mechanism": "PLAIN", "sasl.username": "u"}
    with FakeKafka(topics={"a": Topic()}) as fake:
        properties = {"bootstrap.servers": fake.bootstrap_servers, **login, "sasl.password": "p"}
        connection = Connection(properties, limit=TimeLimit(100))
        connection.metadata()
        fake.reject_credentials = True
        began = time.monotonic()
        with pytest.raises(ClusterUnavailable, match="authentication failed") as raised:
            librdkafka_alone(connection)
    assert raised.value.is_final
    assert time.monotonic() - began < 50


def test_a_property_that_the_second_client_does_not_take_is_named_and_final(tmp_path: Path) -> None:
    authority = tmp_path / "authority.pem"
    trustme.CA().cert_pem.write_to_path(authority)
    properties = {"bootstrap.servers": "h:1", "security.protocol": "SSL", "ssl.ca.location": str(authority)}
    place = Location("client.properties", 3, 1)
    connection = Connection(properties, limit=TimeLimit(30), places={"ssl.ca.location": place})
    authority.unlink()
    with pytest.raises(ClusterUnavailable) as raised:
        librdkafka_alone(connection)
    (diagnostic,) = raised.value.diagnostics
    assert (diagnostic.code, diagnostic.origin) == ("client-property", place)
    assert "ssl.ca.location failed" in diagnostic.message
    assert raised.value.is_final


def test_a_property_that_the_second_client_does_not_know_is_named_and_final() -> None:
    connection = connect("h:1")
    connection.properties["no.such.property"] = "x"
    with pytest.raises(ClusterUnavailable, match=r"no\.such\.property: No such configuration property") as raised:
        librdkafka_alone(connection)
    assert raised.value.is_final


def test_a_second_client_that_hangs_is_not_waited_for_past_the_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    functions = dict(library() or {})
    functions["queue_poll"] = lambda _queue, milliseconds: time.sleep(milliseconds / 1000)
    monkeypatch.setattr(configs_librdkafka, "library", lambda: functions)
    began = time.monotonic()
    with listener(silence) as port, pytest.raises(ClusterUnavailable, match="the Kafka client does not return"):
        librdkafka_alone(connect(f"127.0.0.1:{port}", timeout=1))
    assert time.monotonic() - began < 60


def test_the_plain_binding_is_the_way_where_the_c_interface_is_not_to_be_had(
    kafka: Sandbox, prefix: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    AnotherClient(kafka).create(prefix)
    monkeypatch.setattr(configs, "WORTH_A_CONNECTION", 0)
    monkeypatch.setattr("ctypes.CDLL", lambda _path: object())
    library.cache_clear()
    try:
        assert not configs_librdkafka.is_available()
        live = Reader(connect(kafka.bootstrap_servers)).look(Query.of([spec(prefix)]))
    finally:
        library.cache_clear()
    assert live.topics[prefix].overrides == {}


def test_a_topic_that_one_answer_shows_and_another_does_not_is_looked_at_again(kafka: Sandbox, prefix: str) -> None:
    """Created between the list of topics and the question about it by name, as a slow broker would have it."""
    client = AnotherClient(kafka)
    connection = connect(kafka.bootstrap_servers)
    list_topics = connection.metadata

    def then_create() -> ClusterMetadata:
        seen = list_topics()
        if not client.exists(prefix):
            client.create(prefix, partitions=2)
        return seen

    connection.metadata = then_create  # type: ignore[method-assign]  # the moment cannot be hit otherwise
    live = Reader(connection).read(Query.of([spec(prefix)]))
    assert live.topics[prefix].partitions == 2
    assert live.unreadable == {}


def test_a_topic_deleted_while_it_is_read_is_absent_not_unreadable(kafka: Sandbox, prefix: str) -> None:
    client = AnotherClient(kafka)
    client.create(prefix)
    connection = connect(kafka.bootstrap_servers)
    list_topics = connection.metadata

    def then_delete() -> ClusterMetadata:
        seen = list_topics()
        if prefix in seen.topics:
            client.delete(prefix)
        return seen

    connection.metadata = then_delete  # type: ignore[method-assign]  # as above
    live = Reader(connection).read(Query.of([spec(prefix)]))
    assert (live.topics, live.unreadable) == ({}, {})


def test_internal_topics_are_never_shown(
    kafka: Sandbox, prefix: str, manifest: Callable[[str], None], plan: Callable[..., Finished]
) -> None:
    client = AnotherClient(kafka)
    client.create(prefix)
    client.make_offsets_topic(prefix)
    manifest(f"{prefix}: {{}}")
    done = plan("-v")
    assert [topic["name"] for topic in done.report["topics"]] == [prefix]
    assert OFFSETS not in done.stdout
