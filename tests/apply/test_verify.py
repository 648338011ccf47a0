"""Reading back, from a cluster whose brokers lag behind."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import pytest

from reconciler.apply import Ledger
from reconciler.apply.verify import verify
from reconciler.errors import ClusterUnavailable
from reconciler.model import (
    Action,
    Attempt,
    DesiredState,
    KafkaFailure,
    LiveState,
    LiveTopic,
    Operation,
    Query,
    TopicStatus,
)
from reconciler.plan import plan
from tests.support.steps import NO_ANSWER, NOON, OnlyBroker, Time, consented, created, ledger_of, spec


@dataclass
class LaggingCluster(OnlyBroker, Time):
    """Shows each topic from its second on."""

    visible_from: dict[str, float] = field(default_factory=dict)
    config: dict[str, str] = field(default_factory=dict)
    reads: list[int] = field(default_factory=list)

    def look_by_name(self, query: Query) -> LiveState:
        return self.look(query)

    def look(self, query: Query) -> LiveState:
        self.reads.append(len(query.names))
        there = {
            name: LiveTopic(name=name, partitions=1, replication_factor=1, overrides=self.config)
            for name in query.names
            if self.visible_from[name] <= self.seconds
        }
        return LiveState(cluster_id="c", brokers=1, topics=there)


def read_back(cluster: LaggingCluster, *, timeout: float) -> dict[str, TopicStatus]:
    ledger = ledger_of(*(created(name) for name in cluster.visible_from))
    for name in cluster.visible_from:
        attempt = Attempt(operation=Operation.CREATE_TOPICS, number=1, started_at=NOON, duration_seconds=0)
        ledger.attempted(name, attempt)
    limit = cluster.limit(timeout)
    verify(reader=cluster, ledger=ledger, limit=limit, clock=cluster.clock, tell=lambda _line: None)
    return {name: outcome.status for name, outcome in ledger.outcomes().items()}


def test_a_topic_that_appears_late_is_applied_and_read_no_more() -> None:
    cluster = LaggingCluster(visible_from={"early": 0, "late": 5})
    assert read_back(cluster, timeout=10) == {"early": TopicStatus.APPLIED, "late": TopicStatus.APPLIED}
    assert cluster.reads[0] == 2
    assert set(cluster.reads[1:]) == {1}


def test_the_clock_restarts_whenever_another_topic_appears() -> None:
    cluster = LaggingCluster(visible_from={"a": 8, "b": 16, "c": 24})
    assert set(read_back(cluster, timeout=10).values()) == {TopicStatus.APPLIED}


def test_a_topic_that_never_appears_is_unknown_when_the_time_is_over() -> None:
    cluster = LaggingCluster(visible_from={"there": 0, "never": 1000})
    assert read_back(cluster, timeout=10) == {"there": TopicStatus.APPLIED, "never": TopicStatus.UNKNOWN}
    assert 10 <= cluster.seconds < 12


def test_a_topic_with_other_settings_is_not_called_done() -> None:
    cluster = LaggingCluster(visible_from={"changed-meanwhile": 0}, config={"retention.ms": "1"})
    assert read_back(cluster, timeout=10) == {"changed-meanwhile": TopicStatus.FAILED}


@pytest.mark.parametrize(
    ("retention", "status"),
    [
        pytest.param("1", TopicStatus.UNKNOWN, id="the old value, which the broker took and may ignore"),
        pytest.param("7", TopicStatus.FAILED, id="the value of somebody else"),
    ],
)
@pytest.mark.parametrize("answer", [None, NO_ANSWER], ids=["accepted", "lost"])
def test_one_setting_that_is_not_as_written_does_not_speak_for_the_others(
    answer: KafkaFailure | None, retention: str, status: TopicStatus
) -> None:
    before = LiveTopic(name="a", partitions=1, replication_factor=1, overrides={"retention.ms": "1"})
    desired = spec("a", 3, retention_ms="5", flush_ms="9")
    made = consented(plan(DesiredState(topics=[desired]), LiveState(cluster_id="c", brokers=1, topics={"a": before})))
    assert [topic.action for topic in made.topics] == [Action.DRIFT]
    ledger = Ledger(made)
    for operation, failure in ((Operation.CREATE_PARTITIONS, answer), (Operation.ALTER_CONFIGS, None)):
        ledger.attempted(
            "a", Attempt(operation=operation, number=1, started_at=NOON, duration_seconds=0, failure=failure)
        )
    after = replace(before, partitions=3, overrides={"retention.ms": retention, "flush.ms": "9"})
    cluster = Showing(topic=after)
    limit = cluster.limit(1)
    verify(reader=cluster, ledger=ledger, limit=limit, clock=cluster.clock, tell=lambda _line: None)
    outcome = ledger.outcomes()["a"]
    assert outcome.status is status
    assert dict(outcome.changes) == {
        "partitions": TopicStatus.APPLIED,
        "config.flush.ms": TopicStatus.APPLIED,
        "config.retention.ms": status,
    }
    assert outcome.failure is not None
    assert "retention.ms is" in outcome.failure.message


@dataclass
class Showing(OnlyBroker, Time):
    """A cluster with one topic."""

    topic: LiveTopic = field(kw_only=True)

    def look_by_name(self, query: Query) -> LiveState:
        return self.look(query)

    def look(self, _query: Query) -> LiveState:
        return LiveState(cluster_id="c", brokers=1, topics={self.topic.name: self.topic})


def test_a_value_that_the_cluster_hides_is_not_called_done_beside_one_that_is_not_as_written() -> None:
    before = LiveTopic(name="a", partitions=1, replication_factor=1)
    desired = spec("a", 3, vendor_key="5", flush_ms="9")
    made = consented(plan(DesiredState(topics=[desired]), LiveState(cluster_id="c", brokers=1, topics={"a": before})))
    ledger = Ledger(made)
    for operation in (Operation.CREATE_PARTITIONS, Operation.ALTER_CONFIGS):
        ledger.attempted("a", Attempt(operation=operation, number=1, started_at=NOON, duration_seconds=0))
    cluster = Showing(topic=replace(before, partitions=3, overrides={"vendor.key": None, "flush.ms": "7"}))
    limit = cluster.limit(1)
    verify(reader=cluster, ledger=ledger, limit=limit, clock=cluster.clock, tell=lambda _line: None)
    changes = ledger.outcomes()["a"].changes
    assert changes["partitions"] is TopicStatus.APPLIED
    assert changes["config.vendor.key"] is not TopicStatus.APPLIED
    assert changes["config.flush.ms"] is TopicStatus.FAILED


@dataclass
class SlowCluster(OnlyBroker, Time):
    """Shows nothing, half a second after it is asked, or does not answer where there is less time."""

    answers: bool = True

    def __post_init__(self) -> None:
        self.time_limit = self.limit(10)

    def look_by_name(self, query: Query) -> LiveState:
        return self.look(query)

    def look(self, _query: Query) -> LiveState:
        seconds = 0.5 if self.answers else 20
        in_time = self.time_limit.remaining() >= seconds
        self.sleep(min(seconds, self.time_limit.remaining()))
        if not in_time:
            raise ClusterUnavailable.because("no-answer", "no answer within 10 s")
        return LiveState(cluster_id="c", brokers=1, topics={})


def waited_for(cluster: SlowCluster) -> TopicStatus:
    ledger = ledger_of(created("a"))
    attempt = Attempt(operation=Operation.CREATE_TOPICS, number=1, started_at=NOON, duration_seconds=0)
    ledger.attempted("a", attempt)
    verify(reader=cluster, ledger=ledger, limit=cluster.time_limit, clock=cluster.clock, tell=lambda _line: None)
    return ledger.outcomes()["a"].status


def test_a_look_in_the_last_moment_that_gets_no_answer_does_not_call_the_cluster_unreachable() -> None:
    cluster = SlowCluster()
    assert waited_for(cluster) is TopicStatus.UNKNOWN
    assert cluster.seconds == pytest.approx(10)


def test_a_cluster_that_never_answers_is_called_unreachable() -> None:
    with pytest.raises(ClusterUnavailable, match="no answer within 10 s"):
        waited_for(SlowCluster(answers=False))
