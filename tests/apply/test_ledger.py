"""What came of a topic, by what was answered and what was seen afterwards."""

from __future__ import annotations

import pytest

from reconciler.apply import Ledger
from reconciler.apply.ledger import Seen
from reconciler.model import (
    Action,
    Attempt,
    FieldChange,
    KafkaFailure,
    LiveTopic,
    Operation,
    Status,
    TopicPlan,
    Verdict,
    Verification,
)
from tests.apply.facts import EXISTS, NO_ANSWER, NOON, REFUSED, created, ledger_of, spec

SPEC = spec("orders")
LIVE = LiveTopic(name="orders", partitions=3, replication_factor=1)


def change(field: str, verdict: Verdict = Verdict.SAFE) -> FieldChange:
    return FieldChange(field=field, before=1, after=2, verdict=verdict)


def attempt(operation: Operation, failure: KafkaFailure | None) -> Attempt:
    return Attempt(operation=operation, number=1, started_at=NOON, duration_seconds=0, failure=failure)


def status_in(ledger: Ledger) -> Status:
    return ledger.outcomes()["orders"].status


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
    ledger = ledger_of(created("orders"))
    ledger.attempted("orders", attempt(Operation.CREATE_TOPICS, failure))
    if seen is not None:
        ledger.saw("orders", Seen(verification=seen, at=NOON))
    assert status_in(ledger) is status


def test_what_was_never_sent_was_not_attempted() -> None:
    assert status_in(ledger_of(created("orders"))) is Status.NOT_ATTEMPTED


def test_the_worst_of_the_changes_is_what_came_of_the_topic() -> None:
    topic = TopicPlan(
        action=Action.DRIFT,
        desired=SPEC,
        live=LIVE,
        changes=[change("partitions"), change("replication_factor", Verdict.IMPOSSIBLE), change("config.flush.ms")],
    )
    ledger = ledger_of(topic)
    ledger.attempted("orders", attempt(Operation.CREATE_PARTITIONS, None))
    assert status_in(ledger) is Status.UNKNOWN
    ledger.attempted("orders", attempt(Operation.ALTER_CONFIGS, REFUSED))
    ledger.saw("orders", Seen(verification=Verification.VERIFIED, at=NOON))
    outcome = ledger.outcomes()["orders"]
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
    ledger = ledger_of(topic)
    ledger.attempted("orders", attempt(Operation.ALTER_CONFIGS, None))
    ledger.saw("orders", Seen(verification=Verification.VERIFIED, at=NOON))
    assert status_in(ledger) is Status.REFUSED
