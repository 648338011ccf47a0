"""Pauses and time limits, in time that passes only by sleeping."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from reconciler.apply import Retries
from reconciler.clock import TimeLimit
from tests.support.steps import Time


@given(st.integers(1, 1_000), st.floats(0, 3_600))
def test_pauses_are_drawn_from_zero_to_a_capped_power_of_two(tries: int, delay: float) -> None:
    drawn: list[tuple[float, float]] = []

    def draw(low: float, high: float) -> float:
        drawn.append((low, high))
        return high

    pause = Retries(delay=delay, draw=draw).pause(tries)
    assert drawn == [(0, pause)]
    assert pause == min(30, delay * 2 ** (tries - 1))


def test_what_has_not_failed_is_not_waited_for() -> None:
    assert Retries().pause(0) == 0


def test_progress_restarts_the_step_but_not_the_run() -> None:
    time = Time()
    limit = TimeLimit(10, deadline=25, clock=time.clock)
    time.sleep(9)
    assert limit.remaining() == 1
    limit.restart()
    assert limit.remaining() == 10
    time.sleep(9)
    limit.restart()
    assert limit.remaining() == 7
    assert not limit.is_run_over()
    time.sleep(8)
    limit.restart()
    assert limit.is_run_over()
    assert limit.remaining() == 0


def test_a_request_leaves_time_for_a_second_one() -> None:
    time = Time()
    limit = time.limit(30)
    assert limit.for_one_request() == 15
    time.sleep(28.5)
    assert limit.for_one_request() == 1
    time.sleep(1)
    assert limit.for_one_request() == 0.5


def test_a_step_can_be_shortened_and_not_lengthened() -> None:
    limit = Time().limit(10)
    limit.shorten(50)
    assert limit.remaining() == 10
    limit.shorten(5)
    assert limit.remaining() == 5
