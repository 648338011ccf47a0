"""Throttles of replicas that topics have from an earlier reassignment."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from reconciler.model import DesiredState, LiveState, LiveTopic, Move, Moving, Plan, Throttled, TopicSpec
from reconciler.plan import plan, throttled_topics
from reconciler.plan.throttles_left import throttles_left

LEADERS, FOLLOWERS = "leader.replication.throttled.replicas", "follower.replication.throttled.replicas"
LEFT = {LEADERS: "0:1,1:2", FOLLOWERS: "0:3"}


def planned(config: Mapping[str, str | None], *, moving: Moving | None = None, factor: int = 3) -> Plan:
    live = LiveTopic(name="a", partitions=2, replication_factor=factor, overrides=config, moving=moving)
    state = LiveState(cluster_id="x", brokers=3, topics={"a": live})
    return plan(DesiredState(topics=(TopicSpec(name="a", replication_factor=3),)), state)


def test_a_throttle_that_is_left_is_a_warning_that_says_what_removes_it() -> None:
    [told] = throttles_left(planned(LEFT))
    assert (told.severity, told.code, told.topic) == ("warning", "throttle-left", "a")
    assert told.message == "an earlier reassignment left a replication throttle on 'a'"
    assert told.hint == "apply removes it, unless a tool is moving replicas at that time"


@pytest.mark.parametrize("config", [{}, {LEADERS: "", FOLLOWERS: ""}, {LEADERS: "*", FOLLOWERS: "*"}, {LEADERS: None}])
def test_no_throttle_and_a_standing_one_are_not_left(config: Mapping[str, str | None]) -> None:
    assert throttled_topics(planned(config)) == {}
    assert list(throttles_left(planned(config))) == []


def test_while_replicas_are_moved_to_the_wanted_number_the_throttle_is_in_use_and_ours() -> None:
    made = planned(LEFT, moving=Moving(replication_factor=3, changes_number=True))
    assert throttled_topics(made).keys() == {"a"}
    assert list(throttles_left(made)) == []


@pytest.mark.parametrize(
    "moving",
    [Moving(), Moving(replication_factor=2, changes_number=True), Moving(replication_factor=3, changes_number=False)],
)
def test_the_throttle_of_a_reassignment_by_another_tool_is_not_ours(moving: Moving) -> None:
    made = planned(LEFT, moving=moving)
    assert throttled_topics(made) == {}
    assert list(throttles_left(made)) == []


def test_many_topics_with_a_throttle_are_one_warning() -> None:
    names = [f"t{number}" for number in range(7)]
    live = {name: LiveTopic(name=name, partitions=1, replication_factor=1, overrides=LEFT) for name in names}
    state = LiveState(cluster_id="x", brokers=3, topics=live)
    [told] = throttles_left(plan(DesiredState(topics=tuple(TopicSpec(name=name) for name in names)), state))
    assert told.topic is None
    assert told.message.endswith("on 't0', 't1', 't2', 't3', 't4' and 2 more topics")


def test_replicas_of_now_are_limited_as_leaders_and_added_ones_as_followers() -> None:
    moves = [Move(0, (1, 2), (1, 3)), Move(1, (2, 9), (2, 1)), Move(2, (3, 1), (3,))]
    limited = Throttled.by(moves, alive={1, 2, 3})
    # The broker 9 is down, so nothing is read from it; partition 2 only loses a replica.
    assert limited.config == {LEADERS: "0:1,0:2,1:2", FOLLOWERS: "0:3,1:1"}
    assert limited.brokers == {1, 2, 3}
    assert Throttled.in_config(limited.config) == limited


def test_what_is_standing_is_neither_replaced_nor_removed() -> None:
    standing = Throttled.in_config({LEADERS: "*", FOLLOWERS: "0:2"})
    both = standing | Throttled.by([Move(1, (1,), (1, 2))], alive={1, 2})
    assert both.config == {FOLLOWERS: "0:2,1:2"}
