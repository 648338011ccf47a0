"""What ``HealthMonitor`` says: plain data, at any time, from any thread, also while the cluster is away."""

from __future__ import annotations

import json
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import pytest

from reconciler import TopicsNotReady, TopicSpec, ensure_topics
from reconciler.clock import Clock
from reconciler.errors import WrongUsage
from reconciler.service import HealthMonitor
from tests.support.listener import listener, silence
from tests.wire.fake_cluster import Topic
from tests.wire.fake_kafka import FakeKafka
from tests.wire.faults import Fault

NOBODY = "127.0.0.1:1"
SPECS = [TopicSpec(name="orders", partitions=2), TopicSpec(name="payments", partitions=2)]
ORDERS = {"orders": Topic(partitions=2)}
BOTH = {**ORDERS, "payments": Topic(partitions=2)}


@dataclass
class Hands:
    """A clock that a test moves."""

    seconds: float = 0.0

    def clock(self) -> Clock:
        return Clock(monotonic=lambda: self.seconds)


def test_topics_as_asked_for_are_healthy() -> None:
    with FakeKafka(topics=BOTH) as kafka:
        monitor = HealthMonitor(SPECS, bootstrap_servers=kafka.bootstrap_servers, environ={}, retries=5, timeout=20)
        service, topics = monitor.service_health(), monitor.topic_health()
    verified = service["last_verification"]
    assert verified is not None
    assert datetime.fromisoformat(verified).tzinfo is not None
    assert service == {
        "status": "healthy",
        "errors": [],
        "topics_created": 0,
        "topic_creation_errors": 0,
        "auto_create": True,
        "retries": 5,
        "timeout": 20.0,
        "last_verification": verified,
    }
    assert topics == {
        "required": ["orders", "payments"],
        "existing": ["orders", "payments"],
        "missing": [],
        "mismatched": [],
        "unreadable": [],
        "last_verification": verified,
    }
    assert json.loads(json.dumps([service, topics])) == [service, topics]


def test_a_topic_that_differs_is_degraded_and_a_missing_one_an_error() -> None:
    with FakeKafka(topics={**BOTH, "payments": Topic(partitions=3)}) as kafka:
        degraded = HealthMonitor(SPECS, bootstrap_servers=kafka.bootstrap_servers, environ={}, max_age=0)
        assert degraded.service_health()["status"] == "degraded"
        assert degraded.topic_health()["mismatched"] == ["payments"]
        kafka.topics = dict(ORDERS)
        service = degraded.service_health()
        assert (service["status"], service["errors"]) == ("error", ["topic payments does not exist"])
        assert degraded.topic_health()["missing"] == ["payments"]
        assert kafka.received("create_topics") == []


def test_settings_that_may_not_be_read_are_degraded() -> None:
    fault = Fault(api="describe_configs", topics=["orders"], error=29, times=None)
    with FakeKafka(fault, topics=BOTH) as kafka:
        monitor = HealthMonitor(SPECS, bootstrap_servers=kafka.bootstrap_servers, environ={})
        assert monitor.service_health()["status"] == "degraded"
        assert monitor.topic_health()["existing"] == ["orders", "payments"]


def test_what_ensure_topics_returned_is_known_without_a_request() -> None:
    with FakeKafka(topics=ORDERS) as kafka:
        report = ensure_topics(
            SPECS, bootstrap_servers=kafka.bootstrap_servers, environ={"KAFKA_TOPIC_CREATION_RETRIES": "7"}
        )
        before = len(kafka.requests)
        monitor = HealthMonitor(report)
        service = monitor.service_health()
        assert len(kafka.requests) == before
    assert (service["status"], service["topics_created"], service["retries"]) == ("healthy", 1, 7)
    assert monitor.topic_health()["existing"] == ["orders", "payments"]


def test_a_service_that_goes_on_without_its_topics_sees_them_come() -> None:
    hands = Hands()
    with FakeKafka(topics=ORDERS) as kafka:
        with pytest.raises(TopicsNotReady) as not_ready:
            ensure_topics(SPECS, bootstrap_servers=kafka.bootstrap_servers, environ={}, auto_create=False)
        monitor = HealthMonitor(not_ready.value.report, clock=hands.clock())
        service = monitor.service_health()
        assert (service["status"], service["auto_create"]) == ("error", False)
        kafka.topics = dict(BOTH)
        hands.seconds += 11
        assert monitor.service_health()["status"] == "healthy"


def test_frequent_probes_from_many_threads_read_the_cluster_once_per_max_age() -> None:
    hands = Hands()
    with FakeKafka(topics=BOTH) as kafka:
        monitor = HealthMonitor(SPECS, bootstrap_servers=kafka.bootstrap_servers, environ={}, clock=hands.clock())
        for looks in (1, 2):
            with ThreadPoolExecutor(20) as threads:
                states = {each["status"] for each in threads.map(lambda _: monitor.service_health(), range(40))}
            assert states == {"healthy"}
            assert len([each for each in kafka.received("describe_configs") if each.topics]) == looks
            hands.seconds += 11


def test_a_cluster_that_goes_away_is_an_error_until_it_is_back() -> None:
    hands = Hands()
    with FakeKafka(topics=BOTH) as kafka:
        monitor = HealthMonitor(
            SPECS, bootstrap_servers=kafka.bootstrap_servers, environ={}, clock=hands.clock(), timeout=1
        )
        verified = monitor.service_health()["last_verification"]
        kafka.hang(1)
        hands.seconds += 11
        service = monitor.service_health()
        assert service["status"] == "error"
        assert service["errors"]
        assert service["last_verification"] == verified
        assert monitor.topic_health()["existing"] == ["orders", "payments"]


@pytest.mark.parametrize("patience", [0.5, 100.0])
def test_no_answer_takes_longer_than_its_time_limit(patience: float) -> None:
    with listener(silence) as port:
        monitor = HealthMonitor(
            SPECS, bootstrap_servers=f"127.0.0.1:{port}", environ={}, timeout=0.6, patience=patience
        )
        began = time.monotonic()
        service = monitor.service_health()
        took = time.monotonic() - began
    assert (service["status"], service["last_verification"]) == ("error", None)
    assert service["errors"]
    assert took < 2


def test_before_the_cluster_answers_nothing_is_known_of_the_topics() -> None:
    monitor = HealthMonitor(SPECS, bootstrap_servers=NOBODY, environ={}, timeout=0.3)
    topics = monitor.topic_health()
    assert (topics["required"], topics["existing"], topics["missing"]) == (["orders", "payments"], [], [])
    assert topics["unreadable"] == ["orders", "payments"]
    assert topics["last_verification"] is None


def test_a_manifest_that_is_not_valid_is_an_error_in_words(tmp_path: Path) -> None:
    path = tmp_path / "topics.yaml"
    path.write_text("version: 1\ntopics: {orders: {partitions: 0}}\n")
    service = HealthMonitor(path, bootstrap_servers=NOBODY, environ={}, timeout=0.3).service_health()
    assert service["status"] == "error"
    assert any("partitions" in error for error in service["errors"])


def test_a_wrong_variable_is_said_when_the_monitor_is_made() -> None:
    with pytest.raises(WrongUsage, match="KAFKA_TOPIC_CREATION_TIMEOUT"):
        HealthMonitor(SPECS, bootstrap_servers=NOBODY, environ={"KAFKA_TOPIC_CREATION_TIMEOUT": "soon"})
