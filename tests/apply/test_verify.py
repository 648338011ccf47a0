"""Reading back, from a cluster whose brokers lag behind."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field

from reconciler.apply.verify import verify
from reconciler.model import Attempt, LiveState, LiveTopic, Operation, Status, TopicSpec
from tests.apply.facts import NOON, Time, created, ledger_of


@dataclass
class LaggingCluster(Time):
    """Shows each topic from its second on."""

    visible_from: dict[str, float] = field(default_factory=dict)
    config: dict[str, str] = field(default_factory=dict)
    reads: list[int] = field(default_factory=list)

    def look(self, topics: Collection[TopicSpec]) -> LiveState:
        self.reads.append(len(topics))
        there = {
            spec.name: LiveTopic(name=spec.name, partitions=1, replication_factor=1, overrides=self.config)
            for spec in topics
            if self.visible_from[spec.name] <= self.seconds
        }
        return LiveState(cluster_id="c", brokers=1, topics=there)


def read_back(cluster: LaggingCluster, *, timeout: float) -> dict[str, Status]:
    ledger = ledger_of(*(created(name) for name in cluster.visible_from))
    for name in cluster.visible_from:
        attempt = Attempt(operation=Operation.CREATE_TOPICS, number=1, started_at=NOON, duration_seconds=0)
        ledger.attempted(name, attempt)
    limit = cluster.limit(timeout)
    verify(reader=cluster, ledger=ledger, limit=limit, clock=cluster.clock, tell=lambda _line: None)
    return {name: outcome.status for name, outcome in ledger.outcomes().items()}


def test_a_topic_that_appears_late_is_applied_and_read_no_more() -> None:
    cluster = LaggingCluster(visible_from={"early": 0, "late": 5})
    assert read_back(cluster, timeout=10) == {"early": Status.APPLIED, "late": Status.APPLIED}
    assert cluster.reads[0] == 2
    assert set(cluster.reads[1:]) == {1}


def test_the_clock_restarts_whenever_another_topic_appears() -> None:
    cluster = LaggingCluster(visible_from={"a": 8, "b": 16, "c": 24})
    assert set(read_back(cluster, timeout=10).values()) == {Status.APPLIED}


def test_a_topic_that_never_appears_is_unknown_when_the_time_is_over() -> None:
    cluster = LaggingCluster(visible_from={"there": 0, "never": 1000})
    assert read_back(cluster, timeout=10) == {"there": Status.APPLIED, "never": Status.UNKNOWN}
    assert 10 <= cluster.seconds < 12


def test_a_topic_with_other_settings_is_not_called_done() -> None:
    cluster = LaggingCluster(visible_from={"changed-meanwhile": 0}, config={"retention.ms": "1"})
    assert read_back(cluster, timeout=10) == {"changed-meanwhile": Status.FAILED}
