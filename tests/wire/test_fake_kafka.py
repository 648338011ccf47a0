"""The scripted Kafka does what it is told, as the real client sees it."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from contextlib import suppress
from typing import Any

import pytest
from confluent_kafka import TopicCollection
from confluent_kafka.admin import AlterConfigOpType, ConfigEntry, ConfigResource, NewPartitions, NewTopic, ResourceType

from tests.support.clients import AdminClient
from tests.wire.fake_cluster import Topic
from tests.wire.fake_kafka import FakeKafka
from tests.wire.faults import Api, Fault

SECONDS = 20
DAY = "86400000"


def client(fake: FakeKafka, **properties: Any) -> AdminClient:
    """A client that reconnects quickly. Keep it: with it go the answers under way."""
    quick = {"reconnect.backoff.ms": 10, "reconnect.backoff.max.ms": 50, "log_level": 0}
    return AdminClient({"bootstrap.servers": fake.bootstrap_servers, "log_level": 0, **quick, **properties})


def said(answers: Mapping[Any, Future[Any]]) -> dict[str, tuple[str, str] | None]:
    """Error name and message for each topic, ``None`` where there is none."""
    errors = {getattr(key, "name", key): answer.exception(SECONDS) for key, answer in answers.items()}
    return {name: (error.args[0].name(), error.args[0].str()) if error else None for name, error in errors.items()}


def names(answers: Mapping[Any, Future[Any]]) -> dict[str, str | None]:
    """Error name for each topic."""
    return {name: error and error[0] for name, error in said(answers).items()}


def create(admin: AdminClient, *topics: str, timeout: float = SECONDS, **options: Any) -> dict[str, str | None]:
    return names(admin.create_topics([NewTopic(name, 1, 1) for name in topics], request_timeout=timeout, **options))


def resources(*topics: str) -> list[ConfigResource]:
    return [ConfigResource(ResourceType.TOPIC, name) for name in topics]


def changes(topic: str, **values: str | None) -> ConfigResource:
    kinds = {True: AlterConfigOpType.DELETE, False: AlterConfigOpType.SET}
    entries = [
        ConfigEntry(key.replace("_", "."), value or "", incremental_operation=kinds[value is None])
        for key, value in values.items()
    ]
    return ConfigResource(ResourceType.TOPIC, topic, incremental_configs=entries)


def test_the_cluster_and_its_topics_are_seen() -> None:
    with FakeKafka(topics={"a": Topic(partitions=3, replication_factor=2)}, brokers=2) as fake:
        admin = client(fake)
        seen = admin.list_topics(timeout=SECONDS)
        assert names(admin.describe_topics(TopicCollection(["a", "b"]))) == {"a": None, "b": "UNKNOWN_TOPIC_OR_PART"}
    assert [seen.cluster_id, seen.controller_id, *seen.brokers] == ["fake-kafka", 1, 1, 2]
    replicas = [list(partition.replicas) for partition in seen.topics["a"].partitions.values()]
    assert replicas == [[1, 2], [2, 1], [1, 2]]


@pytest.mark.parametrize("count", [1, 2, 3, 50, 500])
def test_any_number_of_topics_may_be_missing(count: int) -> None:
    with FakeKafka() as fake:
        admin = client(fake)
        described = admin.describe_topics(TopicCollection([str(number) for number in range(count)]))
        assert set(names(described).values()) == {"UNKNOWN_TOPIC_OR_PART"}


def test_create() -> None:
    with FakeKafka(topics={"old": Topic()}) as fake:
        admin = client(fake)
        wanted = [
            NewTopic("new", 2, 1, config={"retention.ms": DAY}),
            NewTopic("default"),
            NewTopic("old"),
            NewTopic("none", 0, 1),
            NewTopic("many", 1, 2),
        ]
        assert said(admin.create_topics(wanted)) == {
            "new": None,
            "default": None,
            "old": ("TOPIC_ALREADY_EXISTS", "Topic 'old' already exists."),
            "none": ("INVALID_PARTITIONS", "Number of partitions was set to an invalid non-positive value."),
            "many": (
                "INVALID_REPLICATION_FACTOR",
                "Unable to replicate the partition 2 time(s): The target replication factor of 2 cannot be reached "
                "because only 1 broker(s) are registered or some brokers have all their log directories cordoned.",
            ),
        }
        assert fake.topics == {
            "old": Topic(),
            "new": Topic(partitions=2, config={"retention.ms": DAY}),
            "default": Topic(),
        }


def test_add_partitions() -> None:
    topics = {name: Topic(partitions=3) for name in ("more", "same", "fewer")}
    with FakeKafka(topics=topics) as fake:
        admin = client(fake)
        wanted = [NewPartitions(*each) for each in (("more", 4), ("same", 3), ("fewer", 2), ("missing", 1))]
        assert said(admin.create_partitions(wanted)) == {
            "more": None,
            "same": ("INVALID_PARTITIONS", "Topic already has 3 partition(s)."),
            "fewer": (
                "INVALID_PARTITIONS",
                "The topic fewer currently has 3 partition(s); 2 would not be an increase.",
            ),
            "missing": ("UNKNOWN_TOPIC_OR_PART", "Broker: Unknown topic or partition"),
        }
        assert fake.topics == {**topics, "more": Topic(partitions=4)}


def test_delete() -> None:
    with FakeKafka(topics={"a": Topic(), "b": Topic()}) as fake:
        admin = client(fake)
        assert names(admin.delete_topics(["a", "missing"])) == {"a": None, "missing": "UNKNOWN_TOPIC_OR_PART"}
        assert fake.topics == {"b": Topic()}


def test_a_topic_that_is_created_again_has_another_id() -> None:
    with FakeKafka(topics={"a": Topic()}) as fake:
        admin = client(fake)

        def topic_id() -> str:
            return str(admin.describe_topics(TopicCollection(["a"]))["a"].result(SECONDS).topic_id)

        first = topic_id()
        names(admin.create_partitions([NewPartitions("a", 2)]))
        assert topic_id() == first
        names(admin.delete_topics(["a"]))
        create(admin, "a")
        assert topic_id() != first


def test_describe_configs() -> None:
    with FakeKafka(topics={"a": Topic(config={"retention.ms": DAY, "segment.ms": "1"})}) as fake:
        admin = client(fake)
        found, missing = admin.describe_configs(resources("a", "missing")).values()
        entries = {key: (entry.value, entry.source, entry.is_default) for key, entry in found.result(SECONDS).items()}
        assert entries == {
            "cleanup.policy": ("delete", 5, True),
            "compression.type": ("producer", 5, True),
            "max.message.bytes": ("1048588", 5, True),
            "min.insync.replicas": ("1", 5, True),
            "retention.ms": (DAY, 1, False),
            "segment.ms": ("1", 1, False),
        }
        assert names({"missing": missing}) == {"missing": "UNKNOWN_TOPIC_OR_PART"}


def test_alter_configs() -> None:
    with FakeKafka(topics={"a": Topic(config={"retention.ms": DAY, "segment.ms": "1"})}) as fake:
        admin = client(fake)
        wanted = [
            changes("a", retention_ms="5", segment_ms=None, cleanup_policy="compact"),
            changes("b", segment_ms="1"),
        ]
        assert said(admin.incremental_alter_configs(wanted)) == {
            "a": None,
            "b": ("UNKNOWN_TOPIC_OR_PART", "The topic 'b' does not exist."),
        }
        assert fake.topics == {"a": Topic(config={"retention.ms": "5", "cleanup.policy": "compact"})}


@pytest.mark.parametrize("checks", [False, True])
def test_a_fault_befalls_either_what_writes_or_what_only_checks(checks: bool) -> None:
    with FakeKafka(Fault(api="create_topics", error=44, checks=checks)) as fake:
        admin = client(fake)
        first = create(admin, "a", validate_only=not checks)
        assert (first, len(fake.faults_left())) == ({"a": None}, 1)
        assert create(admin, "b", validate_only=checks) == {"b": "POLICY_VIOLATION"}


def test_validate_only_says_the_same_and_changes_nothing() -> None:
    before = {"a": Topic(partitions=2)}
    with FakeKafka(topics=before) as fake:
        admin = client(fake)
        assert create(admin, "a", "b", validate_only=True) == {"a": "TOPIC_ALREADY_EXISTS", "b": None}
        totals = [NewPartitions("a", 3), NewPartitions("b", 2)]
        assert names(admin.create_partitions(totals, validate_only=True)) == {"a": None, "b": "UNKNOWN_TOPIC_OR_PART"}
        assert names(admin.incremental_alter_configs([changes("a", x="1")], validate_only=True)) == {"a": None}
        assert fake.topics == before
        writes = [request for request in fake.requests if request.api != "metadata"]
        assert writes == [
            (1, "create_topics", ("a", "b"), True),
            (1, "create_partitions", ("a", "b"), True),
            (1, "incremental_alter_configs", ("a",), True),
        ]


def test_too_many_records_sink_the_whole_request() -> None:
    with FakeKafka(most_records=4) as fake:
        admin = client(fake)
        too_large = ("POLICY_VIOLATION", "Unable to perform excessively large batch operation.")
        both = [NewTopic("a", 2, 1, config={"retention.ms": DAY}), NewTopic("b", 1, 1)]
        assert said(admin.create_topics(both)) == {"a": too_large, "b": too_large}
        assert fake.topics == {}
        assert names(admin.create_topics(both[:1])) == {"a": None}


def test_a_broker_that_is_not_the_controller_refuses_until_the_client_looks_again() -> None:
    with FakeKafka(topics={"a": Topic()}, brokers=3, forwards=False) as fake:
        admin = client(fake)
        assert create(admin, "b") == {"b": None}
        fake.controller = 3
        assert create(admin, "c", "d") == {"c": "NOT_CONTROLLER", "d": "NOT_CONTROLLER"}
        assert fake.topics.keys() == {"a", "b"}
        assert admin.list_topics(timeout=SECONDS).controller_id == 3
        assert create(admin, "c", "d") == {"c": None, "d": None}
        assert [request.node for request in fake.received("create_topics")] == [1, 1, 3]


def test_without_a_controller_nothing_is_sent() -> None:
    with FakeKafka() as fake:
        admin = client(fake)
        fake.controller = -1
        answers = admin.create_topics([NewTopic("a", 1, 1)], request_timeout=0.3)
        assert said(answers)["a"] == ("_TIMED_OUT", "Failed while waiting for controller: Local: Timed out")
        assert fake.received("create_topics") == []


@pytest.mark.parametrize(
    ("fault", "answers", "done"),
    [
        pytest.param({"error": 41}, ("NOT_CONTROLLER", "NOT_CONTROLLER"), "", id="refused"),
        pytest.param({"error": 40, "topics": ["a"]}, ("INVALID_CONFIG", None), "b", id="one topic refused"),
        pytest.param({"error": 7, "after": True}, ("REQUEST_TIMED_OUT", "REQUEST_TIMED_OUT"), "ab", id="timed out"),
        pytest.param(
            {"error": 7, "after": True, "topics": ["b"]}, (None, "REQUEST_TIMED_OUT"), "ab", id="one timed out"
        ),
        pytest.param({"cut": "before"}, ("_TRANSPORT", "_TRANSPORT"), "", id="cut before"),
        pytest.param({"cut": "after", "topics": ["b"]}, ("_TRANSPORT", "_TRANSPORT"), "ab", id="cut after"),
        pytest.param({"cut": "request"}, ("_TRANSPORT", "_TRANSPORT"), "", id="cut within"),
        pytest.param({"short": True}, ("_UNDERFLOW", "_UNDERFLOW"), "ab", id="short"),
        pytest.param({"garbage": True}, ("_BAD_MSG", "_BAD_MSG"), "ab", id="garbage"),
        pytest.param({"delay": 3600}, ("_TIMED_OUT", "_TIMED_OUT"), "ab", id="late"),
        pytest.param({"delay": 0.1, "error": 36}, ("TOPIC_ALREADY_EXISTS",) * 2, "", id="late refusal"),
    ],
)
def test_a_fault_happens_once_and_the_client_goes_on(
    fault: dict[str, Any], answers: tuple[str | None, str | None], done: str
) -> None:
    with FakeKafka(Fault(api="create_topics", **fault)) as fake:
        admin = client(fake)
        admin.list_topics(timeout=SECONDS)
        is_late = fault.get("delay", 0) > 1
        assert tuple(create(admin, "a", "b", timeout=1 if is_late else SECONDS).values()) == answers
        assert "".join(fake.topics) == done
        assert fake.faults_left() == []
        assert len(fake.received("create_topics")) == 1
        if is_late:
            admin = client(fake)  # other connections are served, and the end does not wait either
        again = create(admin, "a", "b")
        assert again == {name: "TOPIC_ALREADY_EXISTS" if name in done else None for name in "ab"}


ASK: dict[Api, Callable[[AdminClient], Mapping[Any, Future[Any]]]] = {
    "metadata": lambda admin: admin.describe_topics(TopicCollection(["a", "b"])),
    "create_topics": lambda admin: admin.create_topics([NewTopic("a", 1, 1), NewTopic("b", 1, 1)], validate_only=True),
    "create_partitions": lambda admin: admin.create_partitions([NewPartitions("a", 2), NewPartitions("b", 2)]),
    "delete_topics": lambda admin: admin.delete_topics(["a", "b"]),
    "describe_configs": lambda admin: admin.describe_configs(resources("a", "b")),
    "incremental_alter_configs": lambda admin: admin.incremental_alter_configs(
        [changes("a", x="1"), changes("b", x="1")]
    ),
}


@pytest.mark.parametrize("api", ASK)
def test_every_api_can_fail_for_one_topic_or_as_a_whole(api: Api) -> None:
    present = {} if api == "create_topics" else {"a": Topic(), "b": Topic()}
    checks = api == "create_topics"  # so that it can be asked again
    faults = [
        Fault(api=api, topics={"b"}, error=29, message="hands off", times=2, checks=checks),
        Fault(api=api, cut="after", checks=checks),
        Fault(api=api, garbage=True, checks=checks),
        Fault(api=api, short=True, checks=checks),
    ]
    with FakeKafka(topics=present) as fake:
        admin = client(fake)
        admin.list_topics(timeout=SECONDS)
        fake.add(*faults)
        for _ in range(2):
            has_no_message = api in {"metadata", "delete_topics"}
            error = "Broker: Topic authorization failed" if has_no_message else "hands off"
            assert said(ASK[api](admin))["b"] == ("TOPIC_AUTHORIZATION_FAILED", error)
        # In the flexible encoding the same bytes say how long a list is.
        for error in ("_TRANSPORT", "_UNDERFLOW" if api == "metadata" else "_BAD_MSG", "_UNDERFLOW"):
            assert names(ASK[api](admin)) == {"a": error, "b": error}
        assert fake.faults_left() == []


def test_faults_happen_in_the_order_of_the_script() -> None:
    script = [
        Fault(api="create_topics", topics={"a"}, error=41),
        Fault(api="create_topics", topics={"b"}, error=44, times=2),
        Fault(api="create_topics", error=5, times=2),
        Fault(api="create_topics", topics={"a"}, error=40, times=None),
    ]
    with FakeKafka(*script) as fake:
        admin = client(fake)
        assert create(admin, "b", "c") == {"b": "POLICY_VIOLATION", "c": None}
        assert create(admin, "a", "b") == {"a": "NOT_CONTROLLER", "b": "POLICY_VIOLATION"}
        for _ in range(2):
            assert create(admin, "a", "b") == dict.fromkeys("ab", "LEADER_NOT_AVAILABLE")
        for b in (None, "TOPIC_ALREADY_EXISTS"):
            assert create(admin, "a", "b") == {"a": "INVALID_CONFIG", "b": b}
        assert fake.faults_left() == script[-1:]


@pytest.mark.parametrize("error", [3, 29])
def test_a_topic_that_may_not_be_seen_is_not_listed(error: int) -> None:
    with FakeKafka(topics={"a": Topic(), "b": Topic()}) as fake:
        admin = client(fake)
        assert admin.list_topics(timeout=SECONDS).topics.keys() == {"a", "b"}
        fake.add(Fault(api="metadata", topics={"b"}, error=error, times=2))
        looks = [sorted(admin.list_topics(timeout=SECONDS).topics) for _ in range(3)]
        assert looks == [["a"], ["a"], ["a", "b"]]


@pytest.mark.parametrize("reject", [False, True])
def test_credentials(reject: bool) -> None:
    errors: list[tuple[str, str]] = []
    sasl: dict[str, Any] = {
        "security.protocol": "SASL_PLAINTEXT",
        "sasl.mechanism": "PLAIN",
        "sasl.username": "app",
        "sasl.password": "secret",
        "error_cb": lambda error: errors.append((error.name(), error.str())),
    }
    with FakeKafka(topics={"a": Topic()}, reject_credentials=reject) as fake:
        admin = client(fake, **sasl)
        answers = admin.describe_configs(resources("a"), request_timeout=SECONDS)
        while not errors and not all(answer.done() for answer in answers.values()):
            admin.poll(0.01)
        assert [name for name, _ in errors[:1]] == ["_AUTHENTICATION"] * reject
        assert all("Invalid username or password" in text for _, text in errors[:1])
        assert {"sasl_handshake", "sasl_authenticate"} <= {request.api for request in fake.requests}


def test_nothing_is_left_behind() -> None:
    before = set(threading.enumerate())
    with FakeKafka(Fault(api="create_topics", delay=3600), brokers=3) as fake:
        admin = client(fake)
        admin.create_topics([NewTopic("a", 1, 1)])
        while not fake.topics:
            admin.poll(0.01)
        assert len(set(threading.enumerate()) - before) > 3
    assert set(threading.enumerate()) <= before


@pytest.mark.parametrize("fault", [{}, {"error": 0}, {"cut": "request", "topics": ["a"]}])
def test_a_fault_that_cannot_happen_is_refused(fault: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"a fault needs|are not known"):
        Fault(api="create_topics", **fault)


def test_what_is_not_kafka_is_cut_as_by_a_broker() -> None:
    with FakeKafka() as kafka, socket.create_connection(("127.0.0.1", kafka.ports[1]), timeout=10) as connection:
        connection.sendall(b"\x16\x03\x01\x05\xef\x01\x00\x05\xeb\x03\x03" + bytes(64))  # the beginning of TLS
        with suppress(ConnectionResetError):  # which is what cutting amounts to where something is left unread
            assert connection.recv(1) == b""
