"""What a scripted broker cannot bring about: a cluster that goes out of reach while a request is under way."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

import pytest

from reconciler.apply import Execution
from reconciler.errors import ClusterUnavailable
from reconciler.model import KafkaFailure, LiveState, Status, TopicSpec
from tests.apply.facts import Time, created, ledger_of


class GoneForGood:
    """A cluster whose name ceases to resolve when the first request has been sent."""

    def create(self, _topics: Sequence[TopicSpec]) -> Mapping[str, KafkaFailure | None]:
        raise ClusterUnavailable.for_good("no-such-host", "kafka-1: no such host", hint="check the spelling")

    add_partitions = alter_configs = create

    def look(self, _topics: Collection[TopicSpec]) -> LiveState:
        raise AssertionError("nobody looks at a cluster that is gone")


def test_a_request_under_way_when_the_cluster_is_gone_is_unknown_not_unattempted() -> None:
    time = Time()
    ledger = ledger_of(created("a"), created("b"))
    cluster = GoneForGood()
    execution = Execution(
        ledger=ledger,
        writer=cluster,  # type: ignore[arg-type]  # only creates come to it
        reader=cluster,
        limit=time.limit(10),
        clock=time.clock,
    )
    with pytest.raises(ClusterUnavailable, match="no such host"):
        execution.write()
    outcomes = ledger.outcomes()
    assert {outcome.status for outcome in outcomes.values()} == {Status.UNKNOWN}
    failure = outcomes["a"].attempts[0].failure
    assert failure is not None
    assert (failure.name, failure.message) == ("_TRANSPORT", "kafka-1: no such host")
