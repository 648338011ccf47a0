"""``ensure_topics``: creates what is missing, changes nothing that exists, and says what is not as asked for."""

from __future__ import annotations

import asyncio
import logging
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from confluent_kafka import TopicPartition

from reconciler import TopicsNotReady, TopicSpec, ensure_topics, ensure_topics_async
from reconciler.clock import Clock
from reconciler.errors import ClusterUnavailable
from reconciler.manifest.load import load
from reconciler.model import RunStatus
from reconciler.sandbox import Sandbox
from reconciler.service.creation import AUTO_CREATE, RETRIES, RETRY_DELAY, TIMEOUT, creation_settings
from reconciler.session import Control
from tests.support.clients import AdminClient, Consumer
from tests.support.command import PROJECT, RunReconciler, check_report, environment
from tests.support.listener import listener, silence
from tests.wire.fake_cluster import Topic
from tests.wire.fake_kafka import FakeKafka
from tests.wire.faults import Fault

NOBODY = "127.0.0.1:1"
NOT_ALLOWED = 29
REPLICAS = 20
STARTING = """
import sys
from reconciler import ensure_topics
report = ensure_topics(sys.argv[1], bootstrap_servers=sys.argv[2])
print(*report.created)
"""


def ensure(kafka: FakeKafka | Sandbox, *specs: TopicSpec, **more: object) -> object:
    return ensure_topics(specs, bootstrap_servers=kafka.bootstrap_servers, environ={}, **more)  # type: ignore[arg-type]


def test_missing_topics_are_created_and_existing_ones_stay_as_they_are() -> None:
    there = {
        "as.asked": Topic(partitions=3, config={"retention.ms": "604800000"}),
        "with.more": Topic(partitions=9, config={"retention.ms": "1000"}),
    }
    specs = [TopicSpec(name=name, partitions=3, config={"retention.ms": "7d"}) for name in ("new", *there)]
    with FakeKafka(topics=there) as kafka:
        report = ensure_topics(specs, bootstrap_servers=kafka.bootstrap_servers, environ={})
        assert {name: kafka.topics[name] for name in there} == there
        assert kafka.topics["new"] == Topic(partitions=3, config={"retention.ms": "604800000"})
        assert kafka.received("incremental_alter_configs") == []
        assert kafka.received("create_partitions") == []
    assert report.is_ready
    assert report.created == ["new"]
    assert report.required == report.existing == ["as.asked", "new", "with.more"]
    assert (report.missing, report.mismatched) == ([], ["with.more"])
    assert [each.message for each in report.warnings] == [
        "with.more: differs from what the service asks for: partitions is 9, expected 3; "
        "retention.ms is 1000, expected 604800000"
    ]
    assert report.record.status is RunStatus.CHANGES
    check_report(report.to_json(), 0)


def test_topics_that_are_as_asked_for_cost_no_write_and_no_warning() -> None:
    with FakeKafka(topics={"a": Topic(partitions=2)}) as kafka:
        report = ensure_topics(
            [TopicSpec(name="a", partitions=2)], bootstrap_servers=kafka.bootstrap_servers, environ={}
        )
        assert kafka.received("create_topics") == []
    assert (report.record.status, report.warnings, report.created) == (RunStatus.OK, [], [])


def test_fewer_partitions_are_a_warning_unless_the_service_requires_them() -> None:
    spec = TopicSpec(name="orders", partitions=12)
    with FakeKafka(topics={"orders": Topic(partitions=6)}) as kafka:
        report = ensure_topics([spec], bootstrap_servers=kafka.bootstrap_servers, environ={})
        assert "partitions is 6, expected 12" in report.warnings[0].message
        with pytest.raises(TopicsNotReady) as not_ready:
            ensure_topics([spec], bootstrap_servers=kafka.bootstrap_servers, environ={}, require_partitions=True)
        assert kafka.topics["orders"].partitions == 6
    assert str(not_ready.value).splitlines() == [
        "1 of 1 topics is not ready",
        "  orders: has 6 partitions, and 12 are required",
        "    add partitions by reconciler apply, or lower partitions in the manifest",
    ]
    assert not_ready.value.report.existing == ["orders"]


def test_with_creation_off_all_missing_topics_are_named_and_none_is_created() -> None:
    specs = [TopicSpec(name=name) for name in ("a", "b", "c")]
    with FakeKafka(topics={"b": Topic()}) as kafka:
        with pytest.raises(TopicsNotReady) as not_ready:
            ensure_topics(specs, bootstrap_servers=kafka.bootstrap_servers, environ={AUTO_CREATE: "false"})
        assert kafka.received("create_topics") == []
    words, report = str(not_ready.value), not_ready.value.report
    assert words.startswith("2 of 3 topics are not ready\n  a: does not exist, and creating topics is turned off")
    assert "KAFKA_TOPIC_AUTO_CREATE" in words
    assert (report.missing, report.existing, report.is_ready) == (["a", "c"], ["b"], False)
    check_report(report.to_json(), 1)


def test_one_topic_that_cannot_be_created_does_not_hinder_the_others() -> None:
    fault = Fault(api="create_topics", topics=["bad"], error=NOT_ALLOWED, times=None)
    with FakeKafka(fault) as kafka:
        with pytest.raises(TopicsNotReady) as not_ready:
            ensure_topics(
                [TopicSpec(name="bad"), TopicSpec(name="good")],
                bootstrap_servers=kafka.bootstrap_servers,
                environ={},
            )
        assert [*kafka.topics] == ["good"]
    assert not_ready.value.report.created == ["good"]
    assert "1 of 2 topics is not ready\n  bad: cannot be created: " in str(not_ready.value)
    assert "CREATE on the topic" in str(not_ready.value)


def test_settings_that_may_not_be_read_are_a_warning_if_the_topic_is_listed() -> None:
    fault = Fault(api="describe_configs", topics=["hidden"], error=NOT_ALLOWED, times=None)
    with FakeKafka(fault, topics={"hidden": Topic(partitions=2)}) as kafka:
        report = ensure_topics(
            [TopicSpec(name="hidden", partitions=3)], bootstrap_servers=kafka.bootstrap_servers, environ={}
        )
    assert (report.existing, report.mismatched) == (["hidden"], ["hidden"])
    messages = [each.message for each in report.warnings]
    assert any("its settings were not compared" in message for message in messages)
    assert any("partitions is 2, expected 3" in message for message in messages)


def test_a_topic_that_somebody_else_creates_differently_at_the_same_moment_is_left_to_them() -> None:
    fault = Fault(api="create_topics", topics=["a"], error=36)
    with FakeKafka(fault) as kafka:
        kafka.topics = {}

        def check() -> None:
            if kafka.written("create_topics"):
                kafka.topics = {"a": Topic(partitions=5)}

        report = ensure_topics(
            [TopicSpec(name="a", partitions=3)],
            bootstrap_servers=kafka.bootstrap_servers,
            environ={},
            retry_delay=0.01,
            control=Control(check=check),
        )
    assert (report.created, report.existing, report.mismatched) == ([], ["a"], ["a"])


def test_a_topic_that_one_broker_does_not_show_yet_is_waited_for() -> None:
    with FakeKafka(brokers=3) as kafka:
        kafka.lag(2, looks=3)
        kafka.lag(3, looks=3)
        report = ensure_topics([TopicSpec(name="a")], bootstrap_servers=kafka.bootstrap_servers, environ={})
        assert kafka.behind == {}
    assert report.is_ready


def test_a_topic_whose_leader_is_elected_for_long_is_waited_for() -> None:
    fault = Fault(api="metadata", topics=["a"], error=5, times=10)  # more often than the topic is read again
    with FakeKafka(fault, topics={"a": Topic()}) as kafka:
        report = ensure_topics(
            [TopicSpec(name="a")],
            bootstrap_servers=kafka.bootstrap_servers,
            environ={},
            control=Control(clock=Clock(sleep=lambda _seconds: None)),
        )
        assert kafka.faults_left() == []
    assert report.existing == ["a"]
    assert ["not compared" in each.message for each in report.warnings] == [True]


def test_a_topic_that_somebody_else_just_created_is_waited_for_on_every_broker() -> None:
    with FakeKafka(Fault(api="create_topics", error=36, checks=True), brokers=3) as kafka:

        def check() -> None:
            if kafka.received("create_topics") and not kafka.topics:
                kafka.lag(3, looks=2)
                kafka.topics = {"a": Topic()}

        report = ensure_topics(
            [TopicSpec(name="a")],
            bootstrap_servers=kafka.bootstrap_servers,
            environ={},
            control=Control(check=check),
        )
        assert kafka.behind == {}
        assert kafka.written("create_topics") == []
    assert (report.created, report.existing) == ([], ["a"])


def test_a_manifest_with_its_overlay_and_variables(tmp_path: Path) -> None:
    (tmp_path / "topics.yaml").write_text(
        "version: 1\nscope: {include: ['*']}\ntopics: {orders: {partitions: 1}, gone: {state: absent}}\n"
    )
    (tmp_path / "topics.prod.yaml").write_text("topics: {orders: {config: {retention.ms: 1h}}}\n")
    with FakeKafka(topics={"gone": Topic(), "other": Topic()}) as kafka:
        variables = {"KAFKA_BOOTSTRAP_SERVERS": kafka.bootstrap_servers, "KAFKA_TOPIC_ORDERS_PARTITIONS": "4"}
        report = ensure_topics(str(tmp_path / "topics.yaml"), environment="prod", environ=variables)
        assert kafka.topics["orders"] == Topic(partitions=4, config={"retention.ms": "3600000"})
        assert "gone" in kafka.topics
    assert (report.required, report.created) == (["orders"], ["orders"])
    assert [each.message for each in report.warnings] == ["gone: exists, although it is to be absent"]
    assert report.record.environment == "prod"


def test_a_loaded_manifest_through_a_client_of_the_program(tmp_path: Path) -> None:
    path = tmp_path / "topics.yaml"
    path.write_text("version: 1\ntopics: {orders: {partitions: 2}}\n")
    with FakeKafka() as kafka:
        client = AdminClient({"bootstrap.servers": kafka.bootstrap_servers, "log_level": 0})
        report = ensure_topics(load([path], None, {}), client=client, environ={})
        assert report.created == ["orders"]
        assert "orders" in client.list_topics(timeout=10).topics


def test_topics_that_are_wrong_are_named_with_the_line_that_makes_them() -> None:
    specs = [TopicSpec(name="no spaces"), TopicSpec(name="a", partitions=0, config={"retention.ms": "7 days"})]
    specs.append(TopicSpec(name="a"))
    with pytest.raises(TopicsNotReady) as not_ready:
        ensure_topics(specs, bootstrap_servers=NOBODY, environ={})
    words = str(not_ready.value)
    line = specs[0].origin.line
    assert f"{__file__}:{line}:1: invalid topic name 'no spaces'" in words
    assert "topics.a.partitions" in words or "'a' is defined twice" in words
    assert f"'a' is defined twice; first defined at {__file__}:{line}:1" in words


def test_a_cluster_that_is_away_is_said_with_the_topics_that_were_to_be_ensured() -> None:
    began = time.monotonic()
    with pytest.raises(TopicsNotReady) as not_ready:
        ensure_topics([TopicSpec(name="orders")], bootstrap_servers=NOBODY, environ={}, timeout=0.5)
    assert time.monotonic() - began < 10
    words = str(not_ready.value)
    assert words.startswith("cannot make sure that these topics exist: orders\n")
    assert NOBODY in words
    assert "--" not in words
    assert isinstance(not_ready.value.__cause__, ClusterUnavailable)
    assert not_ready.value.report.missing == []
    check_report(not_ready.value.report.to_json(), 1)


def test_all_problems_are_told_at_once(tmp_path: Path) -> None:
    path = tmp_path / "topics.yaml"
    path.write_text("version: 1\ntopics: {orders: {partitions: none}}\n")
    variables = {"KAFKA_BOOTSTRAP_SERVERS": "nowhere:0", RETRIES: "many"}
    with pytest.raises(TopicsNotReady) as not_ready:
        ensure_topics(path, environ=variables)
    assert f"{path}:2:31" in str(not_ready.value)
    assert "KAFKA_BOOTSTRAP_SERVERS" in str(not_ready.value)
    assert RETRIES in str(not_ready.value)


def test_without_a_cluster_the_message_names_the_ways_to_give_one() -> None:
    with pytest.raises(TopicsNotReady, match="no cluster: pass bootstrap_servers, properties or client"):
        ensure_topics([TopicSpec(name="a")], environ={})


@pytest.mark.parametrize(
    ("wrong", "error"),
    [
        (lambda: ensure_topics([], environment="prod"), ValueError),
        (lambda: ensure_topics([], client=object(), bootstrap_servers=NOBODY), ValueError),  # type: ignore[arg-type]
        (lambda: ensure_topics(["a"], bootstrap_servers=NOBODY), TypeError),  # type: ignore[list-item]
        (lambda: ensure_topics([], bootstrap_servers=NOBODY, properties={"error_cb": print}), TypeError),  # type: ignore[dict-item]
        (lambda: ensure_topics([], bootstrap_servers=NOBODY, timeout=-1), ValueError),
        (lambda: ensure_topics([], bootstrap_servers=NOBODY, retries=1000), ValueError),
    ],
)
def test_arguments_that_make_no_sense_are_mistakes_of_the_program(
    wrong: Callable[[], object], error: type[Exception]
) -> None:
    with pytest.raises(error):
        wrong()


VALUES = {
    AUTO_CREATE: ["true", "FALSE", "1", "no", "off", "t", " ", "maybe", "2"],
    TIMEOUT: ["30", "0.5", "2m", "500ms", "0", "-1", "nan", "soon", "2h", ""],
    RETRIES: ["0", "100", "+5", "101", "-1", "3.0", "many"],
    RETRY_DELAY: ["0", "1.5", "2s", "3601", "-1", "inf"],
}


@pytest.mark.parametrize(("variable", "value"), [(name, value) for name, values in VALUES.items() for value in values])
def test_a_variable_is_wrong_exactly_where_the_command_says_so(
    variable: str, value: str, reconciler: RunReconciler
) -> None:
    # It ends before it connects, because nobody can be asked.
    said = reconciler("apply", "--bootstrap-server", NOBODY, env={variable: value}).stderr
    is_wrong = f"(env var: '{variable}')" in said
    assert is_wrong or "cannot ask for confirmation" in said
    if not is_wrong:
        creation_settings({variable: value})
        return
    with pytest.raises(TopicsNotReady) as not_ready:
        ensure_topics([TopicSpec(name="a")], bootstrap_servers=NOBODY, environ={variable: value})
    assert f"{variable}: " in str(not_ready.value)
    assert value in str(not_ready.value)


def test_every_wrong_variable_is_named() -> None:
    wrong = {AUTO_CREATE: "maybe", TIMEOUT: "soon", RETRIES: "many", RETRY_DELAY: "never"}
    with pytest.raises(TopicsNotReady) as not_ready:
        ensure_topics([TopicSpec(name="a")], bootstrap_servers=NOBODY, environ=wrong)
    assert all(f"{name}: " in str(not_ready.value) for name in wrong)


def test_a_variable_that_nearly_has_the_name_of_one_that_counts_is_a_warning() -> None:
    variables = {"KAFKA_TOPIC_AUTO_CREAT": "false", "KAFKA_HEAP_OPTS": "-Xmx1g", "KAFKA_SASL_PASSWROD": "s"}
    with FakeKafka() as kafka:
        report = ensure_topics([TopicSpec(name="a")], bootstrap_servers=kafka.bootstrap_servers, environ=variables)
    assert [(each.message, each.hint) for each in report.warnings] == [
        ("the environment variable KAFKA_SASL_PASSWROD has no effect", "did you mean KAFKA_SASL_PASSWORD?"),
        ("the environment variable KAFKA_TOPIC_AUTO_CREAT has no effect", "did you mean KAFKA_TOPIC_AUTO_CREATE?"),
    ]


def test_arguments_come_before_variables() -> None:
    variables = {AUTO_CREATE: "false", TIMEOUT: "5", RETRIES: "7", RETRY_DELAY: "2"}
    assert creation_settings(variables).retries == 7
    given = creation_settings(variables, auto_create=True, timeout=1.5, retries=0, retry_delay=0)
    assert (given.auto_create, given.timeout, given.retries, given.retry_delay) == (True, 1.5, 0, 0)


def test_differences_are_logged(caplog: pytest.LogCaptureFixture) -> None:
    with FakeKafka(topics={"a": Topic(partitions=2)}) as kafka, caplog.at_level(logging.WARNING):
        ensure_topics([TopicSpec(name="a", partitions=1)], bootstrap_servers=kafka.bootstrap_servers, environ={})
    assert [(record.name, record.levelname) for record in caplog.records] == [("reconciler", "WARNING")]
    assert "a: differs" in caplog.text


def test_the_coroutine_does_the_same() -> None:
    with FakeKafka() as kafka:
        report = asyncio.run(
            ensure_topics_async([TopicSpec(name="a")], bootstrap_servers=kafka.bootstrap_servers, environ={})
        )
    assert report.created == ["a"]
    with pytest.raises(TopicsNotReady):
        asyncio.run(ensure_topics_async([TopicSpec(name="a")], environ={}))


def test_a_cancelled_coroutine_ends_while_it_waits_for_the_cluster() -> None:
    async def cancelled(port: int) -> float:
        waiting = asyncio.Event()
        loop = asyncio.get_running_loop()

        def tell(_line: str) -> None:
            loop.call_soon_threadsafe(waiting.set)

        call = ensure_topics_async(
            [TopicSpec(name="a")],
            bootstrap_servers=f"127.0.0.1:{port}",
            environ={},
            timeout=100,
            control=Control(tell=tell),
        )
        task = asyncio.create_task(call)
        await waiting.wait()
        began = time.monotonic()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        return time.monotonic() - began

    with listener(silence) as port:
        assert asyncio.run(cancelled(port)) < 10


def test_topics_that_only_the_group_still_reads_are_warnings(kafka: Sandbox) -> None:
    servers = kafka.bootstrap_servers
    specs = [TopicSpec(name=f"ensure.group.{name}", partitions=1) for name in ("old", "new")]
    assert ensure_topics(specs, bootstrap_servers=servers, environ={}, group="ensure.group.none").warnings == []
    consumer = Consumer({"bootstrap.servers": servers, "group.id": "ensure.group", "log_level": 0})
    consumer.commit(offsets=[TopicPartition(spec.name, 0, 5) for spec in specs], asynchronous=False)
    consumer.close()
    report = ensure_topics(specs[1:], bootstrap_servers=servers, environ={}, group="ensure.group")
    [warning] = report.warnings
    assert "'ensure.group.old', which the service does not name" in warning.message
    assert warning.topic == "ensure.group.old"
    assert report.is_ready


def test_twenty_replicas_that_start_at_once_create_each_topic_once(kafka3: Sandbox, tmp_path: Path) -> None:
    names = [f"ensure.replicas.{number}" for number in range(4)]
    path = tmp_path / "topics.yaml"
    lines = "".join(f"  {name}: {{partitions: 2, replication_factor: 3}}\n" for name in names)
    path.write_text(f"version: 1\ntopics:\n{lines}")
    command = [sys.executable, "-c", STARTING, str(path), kafka3.bootstrap_servers]
    running = [
        subprocess.Popen(
            command, cwd=PROJECT, env=environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        for _ in range(REPLICAS)
    ]
    ended = [(*process.communicate(timeout=250), process.returncode) for process in running]
    assert [code for *_, code in ended] == [0] * REPLICAS
    # On a busy machine a broker may answer late; that another replica was first is no warning.
    said = [line for _, stderr, _ in ended for line in stderr.splitlines()]
    assert [line for line in said if not line.startswith("retrying ") or "(TOPIC_ALREADY_EXISTS)" in line] == []
    assert sorted(name for stdout, _, _ in ended for name in stdout.split()) == names
