"""What a scripted broker cannot bring about: requests that end without an answer, and a deadline in a pause."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pytest

from reconciler.apply import Execution, Ledger, Retries
from reconciler.clock import TimeLimit
from reconciler.errors import ClusterUnavailable, DeadlinePassed
from reconciler.model import KafkaFailure, LiveState, Query, TopicSpec, TopicStatus
from tests.support.steps import MOVED, OnlyBroker, Time, created, ledger_of

NO_SUCH_HOST = ClusterUnavailable.for_good("no-such-host", "kafka-1: no such host", hint="check the spelling")


class Cluster(OnlyBroker):
    """Every request to it ends with ``outcome``; it has no topics."""

    def __init__(self, outcome: Exception | KafkaFailure) -> None:
        self._outcome = outcome

    def create(self, topics: Sequence[TopicSpec]) -> Mapping[str, KafkaFailure | None]:
        if isinstance(self._outcome, Exception):
            raise self._outcome
        return dict.fromkeys((spec.name for spec in topics), self._outcome)

    def look_by_name(self, query: Query) -> LiveState:
        return self.look(query)

    def look(self, _query: Query) -> LiveState:
        return LiveState(cluster_id="c", brokers=1, topics={})


def execution(ledger: Ledger, outcome: Exception | KafkaFailure, limit: TimeLimit, time: Time) -> Execution:
    cluster = Cluster(outcome)
    return Execution(
        ledger=ledger,
        writer=cluster,  # type: ignore[arg-type]  # only creates come to it
        reader=cluster,
        limit=limit,
        retries=Retries(draw=lambda _low, high: high),
        clock=time.clock,
    )


@pytest.mark.parametrize(
    ("error", "name", "message"),
    [
        (NO_SUCH_HOST, "_TRANSPORT", "kafka-1: no such host"),
        (
            UnicodeDecodeError("utf-8", b"\xe9", 0, 1, "odd"),
            "INTERNAL_ERROR",
            "internal error while the request was in flight: UnicodeDecodeError",
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else type(value).__name__,
)
def test_a_request_that_ends_without_an_answer_is_unknown_not_unattempted(
    error: Exception, name: str, message: str
) -> None:
    time = Time()
    ledger = ledger_of(created("a"), created("b"))
    with pytest.raises(type(error)):
        execution(ledger, error, time.limit(10), time).write()
    outcomes = ledger.outcomes()
    assert {outcome.status for outcome in outcomes.values()} == {TopicStatus.UNKNOWN}
    failure = outcomes["a"].attempts[0].failure
    assert failure is not None
    assert (failure.name, failure.message) == (name, message)


def test_a_request_that_the_deadline_keeps_from_being_sent_was_not_attempted() -> None:
    time = Time()
    ledger = ledger_of(created("a"))
    with pytest.raises(DeadlinePassed):
        execution(ledger, DeadlinePassed.after(5), time.limit(10), time).write()
    assert ledger.outcomes()["a"].status is TopicStatus.NOT_ATTEMPTED


def test_a_deadline_in_a_pause_between_two_tries_is_called_what_it_is() -> None:
    time = Time()
    limit = TimeLimit(30, deadline=0.1, clock=time.clock)
    with pytest.raises(DeadlinePassed):
        execution(ledger_of(created("a")), MOVED, limit, time).write()
    assert time.seconds == 0.1
