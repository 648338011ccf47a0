"""What came of a topic, by what was answered and what was seen afterwards."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from reconciler.apply import Ledger
from reconciler.errors import Location
from reconciler.model import (
    Action,
    Attempt,
    FieldChange,
    KafkaFailure,
    LiveTopic,
    Operation,
    Plan,
    Status,
    TopicPlan,
    TopicSpec,
    Verdict,
    Verification,
)

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
REFUSED = KafkaFailure(code=44, name="POLICY_VIOLATION", kind="FATAL", message="no", remedy="ask")
NO_ANSWER = KafkaFailure(
    code=-185, name="_TIMED_OUT", kind="RETRIABLE", message="late", remedy="wait", outcome_known=False
)
EXISTS = KafkaFailure(code=36, name="TOPIC_ALREADY_EXISTS", kind="EXPECTED", message="there", remedy="plan")
SPEC = TopicSpec(name="orders", origin=Location("topics.yaml", 1, 1))
LIVE = LiveTopic(name="orders", partitions=3, replication_factor=1)


def change(field: str, verdict: Verdict = Verdict.SAFE) -> FieldChange:
    return FieldChange(field=field, before=1, after=2, verdict=verdict)


def attempt(operation: Operation, failure: KafkaFailure | None) -> Attempt:
    return Attempt(operation=operation, number=1, started_at=NOON, duration_seconds=0, failure=failure)


def status_of(topic: TopicPlan, ledger: Ledger) -> Status:
    return ledger.outcomes(Plan(topics=[topic], fingerprint=""))["orders"].status


@pytest.mark.parametrize(
    ("failure", "seen", "status"),
    [
        (None, Verification.VERIFIED, Status.APPLIED),
        (None, Verification.NOT_VISIBLE, Status.UNKNOWN),
        (None, Verification.MISMATCH, Status.FAILED),
        (None, None, Status.UNKNOWN),
        (REFUSED, None, Status.FAILED),
        (NO_ANSWER, Verification.VERIFIED, Status.APPLIED),
        (NO_ANSWER, Verification.NOT_VISIBLE, Status.UNKNOWN),
        (NO_ANSWER, None, Status.UNKNOWN),
        (EXISTS, Verification.VERIFIED, Status.APPLIED),
        (EXISTS, Verification.MISMATCH, Status.FAILED),
        (EXISTS, None, Status.UNKNOWN),
    ],
)
def test_a_create_is_done_only_when_it_was_read_back(
    failure: KafkaFailure | None, seen: Verification | None, status: Status
) -> None:
    ledger = Ledger()
    ledger.attempted("orders", attempt(Operation.CREATE_TOPICS, failure))
    if seen is not None:
        ledger.saw("orders", seen, NOON)
    assert status_of(TopicPlan(action=Action.CREATE, desired=SPEC), ledger) is status


def test_what_was_never_sent_was_not_attempted() -> None:
    assert status_of(TopicPlan(action=Action.CREATE, desired=SPEC), Ledger()) is Status.NOT_ATTEMPTED


def test_the_worst_of_the_changes_is_what_came_of_the_topic() -> None:
    topic = TopicPlan(
        action=Action.DRIFT,
        desired=SPEC,
        live=LIVE,
        changes=[change("partitions"), change("replication_factor", Verdict.IMPOSSIBLE), change("config.flush.ms")],
    )
    ledger = Ledger()
    ledger.attempted("orders", attempt(Operation.CREATE_PARTITIONS, None))
    assert status_of(topic, ledger) is Status.UNKNOWN
    ledger.attempted("orders", attempt(Operation.ALTER_CONFIGS, REFUSED))
    ledger.saw("orders", Verification.VERIFIED, NOON)
    outcome = ledger.outcomes(Plan(topics=[topic], fingerprint=""))["orders"]
    assert outcome.status is Status.FAILED
    assert outcome.failure == REFUSED
    assert dict(outcome.changes) == {
        "partitions": Status.APPLIED,
        "replication_factor": Status.REFUSED,
        "config.flush.ms": Status.FAILED,
    }


def test_an_impossible_change_beside_one_that_was_made_is_a_refused_topic() -> None:
    changes = [change("partitions", Verdict.IMPOSSIBLE), change("config.flush.ms")]
    topic = TopicPlan(action=Action.DRIFT, desired=SPEC, live=LIVE, changes=changes)
    ledger = Ledger()
    ledger.attempted("orders", attempt(Operation.ALTER_CONFIGS, None))
    ledger.saw("orders", Verification.VERIFIED, NOON)
    assert status_of(topic, ledger) is Status.REFUSED
