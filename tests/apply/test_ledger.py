"""What came of a topic, by what was answered and what was seen afterwards."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from reconciler.apply import Ledger
from reconciler.apply.ledger import Seen
from reconciler.model import (
    FATAL,
    Attempt,
    Decision,
    Drift,
    FieldChange,
    KafkaFailure,
    LiveTopic,
    Operation,
    Refusal,
    Refused,
    Safe,
    TopicPlan,
    TopicStatus,
    Verification,
)
from tests.support.steps import EXISTS, MOVED, NO_ANSWER, NOON, REFUSED, created, ledger_of, spec

SPEC = spec("orders")
LIVE = LiveTopic(name="orders", partitions=3, replication_factor=1)


SAFE, IMPOSSIBLE = Safe(), Refused(Refusal.by(REFUSED))


def change(field: str, decision: Decision = SAFE) -> FieldChange:
    return FieldChange(field=field, before=1, after=2, decision=decision)


def attempt(operation: Operation, failure: KafkaFailure | None, *, found_applied: bool = False) -> Attempt:
    return Attempt(
        operation=operation,
        number=1,
        started_at=NOON,
        duration_seconds=0,
        failure=failure,
        found_applied=found_applied,
    )


def status_in(ledger: Ledger) -> TopicStatus:
    return ledger.outcomes()["orders"].status


@pytest.mark.parametrize(
    ("failure", "seen", "status"),
    [
        (None, Verification.VERIFIED, TopicStatus.APPLIED),
        (None, Verification.NOT_VISIBLE, TopicStatus.UNKNOWN),
        (None, Verification.MISMATCH, TopicStatus.FAILED),
        (None, None, TopicStatus.UNKNOWN),
        (REFUSED, None, TopicStatus.FAILED),
        (NO_ANSWER, Verification.VERIFIED, TopicStatus.APPLIED),
        (NO_ANSWER, Verification.NOT_VISIBLE, TopicStatus.UNKNOWN),
        (NO_ANSWER, None, TopicStatus.UNKNOWN),
        (EXISTS, Verification.VERIFIED, TopicStatus.APPLIED),
        (EXISTS, Verification.MISMATCH, TopicStatus.FAILED),
        (EXISTS, None, TopicStatus.UNKNOWN),
    ],
)
def test_a_create_is_done_only_when_it_was_read_back(
    failure: KafkaFailure | None, seen: Verification | None, status: TopicStatus
) -> None:
    ledger = ledger_of(created("orders"))
    ledger.attempted("orders", attempt(Operation.CREATE_TOPICS, failure))
    if seen is not None:
        ledger.saw("orders", Seen(verification=seen, at=NOON))
    assert status_in(ledger) is status


def test_what_was_never_sent_was_not_attempted() -> None:
    assert status_in(ledger_of(created("orders"))) is TopicStatus.NOT_ATTEMPTED


def test_the_worst_of_the_changes_is_what_came_of_the_topic() -> None:
    topic = Drift(
        desired=SPEC,
        live=LIVE,
        changes=[
            change("partitions"),
            change("replication_factor", IMPOSSIBLE),
            change("config.flush.ms"),
        ],
    )
    ledger = ledger_of(topic)
    ledger.attempted("orders", attempt(Operation.CREATE_PARTITIONS, None))
    assert status_in(ledger) is TopicStatus.UNKNOWN
    ledger.attempted("orders", attempt(Operation.ALTER_CONFIGS, REFUSED))
    ledger.saw("orders", Seen(verification=Verification.VERIFIED, at=NOON))
    outcome = ledger.outcomes()["orders"]
    assert outcome.status is TopicStatus.FAILED
    assert outcome.failure == REFUSED
    assert dict(outcome.changes) == {
        "partitions": TopicStatus.APPLIED,
        "replication_factor": TopicStatus.REFUSED,
        "config.flush.ms": TopicStatus.FAILED,
    }


def test_an_impossible_change_beside_one_that_was_made_is_a_refused_topic() -> None:
    changes = [change("partitions", IMPOSSIBLE), change("config.flush.ms")]
    topic = Drift(desired=SPEC, live=LIVE, changes=changes)
    ledger = ledger_of(topic)
    ledger.attempted("orders", attempt(Operation.ALTER_CONFIGS, None))
    ledger.saw("orders", Seen(verification=Verification.VERIFIED, at=NOON))
    assert status_in(ledger) is TopicStatus.REFUSED


GROWS, KEEPS = change("partitions"), change("config.retention.ms")
OBJECTED = change("config.flush.ms", IMPOSSIBLE)
OBJECTION = Refusal.by(KafkaFailure(code=40, name="INVALID_CONFIG", error_class=FATAL, message="no", remedy="fix it"))
NOT_AS_WRITTEN = KafkaFailure(code=0, name="NOT_AS_WRITTEN", error_class=FATAL, message="other", remedy="plan")


def drifted(*changes: FieldChange, refusal: Refusal | None = None) -> TopicPlan:
    return Drift(desired=SPEC, live=LIVE, changes=changes, refusal=refusal)


@pytest.mark.parametrize(
    ("topic", "attempts", "seen", "status", "failure"),
    [
        pytest.param(
            drifted(KEEPS, OBJECTED, refusal=OBJECTION),
            [attempt(Operation.ALTER_CONFIGS, REFUSED)],
            None,
            TopicStatus.FAILED,
            REFUSED,
            id="what failed comes before what the plan refuses",
        ),
        pytest.param(
            drifted(KEEPS, OBJECTED, refusal=OBJECTION),
            [attempt(Operation.ALTER_CONFIGS, None)],
            Verification.MISMATCH,
            TopicStatus.FAILED,
            NOT_AS_WRITTEN,
            id="what reading back showed comes before what the plan refuses",
        ),
        pytest.param(
            drifted(KEEPS, OBJECTED, refusal=OBJECTION),
            [attempt(Operation.ALTER_CONFIGS, None)],
            Verification.VERIFIED,
            TopicStatus.REFUSED,
            OBJECTION,
            id="what is refused where the rest is done",
        ),
        pytest.param(
            drifted(KEEPS, change("replication_factor", IMPOSSIBLE)),
            [attempt(Operation.ALTER_CONFIGS, NO_ANSWER, found_applied=True)],
            Verification.VERIFIED,
            TopicStatus.REFUSED,
            None,
            id="not an answer that was lost and found applied",
        ),
        pytest.param(
            drifted(GROWS, KEEPS),
            [
                attempt(Operation.CREATE_PARTITIONS, MOVED, found_applied=True),
                attempt(Operation.ALTER_CONFIGS, REFUSED),
            ],
            Verification.VERIFIED,
            TopicStatus.FAILED,
            REFUSED,
            id="not an error of another request that was found applied",
        ),
        pytest.param(
            drifted(GROWS, KEEPS),
            [attempt(Operation.CREATE_PARTITIONS, NO_ANSWER), attempt(Operation.ALTER_CONFIGS, REFUSED)],
            Verification.VERIFIED,
            TopicStatus.FAILED,
            REFUSED,
            id="not a lost answer to what was read back",
        ),
    ],
)
def test_the_error_of_a_topic_says_why_it_has_its_status(
    topic: TopicPlan,
    attempts: list[Attempt],
    seen: Verification | None,
    status: TopicStatus,
    failure: KafkaFailure | Refusal | None,
) -> None:
    ledger = ledger_of(topic)
    for each in attempts:
        ledger.attempted("orders", each)
    if seen is not None:
        told = NOT_AS_WRITTEN if seen is Verification.MISMATCH else None
        ledger.saw("orders", Seen(verification=seen, at=NOON, failure=told))
    outcome = ledger.outcomes()["orders"]
    assert (outcome.status, outcome.failure or outcome.refusal) == (status, failure)


@pytest.mark.parametrize(
    ("answer", "progress"),
    [
        (attempt(Operation.CREATE_TOPICS, None), "1 done, 0 failed, 0 retrying"),
        (attempt(Operation.CREATE_TOPICS, REFUSED), "0 done, 1 failed, 0 retrying"),
        (attempt(Operation.CREATE_TOPICS, NO_ANSWER), "0 done, 0 failed, 1 retrying"),
        (attempt(Operation.CREATE_TOPICS, EXISTS), "0 done, 0 failed, 1 retrying"),
        (attempt(Operation.CREATE_TOPICS, NO_ANSWER, found_applied=True), "1 done, 0 failed, 0 retrying"),
    ],
)
def test_progress_counts_what_is_known(answer: Attempt, progress: str) -> None:
    ledger = ledger_of(created("orders"), created("another"))
    ledger.attempted("orders", answer)
    assert ledger.progress() == f"applying: {progress}, 1 remaining"


@pytest.mark.parametrize(
    ("topic", "operation"), [(created("orders"), Operation.CREATE_TOPICS), (drifted(KEEPS), Operation.ALTER_CONFIGS)]
)
@pytest.mark.parametrize(
    ("seen", "status"), [(Verification.VERIFIED, TopicStatus.APPLIED), (Verification.NOT_VISIBLE, TopicStatus.FAILED)]
)
def test_what_was_read_back_is_done_though_a_second_attempt_was_refused(
    topic: TopicPlan, operation: Operation, seen: Verification, status: TopicStatus
) -> None:
    ledger = ledger_of(topic)
    ledger.attempted("orders", attempt(operation, NO_ANSWER))
    ledger.attempted("orders", attempt(operation, REFUSED))
    ledger.saw("orders", Seen(verification=seen, at=NOON))
    assert status_in(ledger) is status


CREATE, GROW, ALTER, *_ = Operation


def written(*requests: tuple[Operation, dict[str, KafkaFailure | None]]) -> Ledger:
    """The account of such requests, one a second, after which everything is as wanted."""
    names = sorted({name for _, answers in requests for name in answers})
    ledger = ledger_of(*map(created, names))
    for number, (operation, answers) in enumerate(requests):
        at = NOON + timedelta(seconds=number)
        for name, failure in answers.items():
            ledger.attempted(name, replace(attempt(operation, failure), started_at=at))
    for name in names:
        ledger.saw(name, Seen(verification=Verification.VERIFIED, at=NOON))
    return ledger


def last(ledger: Ledger, most: int = 50) -> list[tuple[str, Operation]]:
    return [(topic.name, operation) for topic, operation in ledger.last_writes(most)]


def test_the_last_writes_are_those_of_the_last_request_that_was_accepted() -> None:
    ledger = written((CREATE, {"a": None, "b": None}), (ALTER, {"c": None, "d": None}), (ALTER, {"e": REFUSED}))
    assert last(ledger) == [("c", ALTER), ("d", ALTER)]


def test_a_write_without_an_answer_may_be_later_than_the_last_one() -> None:
    ledger = written((CREATE, {"a": NO_ANSWER, "b": None}), (GROW, {"b": None}), (ALTER, {"c": None}))
    assert last(ledger) == [("c", ALTER), ("a", CREATE)]


def test_what_a_look_found_done_is_earlier_than_all_that_was_sent_after_the_look() -> None:
    ledger = written((CREATE, {"a": NO_ANSWER}))
    ledger.found_applied("a", CREATE)
    assert last(ledger) == [("a", CREATE)]
    ledger = written((CREATE, {"a": NO_ANSWER}), (CREATE, {"b": None}))
    ledger.found_applied("a", CREATE)
    assert last(ledger) == [("a", CREATE), ("b", CREATE)]
    ledger.attempted("b", replace(attempt(ALTER, None), started_at=NOON + timedelta(seconds=9)))
    assert last(ledger) == [("b", ALTER)]


def test_only_what_was_read_back_counts_among_the_last_writes() -> None:
    ledger = written((CREATE, {"a": None}), (ALTER, {"b": None}))
    ledger.saw("b", Seen(verification=Verification.UNVERIFIABLE, at=NOON))
    assert last(ledger) == [("a", CREATE)]


def test_of_a_large_request_a_few_topics_from_all_over_it_are_enough() -> None:
    ledger = written((CREATE, {f"t{number:03}": None for number in range(400)}))
    names = [name for name, _ in last(ledger)]
    assert len(names) == 50
    assert (names[0], names[-1]) == ("t000", "t392")


def test_nothing_is_last_where_nothing_was_written() -> None:
    assert last(ledger_of(created("a"))) == []
