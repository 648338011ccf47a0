"""Plans of another replication factor: where replicas go, what is copied, and which disks it would fill."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.model import (
    Consent,
    DesiredState,
    Impact,
    LiveBrokers,
    LivePartition,
    LiveTopic,
    Measured,
    Move,
    Moving,
    Permission,
    Plan,
    Refused,
    RiskKind,
    Risky,
    Room,
    TopicSpec,
    Unmeasured,
    changes_of,
    unchecked_of,
)
from reconciler.plan import passed, passes, plan, sealed
from tests.plan.reviewing import NOON, Cluster, carried_out, saved
from tests.plan.risks import HERE

PLENTY = Room(10**12, 10**12)
CONSENT = (Consent(kind=RiskKind.REPLICATION_CHANGE, given_by="topics.yaml:7:3"),)
AND_CAPACITY = (*CONSENT, Consent(kind=RiskKind.CAPACITY, given_by="topics.yaml:7:3"))
Partitions = Mapping[str, Sequence[Sequence[int]]]


def cluster(topics: Partitions, sizes: Mapping[str, int] | None = None, **brokers: Any) -> Cluster:
    """A cluster of three brokers in three racks; ``sizes`` are those of each partition, by topic."""
    facts: dict[str, Any] = {
        "racks": {1: "a", 2: "b", 3: "c"},
        "replicas": Counter(broker for partitions in topics.values() for each in partitions for broker in each),
        "room": dict.fromkeys((1, 2, 3), PLENTY),
        "operations": frozenset({"ALTER"}),
        **brokers,
    }
    live = [
        LiveTopic(
            name=name,
            partitions=len(partitions),
            replication_factor=min(map(len, partitions)),
            highest_replication_factor=max(map(len, partitions)),
            is_settled=True,
        )
        for name, partitions in topics.items()
    ]
    measured = Measured(
        replicas={
            name: [LivePartition(n, each[0], tuple(each), tuple(each)) for n, each in enumerate(partitions)]
            for name, partitions in topics.items()
        },
        sizes={
            name: dict.fromkeys(range(len(topics[name])), size)
            for name, size in (dict.fromkeys(topics, 0) if sizes is None else sizes).items()
        },
        brokers=LiveBrokers(**facts),
        groups=[],
    )
    return replace(Cluster.of(*live), measured=measured)


def wanted(*names: str, factor: int = 3, allow: Sequence[Consent] = CONSENT, **config: str) -> DesiredState:
    keys = {key.replace("_", "."): value for key, value in config.items()}
    return DesiredState(
        topics=[
            TopicSpec(name=name, origin=HERE, replication_factor=factor, allow=allow, config=keys) for name in names
        ]
    )


def planned(desired: DesiredState, on: Cluster) -> Plan:
    through = passes(desired, Permission(), cluster=on, reader=on, now=NOON)
    made = passed(plan(desired, on.live), through)
    assert passed(made, through) == made, "passes change nothing the second time"
    return made


def decided(made: Plan) -> dict[str, Any]:
    return {topic.name: change.decision for topic in made.topics for change in changes_of(topic)}


def impact(decision: Any) -> Impact:
    assert decision.risk is not None
    assert decision.risk.impact is not None
    found: Impact = decision.risk.impact
    return found


def refused(decision: Any) -> tuple[str, str]:
    assert isinstance(decision, Refused)
    return decision.refusal.kind, decision.refusal.reason


def test_more_replicas_are_moves_with_their_bytes_and_receiving_brokers() -> None:
    made = planned(wanted("orders"), cluster({"orders": [[1], [2]]}, {"orders": 500}))
    found = impact(decided(made)["orders"])
    assert {move.partition: move.before for move in found.moves} == {0: (1,), 1: (2,)}
    assert all(sorted(move.after) == [1, 2, 3] for move in found.moves)
    assert found.bytes == 2 * 2 * 500
    assert [(each.id, each.rack, each.replicas, each.bytes) for each in found.brokers] == [
        (1, "a", 1, 500),
        (2, "b", 1, 500),
        (3, "c", 2, 1000),
    ]
    assert {each.free for each in found.brokers} == {10**12}


def test_topics_of_one_partition_are_spread_over_the_brokers() -> None:
    names = [f"t{number:02}" for number in range(40)]
    topics = {name: [[1 + number % 2]] for number, name in enumerate(names)}
    made = planned(wanted(*names, factor=2), cluster(topics))
    replicas = Counter(broker for decision in decided(made).values() for broker in impact(decision).moves[0].after)
    assert max(replicas.values()) - min(replicas.values()) <= 1


@pytest.mark.parametrize("kind", [RiskKind.DURABILITY_LOSS, RiskKind.REPLICATION_CHANGE])
def test_either_kind_of_consent_covers_fewer_replicas(kind: RiskKind) -> None:
    desired = wanted("orders", factor=2, allow=[Consent(kind=kind, given_by="here")])
    decision = decided(planned(desired, cluster({"orders": [[1, 2, 3]]})))["orders"]
    assert isinstance(decision, Risky)
    assert (decision.risk.kind, impact(decision).bytes, impact(decision).brokers) == (RiskKind.DURABILITY_LOSS, 0, ())


def test_other_consent_covers_no_more_replicas() -> None:
    desired = wanted("orders", allow=[Consent(kind=RiskKind.DURABILITY_LOSS, given_by="here")])
    assert refused(decided(planned(desired, cluster({"orders": [[1]]})))["orders"])[0] == "needs-consent"


def test_partitions_that_are_being_moved_to_the_wanted_number_are_left_alone() -> None:
    on = cluster({"orders": [[1, 2, 3], [1], [1]]})  # another one could become the preferred leader of the first
    moving = Moving(replication_factor=1, highest_replication_factor=3, targets={0: (1, 2, 3)}, changes_number=True)
    on = replace(on, topics={"orders": replace(on.topics["orders"], moving=moving, is_settled=False)})
    assert [move.partition for move in impact(decided(planned(wanted("orders"), on))["orders"]).moves] == [1, 2]


@pytest.mark.parametrize("moving", [Moving(), Moving(replication_factor=2, targets={0: (1, 2)})])
def test_while_replicas_are_moved_elsewhere_the_change_is_impossible(moving: Moving) -> None:
    on = cluster({"orders": [[1]]})
    on = replace(on, topics={"orders": replace(on.topics["orders"], moving=moving, is_settled=False)})
    kind, reason = refused(decided(planned(wanted("orders"), on))["orders"])
    assert (kind, reason.startswith("replicas of the topic are being moved")) == ("impossible", True)


def test_a_topic_of_which_some_partitions_have_enough_differs() -> None:
    on = cluster({"fewer": [[1, 2], [1, 2, 3]], "more": [[1, 2, 3], [1, 2]]})
    made = planned(DesiredState(topics=[*wanted("fewer", factor=2).topics, *wanted("more").topics]), on)
    found = {topic.name: [(each.before, each.after) for each in changes_of(topic)] for topic in made.topics}
    assert found == {"fewer": [(3, 2)], "more": [(2, 3)]}
    numbers = {
        name: [move.partition for move in impact(decision).moves if len(move.before) != len(move.after)]
        for name, decision in decided(made).items()
    }
    assert numbers == {"fewer": [1], "more": [1]}


def test_where_it_is_not_known_whether_replicas_are_moved_only_the_lowest_number_counts() -> None:
    on = cluster({"orders": [[1, 2], [1, 2, 3]]})
    on = replace(on, topics={"orders": replace(on.topics["orders"], is_settled=False)})
    assert decided(planned(wanted("orders", factor=2), on)) == {}


def test_what_cannot_be_placed_is_impossible_with_the_reason() -> None:
    decision = decided(planned(wanted("orders", factor=4), cluster({"orders": [[1]]})))["orders"]
    assert refused(decision) == ("impossible", "4 replicas need as many brokers, and 3 are up")


def test_without_what_moves_replicas_the_change_is_impossible_with_the_way_out() -> None:
    on = cluster({"orders": [[1]]}, obstacle=("no request", "pip install it"))
    decision = decided(planned(wanted("orders"), on))["orders"]
    assert refused(decision) == ("impossible", "no request")
    assert decision.refusal.way_out == "pip install it"


@pytest.mark.parametrize(("operations", "is_denied"), [({"ALTER"}, False), ({"DESCRIBE"}, True), (None, True)])
def test_who_may_not_move_replicas_gets_the_plan_and_is_told_so(operations: Any, is_denied: bool) -> None:
    permitted = None if operations is None else frozenset(operations)
    made = planned(wanted("orders"), cluster({"orders": [[1]]}, operations=permitted))
    failure = unchecked_of(made.topics[0])
    assert isinstance(decided(made)["orders"], Risky)
    assert (failure.name if failure is not None else None) == ("CLUSTER_AUTHORIZATION_FAILED" if is_denied else None)


def test_sizes_that_are_not_known_are_null_with_the_reason() -> None:
    on = cluster({"orders": [[1]]}, {})
    why = Unmeasured(what="bytes", why="not shown")
    on = replace(on, measured=replace(on.measured, unknown={"orders": [why]}))
    found = impact(decided(planned(wanted("orders"), on))["orders"])
    assert (found.bytes, found.unknown) == (None, (why,))
    assert [each.bytes for each in found.brokers] == [None, None]


def test_more_than_a_disk_has_free_needs_consent_to_capacity() -> None:
    on = cluster({"orders": [[1], [1]]}, {"orders": 600}, room={2: Room(1000, 1000), 3: PLENTY})
    kind, reason = refused(decided(planned(wanted("orders"), on))["orders"])
    assert kind == "needs-consent"
    assert reason.startswith("would fill a disk: broker 2 would get 1.2KiB, and has 1000B free")
    agreed = decided(planned(wanted("orders", allow=AND_CAPACITY), on))["orders"]
    assert isinstance(agreed, Risky)
    assert (agreed.risk.kind, agreed.consent is not None) == (RiskKind.CAPACITY, True)


def test_a_partition_that_is_larger_than_a_log_directory_needs_consent_to_capacity() -> None:
    on = cluster({"orders": [[1]]}, {"orders": 600}, room={2: Room(1000, 500), 3: PLENTY})
    _, reason = refused(decided(planned(wanted("orders"), on))["orders"])
    assert reason.startswith("would fill a disk: partition 0 has 600B")


def test_nothing_fills_no_disk_however_full_it_is() -> None:
    on = cluster({"orders": [[1]]}, room=dict.fromkeys((1, 2, 3), Room(0, 0)))
    assert isinstance(decided(planned(wanted("orders"), on))["orders"], Risky)
    on = cluster({"a": [[1]], "b": [[1]]}, {"a": 1, "b": 0}, room=dict.fromkeys((1, 2, 3), Room(0, 0)))
    found = decided(planned(DesiredState(topics=[*wanted("a", allow=AND_CAPACITY).topics, *wanted("b").topics]), on))
    assert isinstance(found["b"], Risky)


def test_topics_that_are_made_leave_less_room_and_others_do_not() -> None:
    room = {2: Room(1000, 1000), 3: Room(1000, 1000)}
    on = cluster({"a": [[1]], "b": [[1]], "c": [[1]]}, {"a": 600, "b": 600, "c": 300}, room=room)
    with_consent = [*wanted("a").topics, *wanted("c").topics]
    found = decided(planned(DesiredState(topics=[*with_consent, *wanted("b", allow=()).topics]), on))
    assert (isinstance(found["a"], Risky), isinstance(found["c"], Risky)) == (True, True)
    assert "of which other topics of this plan get 600B" in refused(found["b"])[1]


def test_replicas_stay_as_many_as_are_needed_in_sync_where_a_lower_number_lacks_consent() -> None:
    on = cluster({"orders": [[1, 2, 3]]})
    live = replace(on.topics["orders"], overrides={"min.insync.replicas": "2"})
    on = replace(on, topics={"orders": live})
    both = planned(wanted("orders", factor=1, min_insync_replicas="1"), on)
    first, second = changes_of(both.topics[0])
    assert refused(second.decision)[0] == "needs-consent"
    kind, reason = refused(first.decision)
    assert (kind, reason.startswith("min.insync.replicas stays 2")) == ("impossible", True)
    allowed = [*CONSENT, Consent(kind=RiskKind.DURABILITY_LOSS, given_by="here")]
    made = planned(wanted("orders", factor=1, allow=allowed, min_insync_replicas="1"), on)
    assert all(isinstance(change.decision, Risky) for change in changes_of(made.topics[0]))


def test_a_plan_that_moves_replicas_elsewhere_is_another_plan() -> None:
    one = planned(wanted("orders", factor=2), cluster({"orders": [[1]]}, replicas={1: 1, 2: 0, 3: 5}))
    other = planned(wanted("orders", factor=2), cluster({"orders": [[1]]}, replicas={1: 1, 2: 5, 3: 0}))
    assert sealed(one).fingerprint != sealed(other).fingerprint


def test_the_moves_that_were_reviewed_are_made_though_others_would_be_chosen_now() -> None:
    desired = wanted("orders", factor=2)
    reviewed = saved(desired, cluster({"orders": [[1]]}, {"orders": 10}, replicas={1: 1, 2: 0, 3: 5}))
    now = cluster({"orders": [[1]]}, {"orders": 999}, replicas={1: 1, 2: 5, 3: 0})
    decision = decided(carried_out(reviewed, desired, now))["orders"]
    assert isinstance(decision, Risky)
    assert impact(decision).moves == (Move(0, (1,), (1, 2)),)
    assert impact(decision).bytes == 999


def test_only_the_reviewed_moves_that_are_left_are_made() -> None:
    desired = wanted("orders", factor=2)
    reviewed = saved(desired, cluster({"orders": [[1], [2]]}, replicas={}))
    [first, second] = impact(reviewed.topics["orders"].changes["replication_factor"]).moves
    now = cluster({"orders": [first.after, second.before]}, replicas={1: 9})
    assert impact(decided(planned(desired, now))["orders"]).moves == (Move(1, (2,), (2, 3)),)
    assert impact(decided(carried_out(reviewed, desired, now))["orders"]).moves == (second,) == (Move(1, (2,), (2, 1)),)


def test_a_replica_that_is_not_in_sync_by_now_does_not_stay_for_one_that_is() -> None:
    desired = wanted("orders", factor=2)
    reviewed = saved(desired, cluster({"orders": [[1, 2, 3]]}, replicas={3: 9}))
    now = cluster({"orders": [[1, 2, 3]]}, replicas={3: 9})
    behind = replace(now.measured, replicas={"orders": [LivePartition(0, 1, (1, 2, 3), (1, 3))]})
    _, reason = refused(decided(carried_out(reviewed, desired, replace(now, measured=behind)))["orders"])
    assert reason.endswith("partition 0: 1, 3, reviewed 1, 2")


def test_a_reviewed_move_to_a_broker_that_is_gone_is_refused() -> None:
    desired = wanted("orders", factor=2)
    reviewed = saved(desired, cluster({"orders": [[1]]}, replicas={1: 1, 2: 0, 3: 5}))
    kind, reason = refused(
        decided(carried_out(reviewed, desired, cluster({"orders": [[1]]}, racks={1: "a", 3: "c"})))["orders"]
    )
    assert (kind, reason) == (
        "needs-consent",
        "replicas would go to other brokers than reviewed: partition 0: 1, 3, reviewed 1, 2",
    )


@pytest.mark.parametrize(
    "after", [(2, 3), (1, 1), (1, 2, 3), (1, 9), (1,)], ids=["no leader", "twice", "too many", "no broker", "too few"]
)
def test_moves_that_somebody_wrote_into_a_plan_are_not_made(after: tuple[int, ...]) -> None:
    desired, on = wanted("orders", factor=2), cluster({"orders": [[1]]})
    reviewed = saved(desired, on)
    change = reviewed.topics["orders"].changes["replication_factor"]
    assert change.risk is not None
    forged = replace(change, risk=replace(change.risk, impact=Impact(moves=[Move(0, (1,), after)])))
    topic = replace(reviewed.topics["orders"], changes={"replication_factor": forged})
    assert refused(decided(carried_out(replace(reviewed, topics={"orders": topic}), desired, on))["orders"])


def test_more_bytes_than_disks_have_free_by_now_are_not_what_was_reviewed() -> None:
    desired = wanted("orders")
    reviewed = saved(desired, cluster({"orders": [[1]]}, {"orders": 10}, room=dict.fromkeys((1, 2, 3), Room(100, 100))))
    now = cluster({"orders": [[1]]}, {"orders": 101}, room=dict.fromkeys((1, 2, 3), Room(100, 100)))
    _, reason = refused(decided(carried_out(reviewed, desired, now))["orders"])
    assert reason.startswith("the reviewed plan shows no consent to capacity")


@st.composite
def clusters(draw: st.DrawFn) -> Cluster:
    names = draw(st.lists(st.sampled_from("abcdef"), unique=True, min_size=1))
    brokers = draw(st.integers(3, 5))
    topics = {
        name: [
            draw(st.permutations(range(1, brokers + 1)))[: draw(st.integers(1, 3))]
            for _ in range(draw(st.integers(1, 4)))
        ]
        for name in names
    }
    room = {broker: draw(st.integers(0, 500)) for broker in range(1, brokers + 1)}
    return cluster(
        topics,
        {name: draw(st.integers(0, 100)) for name in names},
        racks={broker: f"rack-{broker % 3}" for broker in room},
        room={broker: Room(free, free) for broker, free in room.items()},
    )


@given(clusters(), st.integers(1, 3), st.data())
def test_what_is_copied_never_fills_a_disk_without_consent(on: Cluster, factor: int, data: st.DataObject) -> None:
    consents = {name: data.draw(st.sampled_from([(), CONSENT])) for name in on.topics}
    desired = DesiredState(
        topics=[spec for name, allow in consents.items() for spec in wanted(name, factor=factor, allow=allow).topics]
    )
    got: Counter[int] = Counter()
    for decision in decided(planned(desired, on)).values():
        if isinstance(decision, Risky):
            got.update({broker.id: broker.bytes or 0 for broker in impact(decision).brokers})
    assert on.measured.brokers is not None
    for broker, number in got.items():
        assert number <= on.measured.brokers.room[broker].free


@given(clusters(), st.integers(1, 3))
def test_after_the_moves_every_partition_has_as_many_replicas_as_wanted(on: Cluster, factor: int) -> None:
    for name, decision in decided(planned(wanted(*on.topics, factor=factor, allow=AND_CAPACITY), on)).items():
        if isinstance(decision, Risky):
            after = {move.partition: move.after for move in impact(decision).moves}
            left = [after.get(each.partition, each.replicas) for each in on.measured.replicas[name]]
            assert {len(replicas) for replicas in left} == {factor}
