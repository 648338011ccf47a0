"""Taking moves back on a cluster that answers as a script says."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

import pytest

from reconciler.apply.cancel import Cancellation
from reconciler.clock import Clock, TimeLimit
from reconciler.cluster.failures import failure_of_code
from reconciler.errors import Interrupted
from reconciler.model import (
    DesiredState,
    KafkaFailure,
    LivePartition,
    LiveState,
    LiveTopic,
    Move,
    Outcome,
    Query,
    TopicSpec,
)
from reconciler.plan.cancellation import cancellation

COMPLETE = failure_of_code(85, "partition 0: No partition reassignment is in progress.")
DENIED = failure_of_code(31, "denied", permission="ALTER on the cluster")
LOST = KafkaFailure(
    code=0, name="NO_RESPONSE", error_class=DENIED.error_class, message="lost", remedy="again", outcome_known=False
)


@dataclass
class Cluster:
    """Has topics whose only partition goes from broker 1 to 1 and 2; shows them taken back after ``looks``."""

    failures: Mapping[str, Sequence[KafkaFailure]] = field(default_factory=dict)
    looks: int = 1
    asked: list[Mapping[str, Collection[int]]] = field(default_factory=list)

    def take_back(self, partitions: Mapping[str, Collection[int]]) -> Mapping[str, Mapping[int, KafkaFailure | None]]:
        self.asked.append(partitions)
        return {name: dict(enumerate(self.failures.get(name, [None]))) for name in partitions}

    def look(self, query: Query) -> LiveState:
        self.looks -= 1
        replicas = (1,) if self.looks <= 0 else (1, 2)
        return LiveState(cluster_id="x", brokers=2, topics={name: live(name, replicas) for name in query.names})

    def look_by_name(self, query: Query) -> LiveState:
        return self.look(query)


def live(name: str, replicas: tuple[int, ...]) -> LiveTopic:
    partition = LivePartition(0, 1, replicas, (1,))
    return LiveTopic(name=name, partitions=1, replication_factor=len(replicas), replicas=[partition], topic_id="id")


def cancelled(cluster: Cluster, *names: str, interrupted_at: int | None = None) -> Mapping[str, Outcome]:
    """What came of the topics, after a run of ten simulated seconds without progress at most."""
    state = LiveState(cluster_id="x", brokers=2, topics={name: live(name, (1, 2)) for name in names})
    desired = DesiredState(topics=tuple(TopicSpec(name=name, replication_factor=2) for name in names))
    seconds = [0.0]
    clock = Clock(monotonic=lambda: seconds[0], sleep=lambda more: seconds.__setitem__(0, seconds[0] + more))
    checks = [0]

    def check() -> None:
        checks[0] += 1
        if checks[0] == interrupted_at:
            raise Interrupted(2)

    run = Cancellation(
        plan=cancellation(desired, state, {name: {0: Move(0, (1,), (1, 2))} for name in names}),
        cluster=cluster,
        reader=cluster,
        limit=TimeLimit(10, clock=clock),
        clock=clock,
        check=check,
    )
    try:
        run.write()
        run.verify()
    except Interrupted:
        assert interrupted_at is not None
    return run.outcomes


def test_all_moves_are_taken_back_in_one_request_and_seen() -> None:
    cluster = Cluster(looks=3)
    found = cancelled(cluster, "a", "b")
    assert cluster.asked == [{"a": [0], "b": [0]}]
    for outcome in found.values():
        assert (outcome.status, outcome.verification, outcome.topic_id) == ("applied", "verified", "id")
        assert outcome.changes == {"replication_factor": "applied"}


def test_a_move_that_was_complete_before_is_stale_and_the_others_are_taken_back() -> None:
    found = cancelled(Cluster({"a": [COMPLETE]}), "a", "b")
    assert (found["a"].status, found["b"].status) == ("stale", "applied")
    assert found["a"].refusal is not None
    assert found["a"].refusal.reason == "the replicas were in place before the reassignment could be taken back"


def test_a_topic_of_which_one_partition_is_refused_is_failed_with_that_reason() -> None:
    outcome = cancelled(Cluster({"a": [COMPLETE, DENIED]}), "a")["a"]
    assert (outcome.status, outcome.failure) == ("failed", DENIED)
    assert DENIED.remedy == "grant this principal ALTER on the cluster"


def test_a_lost_answer_is_settled_by_looking() -> None:
    assert cancelled(Cluster({"a": [LOST]}), "a")["a"].status == "applied"
    outcome = cancelled(Cluster({"a": [LOST]}, looks=1000), "a")["a"]
    assert (outcome.status, outcome.verification, outcome.failure) == ("unknown", "not_visible", LOST)


def test_replicas_that_brokers_go_on_to_show_are_unknown() -> None:
    outcome = cancelled(Cluster(looks=1000), "a")["a"]
    assert (outcome.status, outcome.verification) == ("unknown", "not_visible")
    assert outcome.failure is not None
    assert outcome.failure.name == "REASSIGNMENT_IN_PROGRESS"


@pytest.mark.parametrize(("moment", "status", "sent"), [(1, "not_attempted", 0), (2, "unknown", 1)])
def test_an_interrupted_run_tells_what_was_sent(moment: int, status: str, sent: int) -> None:
    cluster = Cluster(looks=1000)
    assert cancelled(cluster, "a", interrupted_at=moment)["a"].status == status
    assert len(cluster.asked) == sent
