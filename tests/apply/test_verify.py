"""Reading back, from a cluster whose brokers lag behind."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from reconciler.apply import Ledger
from reconciler.apply.verify import verify
from reconciler.clock import Clock
from reconciler.errors import Location
from reconciler.model import (
    Action,
    Attempt,
    LiveState,
    LiveTopic,
    Operation,
    Plan,
    Status,
    TopicPlan,
    TopicSpec,
)

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)


@dataclass
class LaggingCluster:
    """Shows each topic from its second on; time passes only by sleeping."""

    visible_from: dict[str, float]
    config: dict[str, str] = field(default_factory=dict)
    now: float = 0.0
    reads: list[int] = field(default_factory=list)

    def look(self, topics: Collection[TopicSpec]) -> LiveState:
        self.reads.append(len(topics))
        there = {
            spec.name: LiveTopic(name=spec.name, partitions=1, replication_factor=1, overrides=self.config)
            for spec in topics
            if self.visible_from[spec.name] <= self.now
        }
        return LiveState(cluster_id="c", brokers=1, topics=there)

    def sleep(self, seconds: float) -> None:
        self.now += seconds

    @property
    def clock(self) -> Clock:
        return Clock(now=lambda: NOON + timedelta(seconds=self.now), monotonic=lambda: self.now, sleep=self.sleep)


def created(name: str) -> TopicPlan:
    return TopicPlan(action=Action.CREATE, desired=TopicSpec(name=name, origin=Location("f", 1, 1)))


def read_back(cluster: LaggingCluster, *, timeout: float) -> dict[str, Status]:
    topics = [created(name) for name in cluster.visible_from]
    ledger = Ledger()
    for topic in topics:
        attempt = Attempt(operation=Operation.CREATE_TOPICS, number=1, started_at=NOON, duration_seconds=0)
        ledger.attempted(topic.name, attempt)
    plan = Plan(topics=topics, fingerprint="")
    verify(plan, reader=cluster, ledger=ledger, timeout=timeout, clock=cluster.clock)
    outcomes = ledger.outcomes(plan)
    return {name: outcome.status for name, outcome in outcomes.items()}


def test_a_topic_that_appears_late_is_applied_and_read_no_more() -> None:
    cluster = LaggingCluster({"early": 0, "late": 5})
    assert read_back(cluster, timeout=10) == {"early": Status.APPLIED, "late": Status.APPLIED}
    assert cluster.reads[0] == 2
    assert set(cluster.reads[1:]) == {1}


def test_the_clock_restarts_whenever_another_topic_appears() -> None:
    cluster = LaggingCluster({"a": 8, "b": 16, "c": 24})
    assert set(read_back(cluster, timeout=10).values()) == {Status.APPLIED}


def test_a_topic_that_never_appears_is_unknown_when_the_time_is_over() -> None:
    cluster = LaggingCluster({"there": 0, "never": 1000})
    assert read_back(cluster, timeout=10) == {"there": Status.APPLIED, "never": Status.UNKNOWN}
    assert 10 <= cluster.now < 12


def test_a_topic_with_other_settings_is_not_called_done() -> None:
    cluster = LaggingCluster({"changed-meanwhile": 0}, config={"retention.ms": "1"})
    assert read_back(cluster, timeout=10) == {"changed-meanwhile": Status.FAILED}
