"""What the broker's check makes of a plan, whatever order its answers come in."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.clock import TimeLimit
from reconciler.errors import ClusterUnavailable, DeadlinePassed, Interrupted, ReconcilerError
from reconciler.model import (
    FATAL,
    RETRIABLE,
    Action,
    DesiredState,
    KafkaFailure,
    LiveState,
    LiveTopic,
    Query,
    Refused,
    Safe,
    TopicSpec,
    Unreadable,
    changes_of,
    objections_of,
    refusal_of,
    unchecked_of,
)
from reconciler.plan import Answers, BrokerCheck, plan, sealed
from reconciler.plan.unchecked import not_checked
from tests.support.steps import EXISTS, NO_ANSWER, Time, spec

DENIED = KafkaFailure(code=29, name="TOPIC_AUTHORIZATION_FAILED", error_class=FATAL, message="no", remedy="grant it")
TOO_FEW_BROKERS = KafkaFailure(
    code=38,
    name="INVALID_REPLICATION_FACTOR",
    error_class=RETRIABLE,
    message="only 1 broker(s)",
    remedy="start brokers",
)
LACKING = KafkaFailure(
    code=38, name="INVALID_REPLICATION_FACTOR", error_class=RETRIABLE, message="1 broker", remedy="start"
)
GONE = KafkaFailure(code=3, name="UNKNOWN_TOPIC_OR_PARTITION", error_class=RETRIABLE, message="unknown", remedy="wait")

LIMIT = 30


def invalid(message: str) -> KafkaFailure:
    return KafkaFailure(code=40, name="INVALID_CONFIG", error_class=FATAL, message=message, remedy="fix it")


Says = Callable[[str, Mapping[str, str | None]], KafkaFailure | None]


@dataclass
class Broker:
    """Answers by ``says``, which gets a topic and the configuration it is asked about; ``live`` is what it shows."""

    says: Says
    live: dict[str, LiveTopic] = field(default_factory=dict)
    requests: int = 0
    looks: int = 0
    time: Time = field(default_factory=Time)
    seconds: float = 0
    """How long a request takes."""
    asked_at: list[float] = field(default_factory=list)

    def create(self, topics: Sequence[TopicSpec]) -> Answers:
        return self._answers({topic.name: dict(topic.config) for topic in topics})

    def add_partitions(self, totals: Mapping[str, int]) -> Answers:
        return self._answers({name: {} for name in totals})

    def alter_configs(self, changes: Mapping[str, Mapping[str, str | None]]) -> Answers:
        return self._answers(changes)

    def delete(self, topics: Mapping[str, str | None]) -> Answers:
        raise AssertionError(topics)

    def read_anew(self, query: Query) -> LiveState:
        self.looks += 1
        names = set(query.names)
        return state({name: topic for name, topic in self.live.items() if name in names})

    def _answers(self, asked: Mapping[str, Mapping[str, str | None]]) -> Answers:
        self.requests += 1
        self.asked_at.append(round(self.time.seconds, 3))
        self.time.sleep(self.seconds)
        return {name: self.says(name, keys) for name, keys in asked.items()}


def state(topics: Mapping[str, LiveTopic]) -> LiveState:
    return LiveState(cluster_id="c", brokers=1, topics=topics)


def there(name: str, **config: str) -> LiveTopic:
    overrides = {key.replace("_", "."): value for key, value in config.items()}
    return LiveTopic(name=name, partitions=1, replication_factor=1, overrides=overrides)


def check(broker: Broker, *topics: TopicSpec, live: Mapping[str, LiveTopic] | None = None, **more: Any) -> BrokerCheck:
    time = broker.time
    made = plan(DesiredState(topics=topics), state(live or {}))
    return BrokerCheck(made, broker=broker, reader=broker, limit=time.limit(LIMIT), clock=time.clock, **more)


KEYS = [f"key.{letter}" for letter in "abcdefgh"]


@given(
    keys=st.lists(st.sampled_from(KEYS), min_size=1, unique=True),
    bad=st.sets(st.sampled_from(KEYS)),
    words=st.sampled_from(["{key} is bad", "no"]),
)
def test_each_key_gets_the_answer_that_it_deserves(keys: list[str], bad: set[str], words: str) -> None:
    def says(_name: str, asked: Mapping[str, str | None]) -> KafkaFailure | None:
        wrong = [key for key in asked if key in bad]
        return invalid(words.format(key=wrong[0])) if wrong else None

    broker = Broker(says)
    one = check(
        broker, TopicSpec(name="a", origin=spec("a").origin, config=dict.fromkeys(keys, "1")), live={"a": there("a")}
    )
    one.run()
    (topic,) = one.plan.topics
    assert {change.config_key: type(change.decision) for change in changes_of(topic)} == {
        key: Refused if key in bad else Safe for key in keys
    }
    assert set(objections_of(topic)) == {f"config.{key}" for key in bad & set(keys)}
    assert broker.requests <= 2 * len(keys)


def test_all_objections_to_a_create_are_found_in_one_request_each() -> None:
    def says(_name: str, asked: Mapping[str, str | None]) -> KafkaFailure | None:
        wrong = [key for key in asked if key.startswith("bad")]
        return invalid(f"Unknown topic config name: {wrong[0]}") if wrong else None

    broker = Broker(says)
    one = check(broker, spec("a", bad_one="1", good="1", bad_two="1"))
    one.run()
    (topic,) = one.plan.topics
    assert set(objections_of(topic)) == {"config.bad.one", "config.bad.two"}
    assert not topic.has_work
    assert broker.requests == 3


def test_a_key_is_not_blamed_for_a_longer_one_that_ends_like_it() -> None:
    def says(_name: str, asked: Mapping[str, str | None]) -> KafkaFailure | None:
        return invalid("Invalid value for local.retention.ms.") if "local.retention.ms" in asked else None

    one = check(Broker(says), spec("a", retention_ms="1", local_retention_ms="2"), live={"a": there("a")})
    one.run()
    assert set(objections_of(one.plan.topics[0])) == {"config.local.retention.ms"}


def test_a_reset_goes_with_the_changes_that_need_it() -> None:
    """A broker checks the keys of a topic together, its old overrides too."""

    def says(_name: str, asked: Mapping[str, str | None]) -> KafkaFailure | None:
        return None if "old" in asked and "wrong" not in asked else invalid("no")

    live = {"a": there("a", old="1")}
    one = check(Broker(says), spec("a", good="1", wrong="1"), live=live)
    one.run()
    assert {change.config_key: type(change.decision) for change in changes_of(one.plan.topics[0])} == {
        "good": Safe,
        "old": Safe,
        "wrong": Refused,
    }


def test_a_topic_that_the_broker_calls_existing_is_read_again_and_planned_as_what_it_is() -> None:
    broker = Broker(lambda name, _keys: EXISTS if broker.looks < 2 and name == "a" else None)
    broker.live = {"a": there("a", retention_ms="7")}
    one = check(broker, spec("a", retention_ms="1000"), spec("b"))
    one.run()
    first, second = one.plan.topics
    assert (first.action, [each.before for each in changes_of(first)]) == (Action.DRIFT, ["7"])
    assert second.action is Action.CREATE


def test_a_topic_that_is_called_existing_and_never_shown_is_unreadable() -> None:
    broker = Broker(lambda _name, _keys: EXISTS)
    one = check(broker, spec("a"))
    one.run()
    (topic,) = one.plan.topics
    assert topic == Unreadable(desired=topic.desired, failure=EXISTS)
    assert broker.looks == 5


def test_a_topic_that_was_deleted_meanwhile_is_planned_as_a_create() -> None:
    broker = Broker(lambda _name, keys: GONE if broker.looks == 0 and keys else None)
    one = check(broker, spec("a", max_message_bytes="1"), live={"a": there("a")})
    one.run()
    assert one.plan.topics[0].action is Action.CREATE


def test_an_answer_that_passes_is_asked_for_again() -> None:
    broker = Broker(lambda _name, _keys: NO_ANSWER if broker.requests < 4 else None)
    one = check(broker, spec("a"))
    one.run()
    assert (unchecked_of(one.plan.topics[0]), broker.requests) == (None, 4)


def test_what_is_waited_for_is_said() -> None:
    broker = Broker(lambda name, _keys: TOO_FEW_BROKERS if name == "a" and broker.requests < 3 else None)
    said: list[str] = []
    check(broker, spec("a"), spec("b"), tell=said.append).run()
    assert said == ["validating 1 topic again: a: INVALID_REPLICATION_FACTOR: only 1 broker(s)"] * 2


def test_a_broker_that_does_not_answer_in_time_fails_the_run_and_marks_the_topics() -> None:
    broker = Broker(lambda name, _keys: NO_ANSWER if name == "a" else None)
    one = check(broker, spec("a"), spec("b"))
    with pytest.raises(ClusterUnavailable, match=r"the broker did not validate 1 topic within 30 s: _TIMED_OUT: late"):
        one.run()
    assert [unchecked_of(topic) for topic in one.plan.topics] == [NO_ANSWER, None]


@pytest.mark.parametrize("error", [Interrupted(15), DeadlinePassed.after(5)], ids=repr)
def test_a_topic_that_was_not_asked_about_before_the_run_ended_is_marked(error: ReconcilerError) -> None:
    def says(name: str, _keys: object) -> KafkaFailure | None:
        if name == "changed":
            raise error
        return None

    one = check(Broker(says), spec("changed", max_message_bytes="1"), spec("new"), live={"changed": there("changed")})
    with pytest.raises(type(error)):
        one.run()
    unchecked = {topic.name: unchecked_of(topic) for topic in one.plan.topics}
    assert {name: failure and failure.name for name, failure in unchecked.items()} == {
        "changed": "NOT_CHECKED",
        "new": None,
    }


@pytest.mark.parametrize("answer", [NO_ANSWER, TOO_FEW_BROKERS], ids=lambda answer: answer.name)
def test_what_might_still_pass_at_the_deadline_is_neither_refused_nor_called_late(answer: KafkaFailure) -> None:
    time = Time()
    limit = TimeLimit(30, deadline=5, clock=time.clock)
    broker = Broker(lambda _name, _keys: answer)
    made = plan(DesiredState(topics=[spec("a")]), state({}))
    one = BrokerCheck(made, broker=broker, reader=broker, limit=limit, clock=time.clock)
    with pytest.raises(DeadlinePassed):
        one.run()
    (topic,) = one.plan.topics
    unchecked = unchecked_of(topic)
    assert (refusal_of(topic), unchecked and unchecked.name) == (None, "NOT_CHECKED")


def test_each_answer_gives_the_others_the_whole_time_again() -> None:
    """Of slow requests about all that is open, each answers for one topic more."""
    broker = Broker(lambda name, _keys: None if name == f"t{broker.requests}" else NO_ANSWER, seconds=20)
    one = check(broker, *(spec(f"t{number}") for number in range(1, 6)))
    one.run()
    assert broker.time.seconds > 3 * LIMIT
    assert [unchecked_of(topic) for topic in one.plan.topics] == [None] * 5


def test_the_check_has_its_whole_time_however_long_reading_took() -> None:
    broker = Broker(lambda _name, _keys: NO_ANSWER if broker.requests < 2 else None)
    one = check(broker, spec("a"))
    broker.time.sleep(2 * LIMIT)
    one.run()
    assert broker.requests == 2


def test_what_is_asked_after_a_lack_of_brokers_was_taken_for_final_has_the_whole_time() -> None:
    def says(_name: str, _keys: Mapping[str, str | None]) -> KafkaFailure | None:
        return LACKING if broker.time.seconds < LIMIT else next(later)

    later = iter([LACKING, NO_ANSWER, None])
    broker = Broker(says)
    one = check(broker, replace(spec("a"), replication_factor=3))
    one.run()
    assert set(objections_of(one.plan.topics[0])) == {"replication_factor"}
    assert next(later, "all were given") == "all were given"


def test_the_pauses_between_requests_double_up_to_two_seconds() -> None:
    broker = Broker(lambda _name, _keys: NO_ANSWER if broker.requests < 8 else None)
    check(broker, spec("a")).run()
    pauses = [round(after - before, 3) for before, after in pairwise(broker.asked_at)]
    assert pauses == [0.1, 0.2, 0.4, 0.8, 1.6, 2, 2]


def test_only_a_missing_permission_leaves_topics_unchecked_and_each_is_marked() -> None:
    one = check(Broker(lambda name, _keys: DENIED if name != "b" else None), spec("a"), spec("b"), spec("c"))
    one.run()
    assert [unchecked_of(topic) for topic in one.plan.topics] == [DENIED, None, DENIED]
    assert [each.message for each in not_checked(one.plan)] == [
        "this principal may not change 2 topics (TOPIC_AUTHORIZATION_FAILED): apply would be denied"
    ]


def test_the_fingerprint_is_that_of_the_plan_that_is_shown() -> None:
    plans = []
    for says in (lambda *_: None, lambda *_: invalid("no")):
        one = check(Broker(says), spec("a", retention_ms="1"), spec("b"), live={"a": there("a")})
        one.run()
        plans.append(sealed(one.plan).fingerprint)
    assert plans[0] != plans[1]
