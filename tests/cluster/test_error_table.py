"""Every error code has a class, a scope and a way out."""

from __future__ import annotations

from dataclasses import replace

import pytest
from confluent_kafka import KafkaError, KafkaException
from hypothesis import given
from hypothesis import strategies as st

from reconciler.cluster.error_table import ERRORS
from reconciler.cluster.failures import failure_of, failure_of_code
from reconciler.model import EXPECTED, FATAL, RETRIABLE, ErrorClass, KafkaFailure
from tests.wire import classes

# librdkafka abbreviates a few of Kafka's names.
ABBREVIATED = {
    -1: "UNKNOWN",
    3: "UNKNOWN_TOPIC_OR_PART",
    6: "NOT_LEADER_FOR_PARTITION",
    11: "STALE_CTRL_EPOCH",
    17: "TOPIC_EXCEPTION",
}


@given(st.integers(-(2**31), 2**31 - 1))
def test_every_integer_is_classified(code: int) -> None:
    failure = failure_of_code(code, "")
    assert failure.error_class in ErrorClass
    assert failure.name
    assert failure.remedy
    assert failure.code == code


@pytest.mark.parametrize("code", ERRORS)
def test_names_are_those_of_the_client(code: int) -> None:
    known = KafkaError(code).name()
    assert known.startswith("ERR_") or ERRORS[code].name in known or ABBREVIATED.get(code) == known


def test_a_code_that_nobody_knows_is_fatal_and_never_tried_again() -> None:
    failure = failure_of_code(32000, "odd")
    assert (failure.error_class, failure.ends_run, failure.outcome_known) == (FATAL, False, True)


def test_the_remedy_names_the_permission_that_the_request_needs() -> None:
    error = KafkaException(KafkaError(KafkaError.TOPIC_AUTHORIZATION_FAILED))
    assert failure_of(error, permission="ALTER on the topic").remedy == "grant this principal ALTER on the topic"


@pytest.mark.parametrize(
    ("message", "known"),
    [
        ("Failed while waiting for controller: Local: Timed out", True),
        ("Failed while waiting for response from broker: Local: Timed out", False),
    ],
)
def test_the_words_tell_whether_a_request_that_timed_out_was_ever_sent(message: str, known: bool) -> None:
    assert failure_of_code(-185, message).outcome_known is known


@pytest.mark.parametrize(
    ("code", "message", "kind", "is_of_batch"),
    [
        (44, "Unable to perform excessively large batch operation.", FATAL, True),
        (44, "Excessively large number of partitions per request.", FATAL, True),
        (44, "No topics on Fridays", FATAL, False),
        (37, "Topic already has 3 partition(s).", EXPECTED, False),
        (37, "The topic a currently has 5 partition(s); 3 would not be an increase.", EXPECTED, False),
        (38, "All brokers are currently fenced.", RETRIABLE, False),
        (
            38,
            "The target replication factor of 3 cannot be reached because only 2 broker(s) are registered.",
            FATAL,
            False,
        ),
        (-199, "Local: Bad message format", RETRIABLE, True),
    ],
)
def test_the_words_tell_more_than_the_code(code: int, message: str, kind: ErrorClass, is_of_batch: bool) -> None:
    failure: KafkaFailure = failure_of_code(code, message)
    assert (failure.error_class, failure.is_of_batch) == (kind, is_of_batch)


def test_every_code_has_the_class_that_was_written_down_for_it() -> None:
    brokers = {code: error for code, error in ERRORS.items() if code >= -1}
    assert {code for code, error in brokers.items() if error.error_class == RETRIABLE} == set(classes.PASSES)
    fatal = {code: error.scope for code, error in brokers.items() if error.error_class == FATAL}
    assert {code for code, scope in fatal.items() if scope == "topic"} == set(classes.FATAL_FOR_TOPIC)
    assert {code for code, scope in fatal.items() if scope == "run"} == set(classes.FATAL_FOR_RUN)
    assert {code for code, error in brokers.items() if error.error_class == EXPECTED} == set(classes.EXPECTED)
    assert {code for code, error in brokers.items() if not error.outcome_known} == set(classes.MAY_HAVE_HAPPENED)


def test_what_the_client_cannot_make_of_an_answer_may_have_been_done_and_is_not_the_brokers() -> None:
    failure = failure_of(UnicodeDecodeError("utf-8", b"\xe9", 0, 1, "odd"))
    assert (failure.error_class, failure.outcome_known, failure.from_broker) == (FATAL, False, False)


@pytest.mark.parametrize(("code", "whose"), [(-1, "brokers"), (3, "brokers"), (0, "ours"), (-185, "clients")])
def test_a_code_tells_whose_words_they_are(code: int, whose: str) -> None:
    failure = replace(failure_of_code(3, "odd"), code=code)
    assert (failure.from_broker, failure.from_client) == (whose == "brokers", whose == "clients")
