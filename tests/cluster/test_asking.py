"""Questions that are asked again, and failures that are values."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from concurrent.futures import Future
from math import ceil
from typing import Any

import pytest
from confluent_kafka import KafkaError, KafkaException
from hypothesis import given
from hypothesis import strategies as st

from reconciler.clock import TimeLimit
from reconciler.cluster.asking import TRIES, Asking
from reconciler.cluster.connection import Connection
from reconciler.cluster.offsets import CHUNK
from reconciler.errors import ClusterUnavailable
from tests.wire.fake_kafka import FakeKafka

LOADING, DENIED, SILENCE = KafkaError.COORDINATOR_LOAD_IN_PROGRESS, KafkaError.GROUP_AUTHORIZATION_FAILED, -185
Send = Callable[[Collection[str], float], Mapping[str, Future[Any]]]


@pytest.fixture
def kafka() -> Iterator[FakeKafka]:
    with FakeKafka() as kafka:
        yield kafka


def asking(kafka: FakeKafka, seconds: float = 30) -> Asking:
    connection = Connection({"bootstrap.servers": kafka.bootstrap_servers}, limit=TimeLimit(seconds))
    return Asking(connection, sleep=lambda _seconds: None)


def answering(rounds: list[list[str]], codes: Mapping[str, list[int]]) -> Send:
    """Fail each key with its ``codes`` one after another, then answer; what was asked for is added to ``rounds``."""
    left = {key: iter(of_key) for key, of_key in codes.items()}

    def send(keys: Collection[str], _seconds: float) -> Mapping[str, Future[Any]]:
        rounds.append(list(keys))
        answers: dict[str, Future[Any]] = {key: Future() for key in keys}
        for key, answer in answers.items():
            code = next(left.get(key, iter(())), None)
            if code is None:
                answer.set_result(f"answer to {key}")
            else:
                answer.set_exception(KafkaException(KafkaError(code)))
        return answers

    return send


def test_only_what_failed_for_a_transient_reason_is_asked_again(kafka: FakeKafka) -> None:
    rounds: list[list[str]] = []
    asker = asking(kafka)
    send = answering(rounds, {"b": [LOADING, LOADING], "c": [DENIED]})
    told = asker.ask(["a", "b", "c"], send, api="x", permission="DESCRIBE on the group", each=True)
    assert rounds == [["a", "b", "c"], ["b"], ["b"]]
    assert told.results == {"a": "answer to a", "b": "answer to b"}
    assert told.failures.keys() == {"c"}
    assert told.failures["c"].remedy == "grant this principal DESCRIBE on the group"
    assert asker.connection.requests["x"] == 5


def test_a_failure_that_stays_is_a_value_after_some_tries(kafka: FakeKafka) -> None:
    rounds: list[list[str]] = []
    told = asking(kafka).ask(["a", "b"], answering(rounds, {"b": [LOADING] * 99}), api="x", permission="")
    assert len(rounds) == TRIES
    assert (told.results, told.failures["b"].name) == ({"a": "answer to a"}, "COORDINATOR_LOAD_IN_PROGRESS")


def test_a_part_of_the_cluster_that_is_silent_is_a_value_too(kafka: FakeKafka) -> None:
    asker = asking(kafka)
    asker.connection.limit.shorten(0)
    told = asker.ask(["a", "b"], answering([], {"b": [SILENCE] * 99}), api="x", permission="")
    assert (told.results, told.failures["b"].name) == ({"a": "answer to a"}, "_TIMED_OUT")


def test_a_cluster_that_is_silent_ends_the_run_when_the_time_is_over(kafka: FakeKafka) -> None:
    asker = asking(kafka)
    asker.connection.limit.shorten(0)
    with pytest.raises(ClusterUnavailable):
        asker.ask(["a", "b"], answering([], {"a": [SILENCE] * 99, "b": [SILENCE] * 99}), api="x", permission="")


def test_what_the_client_does_not_send_is_a_value(kafka: FakeKafka) -> None:
    def refuse(_keys: Collection[str], _seconds: float) -> Mapping[str, Future[Any]]:
        raise ValueError("no such thing")

    told = asking(kafka).ask(["a"], refuse, api="x", permission="")
    assert told.failures["a"].message == "the Kafka client rejects the request: no such thing"


def test_nothing_is_sent_for_no_question(kafka: FakeKafka) -> None:
    rounds: list[list[str]] = []
    asker = asking(kafka)
    assert asker.ask([], answering(rounds, {}), api="x", permission="").results == {}
    assert (rounds, dict(asker.connection.requests)) == ([], {})


@given(st.integers(1, 300_000))
def test_three_kinds_of_offsets_take_at_most_two_requests_and_one_for_each_thousand_partitions(number: int) -> None:
    assert 3 * ceil(number / CHUNK) <= 2 + ceil(number / 1_000)
