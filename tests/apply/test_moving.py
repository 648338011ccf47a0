"""Moves of replicas on a cluster that answers, copies and shows things as a script says."""

from __future__ import annotations

import logging
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

import pytest

from reconciler.apply.moving.portion import LARGE
from reconciler.clock import TimeLimit
from reconciler.errors import ClusterUnavailable, DeadlinePassed
from reconciler.model import (
    Delete,
    FieldChange,
    KafkaFailure,
    LiveMoves,
    LivePartition,
    Move,
    MoveState,
    Outcome,
    Safe,
    TopicPlan,
    TopicStatus,
    Verification,
)
from tests.support.moving import (
    SIZE,
    MovingCluster,
    config,
    execution,
    in_flight,
    more_partitions,
    moved,
    partitions_asked,
)
from tests.support.steps import MOVED, NO_ANSWER, REFUSED, Time, ledger_of, spec

ON_ONE, ON_THREE = (1,), (1, 2, 3)
SILENT = ClusterUnavailable.because("no-answer", "no answer", hint="check the network")
MIN_IN_SYNC = config("min.insync.replicas", "1", "2")
RETENTION = config("retention.ms", None, "60000")


def cluster_of(*names: str, partitions: int = 1) -> MovingCluster:
    return MovingCluster(Time(), {name: dict.fromkeys(range(partitions), ON_ONE) for name in names})


def to_three(cluster: MovingCluster, name: str, *more: FieldChange) -> TopicPlan:
    return moved(cluster, name, dict.fromkeys(cluster.topics[name], ON_THREE), *more)


def carried_out(cluster: MovingCluster, *topics: TopicPlan, limit: float = 10) -> Mapping[str, Outcome]:
    ledger = ledger_of(*topics)
    run = execution(ledger, cluster, limit)
    run.write()
    run.verify()
    return ledger.outcomes()


def failure_of(outcome: Outcome) -> str:
    return outcome.failure.name if outcome.failure is not None else ""


def test_a_topic_whose_replicas_are_all_there_is_applied() -> None:
    cluster = cluster_of("a", partitions=3)
    outcome = carried_out(cluster, to_three(cluster, "a"))["a"]
    assert (outcome.status, outcome.verification) == (TopicStatus.APPLIED, Verification.VERIFIED)
    assert cluster.topics["a"] == dict.fromkeys(range(3), ON_THREE)


@dataclass
class Filling(MovingCluster):
    """A new replica gets ``copied`` bytes per second, while producers add ``produced`` to the one that there was."""

    copied: int = 0
    produced: int = 0

    def sizes(self, move: Move) -> Mapping[int, int]:
        seconds = int(self.time.seconds)
        there = 10 * SIZE + self.produced * seconds
        return dict.fromkeys(move.before, there) | dict.fromkeys(move.added, min(self.copied * seconds, there))


def test_a_move_that_is_stuck_is_not_waited_for_because_producers_go_on_writing() -> None:
    cluster = Filling(Time(), {"a": {0: ON_ONE}}, seconds=60, produced=100)
    outcome = carried_out(cluster, to_three(cluster, "a"), limit=5)["a"]
    assert cluster.time.seconds < 8
    assert (outcome.status, failure_of(outcome)) == (TopicStatus.UNKNOWN, "REASSIGNMENT_IN_PROGRESS")


def test_a_move_that_catches_up_with_its_producers_is_waited_for() -> None:
    cluster = Filling(Time(), {"a": {0: ON_ONE}}, seconds=60, produced=100, copied=200)
    assert carried_out(cluster, to_three(cluster, "a"), limit=5)["a"].status is TopicStatus.APPLIED


def test_min_insync_replicas_is_raised_once_the_replicas_are_there() -> None:
    cluster = cluster_of("a")
    outcome = carried_out(cluster, to_three(cluster, "a", MIN_IN_SYNC, RETENTION))["a"]
    assert cluster.sent == ["retention.ms of a", "move a", "min.insync.replicas of a"]
    assert outcome.status is TopicStatus.APPLIED


def test_min_insync_replicas_is_raised_once_replicas_are_there_that_an_earlier_run_began_to_move() -> None:
    cluster = cluster_of("a")
    topic = in_flight(cluster, "a", {0: ON_THREE}, MIN_IN_SYNC)
    begun: list[int] = []

    def shown(_number: int, live: LiveMoves) -> LiveMoves:
        begun.append(len(cluster.sent))
        return live

    cluster.shown = shown
    outcome = carried_out(cluster, topic)["a"]
    assert (len(begun) > 1, set(begun), outcome.status) == (True, {0}, TopicStatus.APPLIED)
    assert cluster.sent == ["min.insync.replicas of a"]


def test_min_insync_replicas_is_lowered_at_once() -> None:
    cluster = cluster_of("a")
    carried_out(cluster, to_three(cluster, "a", config("min.insync.replicas", "2", "1")))
    assert cluster.sent == ["min.insync.replicas of a", "move a"]


def test_min_insync_replicas_is_not_raised_where_nothing_moved() -> None:
    """The topic could not be read in the last look, or there is nobody who moves."""
    cluster = cluster_of("a")
    ledger = ledger_of(to_three(cluster, "a", MIN_IN_SYNC))
    run = execution(ledger, cluster)
    run.mover = None
    run.write()
    assert cluster.sent == []
    assert {*ledger.outcomes()["a"].changes.values()} == {TopicStatus.NOT_ATTEMPTED}


def test_a_move_that_is_stuck_does_not_keep_other_topics_from_being_done() -> None:
    cluster = cluster_of("a", "old")
    cluster.seconds = None
    absent = replace(spec("old"), is_absent=True)
    gone = FieldChange(field="state", before="present", after="absent", decision=Safe())
    delete = Delete(desired=absent, live=cluster.live("old"), changes=[gone])
    outcomes = carried_out(cluster, to_three(cluster, "a", MIN_IN_SYNC), delete, limit=3)
    assert cluster.sent == ["move a", "delete old"]
    assert {name: each.status for name, each in outcomes.items()} == {
        "a": TopicStatus.UNKNOWN,
        "old": TopicStatus.APPLIED,
    }


def test_a_topic_fails_whose_new_broker_went_down_after_the_plan() -> None:
    cluster = cluster_of("a")
    topic = to_three(cluster, "a")
    cluster.up = {1, 2}
    outcome = carried_out(cluster, topic)["a"]
    assert (outcome.status, failure_of(outcome), cluster.asked) == (TopicStatus.FAILED, "BROKER_NOT_AVAILABLE", [])
    assert dict(outcome.changes) == {"replication_factor": TopicStatus.FAILED}


def test_a_broker_that_one_look_does_not_show_gets_its_replicas() -> None:
    cluster = cluster_of("a")
    cluster.shown = lambda number, live: replace(live, racks={1: None, 2: None}) if number == 1 else live
    assert carried_out(cluster, to_three(cluster, "a"))["a"].status is TopicStatus.APPLIED


def test_a_topic_that_still_moves_at_the_end_is_not_done_though_its_config_is() -> None:
    cluster = cluster_of("a")
    cluster.seconds = None
    outcome = carried_out(cluster, in_flight(cluster, "a", {0: ON_THREE}, RETENTION), limit=3)["a"]
    assert dict(outcome.changes) == {RETENTION.field: TopicStatus.APPLIED}
    assert (outcome.status, outcome.verification) == (TopicStatus.UNKNOWN, Verification.NOT_VISIBLE)
    assert failure_of(outcome) == "REASSIGNMENT_IN_PROGRESS"


@pytest.mark.parametrize("change", [RETENTION, None])
def test_a_topic_whose_move_is_taken_back_by_others_failed(change: FieldChange | None) -> None:
    cluster = cluster_of("a")
    cluster.seconds = None
    topic = in_flight(cluster, "a", {0: ON_THREE}, *([change] if change else []))

    def shown(number: int, live: LiveMoves) -> LiveMoves:
        if number == 2:
            cluster.in_flight.clear()
            cluster.topics["a"][0] = ON_ONE
        return live

    cluster.shown = shown
    outcome = carried_out(cluster, topic, limit=3)["a"]
    assert (outcome.status, failure_of(outcome)) == (TopicStatus.FAILED, "REPLICAS_CHANGED")


def test_a_config_that_is_not_visible_at_once_is_waited_for_though_replicas_still_move() -> None:
    cluster = cluster_of("a")
    cluster.seconds = None

    def set_later(name: str, values: Mapping[str, str | None]) -> None:
        cluster.config[name] = {**values}

    topic = in_flight(cluster, "a", {0: ON_THREE}, RETENTION)
    ledger = ledger_of(topic)
    run = execution(ledger, cluster, 3)
    run.write()
    cluster.config.clear()
    run.tell = lambda _line: set_later("a", {"retention.ms": "60000"})
    run.verify()
    assert dict(ledger.outcomes()["a"].changes) == {RETENTION.field: TopicStatus.APPLIED}


def test_a_move_that_began_although_no_answer_came_is_done() -> None:
    cluster = cluster_of("a")
    cluster.answers, cluster.is_lost_at = [NO_ANSWER], 1
    outcome = carried_out(cluster, to_three(cluster, "a"))["a"]
    assert (outcome.status, len(cluster.asked)) == (TopicStatus.APPLIED, 1)


def test_the_last_try_that_got_no_answer_is_looked_at_before_its_move_fails() -> None:
    cluster = cluster_of("a")
    cluster.answers, cluster.is_lost_at = [MOVED, MOVED, MOVED, NO_ANSWER], 4
    outcome = carried_out(cluster, to_three(cluster, "a"), limit=30)["a"]
    assert (outcome.status, len(cluster.asked)) == (TopicStatus.APPLIED, 4)


@pytest.mark.parametrize("answer", [MOVED, NO_ANSWER])
def test_a_move_that_no_try_began_fails_with_the_last_answer(answer: KafkaFailure) -> None:
    cluster = cluster_of("a")
    cluster.answers = [answer] * 9
    outcome = carried_out(cluster, to_three(cluster, "a"), limit=30)["a"]
    assert len(cluster.asked) == 4
    assert {each.state for each in outcome.moves} == {MoveState.FAILED}
    assert (failure_of(outcome), outcome.status is TopicStatus.APPLIED) == (answer.name, False)


def test_a_refusal_is_not_tried_again() -> None:
    cluster = cluster_of("a")
    cluster.answers = [REFUSED]
    outcome = carried_out(cluster, to_three(cluster, "a"))["a"]
    assert (outcome.status, failure_of(outcome), len(cluster.asked)) == (TopicStatus.FAILED, REFUSED.name, 1)


@dataclass
class Large(MovingCluster):
    """Has replicas of which brokers receive few at once."""

    def sizes(self, move: Move) -> Mapping[int, int]:
        return dict.fromkeys(move.before, LARGE)


def test_failures_with_accepted_requests_in_between_do_not_use_up_the_tries() -> None:
    cluster = Large(Time(), {"a": dict.fromkeys(range(150), ON_ONE)}, answers=[MOVED, None] * 20)
    outcome = carried_out(cluster, to_three(cluster, "a"))["a"]
    assert sum(each.failure is not None for each in outcome.attempts) > 4
    assert outcome.status is TopicStatus.APPLIED


@dataclass
class InOrder(Large):
    """Ends one move every half a second."""

    def begin(self, name: str, move: Move) -> None:
        busy = max((end for _, end in self.in_flight.values() if end is not None), default=self.time.seconds)
        super().begin(name, move)
        self.in_flight[name, move.partition] = move, busy + 0.5


def test_brokers_get_further_replicas_in_portions() -> None:
    cluster = InOrder(Time(), {"a": dict.fromkeys(range(200), ON_ONE)})
    outcome = carried_out(cluster, to_three(cluster, "a"))["a"]
    assert list(partitions_asked(cluster)) == list(range(200))
    assert len(outcome.attempts) == 1 + (200 - 20) / 10  # never one by one, nor only once all are done
    assert outcome.status is TopicStatus.APPLIED


def lagging(cluster: MovingCluster, looks: int, replicas: tuple[int, ...] | None) -> None:
    """Let the first looks show other ``replicas``, or none."""
    partition = () if replicas is None else (LivePartition(0, 1, replicas, replicas),)

    def shown(number: int, live: LiveMoves) -> LiveMoves:
        return replace(live, partitions={"a": partition} if partition else {}) if number <= looks else live

    cluster.shown = shown


@pytest.mark.parametrize("replicas", [None, (3,)])
def test_a_broker_that_lags_behind_the_plan_is_no_change_by_others(replicas: tuple[int, ...] | None) -> None:
    cluster = cluster_of("a")
    lagging(cluster, 2, replicas)
    assert carried_out(cluster, to_three(cluster, "a"))["a"].status is TopicStatus.APPLIED


@pytest.mark.parametrize("replicas", [None, (3,)])
def test_replicas_that_somebody_else_changed_before_are_left_alone(replicas: tuple[int, ...] | None) -> None:
    cluster = cluster_of("a")
    lagging(cluster, 99, replicas)
    outcome = carried_out(cluster, to_three(cluster, "a"))["a"]
    assert (outcome.status, cluster.asked) == (TopicStatus.STALE, [])
    assert cluster.time.seconds < 3


def test_partitions_that_this_run_adds_get_their_replicas_as_soon_as_they_are_shown() -> None:
    cluster = cluster_of("a", partitions=2)
    topic = to_three(cluster, "a", more_partitions(2, 4))

    def shown(number: int, live: LiveMoves) -> LiveMoves:
        return live if number > 5 else replace(live, partitions={"a": live.partitions["a"][:2]})

    cluster.shown = shown
    outcome = carried_out(cluster, topic)["a"]
    assert outcome.status is TopicStatus.APPLIED
    assert {len(replicas) for replicas in cluster.topics["a"].values()} == {3}
    assert (len(cluster.topics["a"]), cluster.racks_read) == (4, 1)


def test_racks_are_read_only_where_new_partitions_have_to_be_placed() -> None:
    cluster = cluster_of("a")
    carried_out(cluster, to_three(cluster, "a"))
    assert cluster.racks_read == 0


def test_racks_are_read_once_for_all_topics() -> None:
    cluster = cluster_of("a", "b")
    carried_out(cluster, *(to_three(cluster, name, more_partitions(1, 2)) for name in ("a", "b")))
    assert ({len(of) for of in cluster.topics.values()}, cluster.racks_read) == ({2}, 1)


@pytest.mark.parametrize("lost", [1, 3])
def test_a_look_that_is_not_answered_is_taken_again(lost: int) -> None:
    cluster = cluster_of("a")
    cluster.failures = [SILENT] * lost
    assert carried_out(cluster, to_three(cluster, "a"))["a"].status is TopicStatus.APPLIED


def test_the_run_ends_where_no_look_is_answered_any_more() -> None:
    cluster = cluster_of("a")
    cluster.failures = [SILENT] * 999
    with pytest.raises(ClusterUnavailable):
        carried_out(cluster, to_three(cluster, "a"), limit=5)
    assert 5 <= cluster.time.seconds < 6


def test_a_cluster_is_looked_at_less_often_the_longer_nothing_advances() -> None:
    cluster = cluster_of("a")
    cluster.seconds = None
    carried_out(cluster, to_three(cluster, "a"), limit=40)
    pauses = [after - before for before, after in zip(cluster.looked_at, cluster.looked_at[1:], strict=False)]
    assert (min(pauses), max(pauses)) == pytest.approx((0.2, 2.0))
    assert len(pauses) < 50


def test_a_deadline_leaves_a_topic_unknown_and_says_that_it_still_moves() -> None:
    cluster = cluster_of("a")
    cluster.seconds = None
    ledger = ledger_of(to_three(cluster, "a"))
    run = execution(ledger, cluster)
    run.limit = TimeLimit(10, deadline=2, clock=cluster.time.clock)
    with pytest.raises(DeadlinePassed):
        run.write()
    outcome = ledger.outcomes()["a"]
    assert (outcome.status, failure_of(outcome)) == (TopicStatus.UNKNOWN, "REASSIGNMENT_IN_PROGRESS")


@dataclass
class WithAnother(MovingCluster):
    """Another run of the same plan moves the replicas from that look on; 0 is before this run begins to write."""

    from_look: int = 0

    def look_at_moves(self, topics: Collection[str], to_measure: Mapping[str, Sequence[Move]]) -> LiveMoves:
        if len(self.looked_at) == self.from_look - 1:
            self.begin("a", Move(0, ON_ONE, ON_THREE))
        return super().look_at_moves(topics, to_measure)


def with_another(from_look: int) -> tuple[WithAnother, TopicPlan]:
    cluster = WithAnother(Time(), {"a": {0: ON_ONE}}, from_look=from_look)
    topic = to_three(cluster, "a", MIN_IN_SYNC)
    if not from_look:
        cluster.begin("a", Move(0, ON_ONE, ON_THREE))
    return cluster, topic


@pytest.mark.parametrize("from_look", [0, 1])
def test_replicas_that_another_run_moves_as_planned_are_waited_for_and_count_as_done_by_it(from_look: int) -> None:
    cluster, topic = with_another(from_look)
    outcome = carried_out(cluster, topic)["a"]
    assert (outcome.status, cluster.sent) == (TopicStatus.APPLIED, ["min.insync.replicas of a"])
    assert outcome.done_by_others == {"replication_factor"}
    assert len(cluster.looked_at) > 3


@pytest.mark.parametrize("from_look", [0, 1])
def test_replicas_that_another_run_still_moves_at_the_end_are_not_done(from_look: int) -> None:
    cluster, topic = with_another(from_look)
    cluster.in_flight = {at: (move, None) for at, (move, _) in cluster.in_flight.items()}
    cluster.seconds = None
    outcome = carried_out(cluster, topic, limit=3)["a"]
    assert outcome.changes["replication_factor"] is TopicStatus.UNKNOWN
    assert (failure_of(outcome), cluster.sent) == ("REASSIGNMENT_IN_PROGRESS", [])


@pytest.mark.parametrize("from_look", [0, 1])
def test_a_deadline_leaves_replicas_that_another_run_moves_unknown(from_look: int) -> None:
    cluster, topic = with_another(from_look)
    ledger = ledger_of(topic)
    run = execution(ledger, cluster)
    run.limit = TimeLimit(10, deadline=0.5, clock=cluster.time.clock)
    with pytest.raises(DeadlinePassed):
        run.write()
    outcome = ledger.outcomes()["a"]
    assert outcome.changes["replication_factor"] is TopicStatus.UNKNOWN
    assert outcome.verification is Verification.NOT_VISIBLE


def test_replicas_that_others_have_put_elsewhere_are_as_many_as_wanted() -> None:
    cluster = cluster_of("a")
    topic = to_three(cluster, "a", MIN_IN_SYNC)
    cluster.topics["a"][0] = (3, 2, 4)
    outcome = carried_out(cluster, topic)["a"]
    assert (outcome.status, cluster.sent) == (TopicStatus.APPLIED, ["min.insync.replicas of a"])


def test_a_deadline_leaves_what_others_have_done_as_done() -> None:
    cluster = cluster_of("a")
    cluster.seconds = None
    ledger = ledger_of(to_three(cluster, "a", RETENTION))
    cluster.config = {"a": {"retention.ms": "60000"}}
    run = execution(ledger, cluster)
    run.limit = TimeLimit(10, deadline=2, clock=cluster.time.clock)
    with pytest.raises(DeadlinePassed):
        run.write()
    assert dict(ledger.outcomes()["a"].changes) == {
        "replication_factor": TopicStatus.UNKNOWN,
        RETENTION.field: TopicStatus.APPLIED,
    }


@dataclass
class HalfLost(MovingCluster):
    """Begins only the first partition, and answers for none."""

    def move(self, moves: Mapping[str, Sequence[Move]]) -> Mapping[str, Mapping[int, KafkaFailure | None]]:
        for name, of in moves.items():
            for each in of:
                if each.partition == 0 and len(self.asked) == 3:
                    self.begin(name, each)
        self.asked.append((self.time.seconds, moves))
        return {name: {each.partition: NO_ANSWER for each in of} for name, of in moves.items()}


def test_of_the_last_try_only_what_did_not_begin_fails() -> None:
    cluster = HalfLost(Time(), {"a": dict.fromkeys(range(2), ON_ONE)})
    outcome = carried_out(cluster, to_three(cluster, "a"), limit=30)["a"]
    assert [each.state for each in outcome.moves] == [MoveState.DONE, MoveState.FAILED]


def test_a_topic_that_is_deleted_and_created_again_while_its_replicas_move_is_stale() -> None:
    cluster = cluster_of("a")
    topic = to_three(cluster, "a")

    def shown(number: int, live: LiveMoves) -> LiveMoves:
        if number == 3:
            cluster.ids["a"] = "another"
        return live

    cluster.shown = shown
    outcome = carried_out(cluster, topic)["a"]
    assert outcome.status is TopicStatus.STALE
    assert outcome.refusal is not None
    assert outcome.refusal.reason == "the topic was deleted and created again after this plan"


def test_one_line_is_logged_for_each_topic_once_its_replicas_are_there(caplog: pytest.LogCaptureFixture) -> None:
    cluster = InOrder(Time(), {name: dict.fromkeys(range(2), ON_ONE) for name in ("a", "b")})
    topics = to_three(cluster, "a"), to_three(cluster, "b")
    with caplog.at_level(logging.INFO, logger="reconciler.apply"):
        carried_out(cluster, *topics)
    lines = [record.message for record in caplog.records if record.levelno == logging.INFO]
    assert lines == ["a: all replicas of 2 partitions are there", "b: all replicas of 2 partitions are there"]
