"""How an apply spends its time: pauses between tries, and a limit that progress restarts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from reconciler.apply import Execution, Ledger, Retries
from reconciler.model import KafkaFailure, LiveState, LiveTopic, Operation, Query, TopicSpec, TopicStatus
from tests.support.steps import MOVED, OnlyBroker, Time, created, ledger_of

TOPICS = [f"t{number:04}" for number in range(1_200)]
"""Three requests."""


@dataclass
class Cluster(OnlyBroker):
    """Takes ``seconds`` for every request, and answers the first ``refusals`` with an error that passes."""

    time: Time
    seconds: float = 0
    refusals: int = 0
    sent_at: list[float] = field(default_factory=list)

    def create(self, topics: Sequence[TopicSpec]) -> Mapping[str, KafkaFailure | None]:
        self.sent_at.append(self.time.seconds)
        self.time.sleep(self.seconds)
        is_refused = len(self.sent_at) <= self.refusals
        return {topic.name: MOVED if is_refused else None for topic in topics}

    def look_by_name(self, query: Query) -> LiveState:
        return self.look(query)

    def look(self, _query: Query) -> LiveState:
        return LiveState(cluster_id="c", brokers=1, topics={})


def of(ledger: Ledger, cluster: Cluster, limit: float) -> Execution:
    return Execution(
        ledger=ledger,
        writer=cluster,  # type: ignore[arg-type]  # only creates come to it
        reader=cluster,
        limit=cluster.time.limit(limit),
        retries=Retries(most=3, delay=1, draw=lambda _low, high: high),
        clock=cluster.time.clock,
    )


def write(ledger: Ledger, cluster: Cluster, limit: float) -> None:
    of(ledger, cluster, limit).write()


def test_writes_that_progress_have_the_time_they_need() -> None:
    cluster = Cluster(Time(), seconds=20)
    ledger = ledger_of(*map(created, TOPICS))
    write(ledger, cluster, limit=30)
    assert cluster.sent_at == [0, 20, 40]
    assert all(outcome.attempts for outcome in ledger.outcomes().values())


def test_writes_have_their_whole_time_however_long_the_question_was_open() -> None:
    cluster = Cluster(Time())
    execution = of(ledger_of(created("a")), cluster, limit=30)
    cluster.time.sleep(100)
    execution.write()
    assert cluster.sent_at == [100]


@dataclass
class TwoBrokers(Cluster):
    """Never shows ``b``; the second broker shows ``a`` from second 15 on."""

    brokers = 2

    def look_by_name(self, query: Query) -> LiveState:
        return self.look(query)

    def look(self, query: Query) -> LiveState:
        a = LiveTopic(name="a", partitions=1, replication_factor=1)
        return LiveState(cluster_id="c", brokers=2, topics={name: a for name in query.names if name == "a"})

    def look_at_each(self, query: Query, _operation: Operation) -> Mapping[int, Mapping[str, LiveTopic]]:
        shown = self.look(query).topics
        return {1: shown, 2: shown if self.time.seconds >= 15 else {}}


def test_brokers_that_lag_behind_have_their_whole_time_however_long_other_topics_took() -> None:
    cluster = TwoBrokers(Time())
    ledger = ledger_of(created("a"), created("b"))
    execution = of(ledger, cluster, limit=10)
    execution.write()
    execution.verify()
    assert 15 <= cluster.time.seconds < 17
    statuses = {name: outcome.status for name, outcome in ledger.outcomes().items()}
    assert statuses == {"a": TopicStatus.APPLIED, "b": TopicStatus.UNKNOWN}


def test_the_pause_before_each_try_doubles() -> None:
    cluster = Cluster(Time(), refusals=3)
    write(ledger_of(created("a")), cluster, limit=30)
    assert cluster.sent_at == [0, 1, 3, 7]
