"""How many replicas brokers receive at once."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.apply.moving.portion import AT_A_BROKER, LARGE, SHARE, portion
from reconciler.model import Move, MoveProgress, MoveState

STATES = st.sampled_from(MoveState)
SIZES = st.none() | st.integers(0, 3 * LARGE)


def to_two(partition: int, size: int | None, state: MoveState = MoveState.NOT_BEGUN) -> MoveProgress:
    """A move that broker 2 gets a replica by."""
    return MoveProgress(move=Move(partition, (1,), (1, 2)), bytes=size, state=state)


@pytest.mark.parametrize(
    ("size", "most"), [(None, AT_A_BROKER), (10 * LARGE, AT_A_BROKER), (LARGE // SHARE, AT_A_BROKER * SHARE), (0, 500)]
)
def test_a_broker_receives_many_small_replicas_or_a_few_large_ones(size: int | None, most: int) -> None:
    assert len(portion({"a": [to_two(partition, size) for partition in range(1_000)]})["a"]) == most


def test_what_is_under_way_takes_the_place_of_others_until_half_of_it_is_done() -> None:
    waiting = [to_two(partition, None) for partition in range(100, 200)]
    for under_way, more in ((20, 0), (11, 0), (10, 10), (0, 20)):
        moving = [to_two(partition, None, MoveState.MOVING) for partition in range(under_way)]
        assert len(portion({"a": [*moving, *waiting]}).get("a", ())) == more


@given(
    st.lists(st.tuples(SIZES, STATES, st.lists(st.integers(1, 5), min_size=1, max_size=3, unique=True)), max_size=200)
)
def test_no_broker_receives_more_than_it_may(drawn: list[tuple[int | None, MoveState, list[int]]]) -> None:
    moves = [
        MoveProgress(move=Move(partition, (9,), (9, *added)), bytes=size, state=state)
        for partition, (size, state, added) in enumerate(drawn)
    ]
    chosen = portion({"a": moves}).get("a", ())
    states = {each.move.partition: each.state for each in moves}
    assert all(states[move.partition] is MoveState.NOT_BEGUN for move in chosen)
    under_way = [each.move for each in moves if each.state is MoveState.MOVING]
    sizes = {each.move.partition: each.bytes for each in moves}
    large = Counter(
        broker
        for move in (*under_way, *chosen)
        if (size := sizes[move.partition]) is None or size >= LARGE * len(move.added)
        for broker in move.added
    )
    received = {broker for move in chosen for broker in move.added}
    assert all(large[broker] <= AT_A_BROKER for broker in received)
    nothing_moves = MoveState.MOVING not in states.values()
    assert not nothing_moves or bool(chosen) is (MoveState.NOT_BEGUN in states.values())
