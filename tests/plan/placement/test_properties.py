"""What every placement keeps, on generated clusters and topics."""

from __future__ import annotations

from collections import Counter
from itertools import combinations, product

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from reconciler.model import LivePartition
from reconciler.plan.placement import Brokers, CannotPlace, new_partitions, placed

RACKS: tuple[list[str | None], ...] = ([None], ["a"], ["a", "b"], ["a", "b", "c"], ["a", "b", "c", None])
Case = tuple[Brokers, list[LivePartition], int]
"""A cluster, a topic on it, and the replication factor that it is to have."""


@st.composite
def clusters(draw: st.DrawFn, *, fewest: int = 1, most: int = 8) -> Brokers:
    """Some brokers, in racks, in one, or in none."""
    ids = draw(st.lists(st.integers(0, 20), min_size=fewest, max_size=most, unique=True))
    racks = draw(st.sampled_from(RACKS))
    return Brokers(
        racks={broker: draw(st.sampled_from(racks)) for broker in sorted(ids)},
        replicas={broker: draw(st.integers(0, 9)) for broker in ids},
    )


@st.composite
def topics(draw: st.DrawFn, brokers: Brokers, factor: int, *, most: int = 10) -> list[LivePartition]:
    """Partitions of ``factor`` replicas somewhere on ``brokers``, as the broker or a person left them."""
    found = []
    for number in range(draw(st.integers(1, most))):
        replicas = tuple(draw(st.permutations(sorted(brokers.racks))))[:factor]
        leader = draw(st.sampled_from(replicas))
        others = draw(st.sets(st.sampled_from(replicas)))
        found.append(LivePartition(number, leader, replicas, tuple(sorted({leader, *others}))))
    return found


@st.composite
def increases(draw: st.DrawFn, *, brokers: int = 8, most: int = 10) -> Case:
    there = draw(clusters(fewest=2, most=brokers))
    factor = draw(st.integers(2, min(5, len(there.racks))))
    return there, draw(topics(there, draw(st.integers(1, factor - 1)), most=most)), factor


@st.composite
def decreases(draw: st.DrawFn) -> Case:
    there = draw(clusters(fewest=2))
    before = draw(st.integers(2, min(5, len(there.racks))))
    return there, draw(topics(there, before)), draw(st.integers(1, before - 1))


cases = st.one_of(increases(), decreases())


def after(case: Case) -> dict[int, tuple[int, ...]]:
    """The replicas of every partition in the end."""
    brokers, partitions, factor = case
    moved = {move.partition: move.after for move in placed(partitions, factor, brokers)}
    return {each.partition: moved.get(each.partition, each.replicas) for each in partitions}


@given(cases)
def test_every_partition_gets_as_many_replicas_on_different_brokers_that_are_up(
    case: Case,
) -> None:
    brokers, _, factor = case
    for replicas in after(case).values():
        assert len(replicas) == len(set(replicas)) == factor
        assert set(replicas) <= brokers.racks.keys()


@given(cases)
def test_no_more_is_copied_than_must_be(case: Case) -> None:
    _, partitions, factor = case
    in_the_end = after(case)
    for each in partitions:
        copied = set(in_the_end[each.partition]) - set(each.replicas)
        assert len(copied) == max(0, factor - len(each.replicas))


@given(cases)
def test_the_same_cluster_gets_the_same_placement(case: Case) -> None:
    brokers, partitions, factor = case
    turned = Brokers(racks=dict(reversed(list(brokers.racks.items()))), replicas=brokers.replicas)
    assert placed(partitions, factor, brokers) == placed(partitions, factor, turned)


@given(cases)
def test_a_placement_is_not_changed_again(case: Case) -> None:
    brokers, partitions, factor = case
    moved = [
        LivePartition(each.partition, each.leader, replicas, replicas)
        for each, replicas in zip(partitions, after(case).values(), strict=True)
    ]
    assert placed(moved, factor, brokers) == []


@given(increases(most=3))
def test_racks_are_as_many_as_the_replicas_that_stay_allow(case: Case) -> None:
    brokers, partitions, factor = case
    in_the_end = after(case)
    for each in partitions:
        free = brokers.racks.keys() - set(each.replicas)
        added = factor - len(each.replicas)
        best = max(brokers.spread([*each.replicas, *some]) for some in combinations(sorted(free), added))
        assert brokers.spread(in_the_end[each.partition]) == best


@given(increases())
def test_replicas_in_racks_differ_by_one_at_most_where_the_racks_have_room(
    case: Case,
) -> None:
    brokers, partitions, _ = case
    assume(brokers.know_racks)
    in_the_end = after(case)
    size = brokers.in_racks(brokers.racks)
    for each in partitions:
        before = brokers.in_racks(each.replicas)
        there = brokers.in_racks(in_the_end[each.partition])
        for rack in size:
            if there[rack] > before[rack]:
                others = (there[other] for other in size if there[other] < size[other])
                assert all(there[rack] <= number + 1 for number in others)


@given(decreases())
def test_fewer_replicas_keep_the_leader_and_those_in_sync(case: Case) -> None:
    _, partitions, factor = case
    in_the_end = after(case)
    for each in partitions:
        left = in_the_end[each.partition]
        assert each.leader in left
        assert len(set(left) & set(each.in_sync)) == min(factor, len(each.in_sync))
        assert left[0] in {each.replicas[0], each.leader}


@given(decreases(), st.integers(1, 4))
def test_fewer_replicas_are_never_fewer_than_have_to_be_in_sync(case: Case, min_in_sync: int) -> None:
    brokers, partitions, factor = case
    try:
        moves = placed(partitions, factor, brokers, min_in_sync=min_in_sync)
    except CannotPlace:
        assert factor < min_in_sync or any(len(each.in_sync) < min_in_sync for each in partitions)
        return
    by_number = {each.partition: each for each in partitions}
    assert all(len(set(move.after) & set(by_number[move.partition].in_sync)) >= min_in_sync for move in moves)


def unevenness(replicas: list[tuple[int, ...]], brokers: Brokers) -> int:
    load = Counter(broker for each in replicas for broker in each)
    return sum(load[broker] ** 2 for broker in brokers.racks)


@given(increases(brokers=5, most=3))
def test_without_racks_no_placement_is_more_even(case: Case) -> None:
    brokers, partitions, factor = case
    brokers = Brokers(racks=dict.fromkeys(brokers.racks), replicas=brokers.replicas)
    added = factor - len(partitions[0].replicas)
    options = [
        [(*each.replicas, *some) for some in combinations(sorted(brokers.racks.keys() - set(each.replicas)), added)]
        for each in partitions
    ]
    best = min(unevenness(list(option), brokers) for option in product(*options))
    assert unevenness(list(after((brokers, partitions, factor)).values()), brokers) == best


@given(increases())
def test_no_other_broker_for_one_replica_makes_it_more_even_with_racks_as_good(case: Case) -> None:
    brokers, partitions, _ = case
    in_the_end = after(case)
    load = Counter(broker for replicas in in_the_end.values() for broker in replicas)
    for each in partitions:
        replicas = set(in_the_end[each.partition])
        evenness = sorted(brokers.in_racks(replicas).values())
        for source, target in product(replicas - set(each.replicas), brokers.racks.keys() - replicas):
            if sorted(brokers.in_racks(replicas - {source} | {target}).values()) == evenness:
                assert load[target] > load[source] - 2


@given(increases())
def test_more_replicas_leave_preferred_leaders_within_one_where_every_broker_has_replicas_of_all(
    case: Case,
) -> None:
    brokers, partitions, _ = case
    factor = len(brokers.racks)
    leaders = Counter(replicas[0] for replicas in after((brokers, partitions, factor)).values())
    numbers = [leaders[broker] for broker in brokers.racks]
    assert max(numbers) - min(numbers) <= 1


def even_leader(partition: LivePartition, brokers: list[int]) -> LivePartition:
    """``partition`` with the next of the ``brokers`` as its preferred leader."""
    first = brokers[partition.partition % len(brokers)]
    others = [broker for broker in partition.replicas if broker != first]
    replicas = (first, *others)[: len(partition.replicas)]
    return LivePartition(partition.partition, first, replicas, replicas)


@given(increases())
def test_preferred_leaders_stay_where_they_are_even_already(case: Case) -> None:
    brokers, partitions, _ = case
    ids = sorted(brokers.racks)
    partitions = [even_leader(each, ids) for each in partitions]
    case = brokers, partitions, case[2]
    assert [each.replicas[0] for each in partitions] == [replicas[0] for replicas in after(case).values()]


@given(increases(), st.integers(1, 8))
def test_new_partitions_are_spread_like_the_others(case: Case, number: int) -> None:
    brokers, partitions, factor = case
    existing = [each.replicas for each in partitions]
    new = new_partitions(existing, number, factor, brokers)
    assert len(new) == number
    for replicas in new:
        assert len(replicas) == len(set(replicas)) == factor
        assert brokers.spread(replicas) == brokers.best_spread(factor)


@given(clusters(), st.integers(1, 20), st.data())
def test_a_new_topic_without_racks_is_even(brokers: Brokers, number: int, data: st.DataObject) -> None:
    brokers = Brokers(racks=dict.fromkeys(brokers.racks), replicas=brokers.replicas)
    new = new_partitions([], number, data.draw(st.integers(1, len(brokers.racks))), brokers)
    for load in (Counter(broker for each in new for broker in each), Counter(each[0] for each in new)):
        numbers = [load[broker] for broker in brokers.racks]
        assert max(numbers) - min(numbers) <= 1


@pytest.mark.parametrize(
    ("partition", "factor", "why"),
    [
        (LivePartition(0, 1, (1,), (1,)), 4, "4 replicas need as many brokers, and 3 are up"),
        (LivePartition(0, 1, (1, 9), (1,)), 3, "partition 0 has a replica on broker 9, which is down"),
        (LivePartition(0, None, (1,), ()), 2, "partition 0 has no leader"),
        (LivePartition(0, None, (1, 2), ()), 1, "partition 0 has no leader"),
        (LivePartition(0, 1, (1, 2, 3), (1, 2, 3)), 1, "min.insync.replicas is 2, and there would be 1 to confirm"),
        (LivePartition(0, 1, (1, 2, 3), (1,)), 2, "partition 0 has 1 in-sync replicas, fewer than min.insync.replicas"),
    ],
)
def test_what_cannot_be_placed_now_says_why(partition: LivePartition, factor: int, why: str) -> None:
    brokers = Brokers(racks=dict.fromkeys([1, 2, 3]))
    with pytest.raises(CannotPlace, match=why):
        placed([partition], factor, brokers, min_in_sync=2)
