"""Steps: which change is written when."""

from __future__ import annotations

import pytest

from reconciler.errors import Location
from reconciler.model import (
    Consent,
    Drift,
    FieldChange,
    Impact,
    LiveTopic,
    Move,
    Operation,
    Risk,
    RiskKind,
    Risky,
    TopicSpec,
)
from reconciler.plan import moves_of, operation_for, step_of
from reconciler.plan.question import questions_about
from reconciler.plan.steps import request_step_of

MOVES = (Move(0, (1,), (1, 2, 3)),)


def drift(before: int, after: int) -> Drift:
    """A topic whose replication factor changes, and two of its settings."""
    kind = RiskKind.REPLICATION_CHANGE
    risk = Risk(kind=kind, reason="copies", impact=Impact(moves=MOVES))
    decision = Risky(risk, Consent(kind=kind, given_by="--allow"))
    return Drift(
        desired=TopicSpec(name="a", origin=Location("topics.yaml", 1, 1)),
        live=LiveTopic(name="a", partitions=1, replication_factor=before),
        changes=(
            FieldChange(field="replication_factor", before=before, after=after, decision=decision),
            FieldChange(field="config.min.insync.replicas", before="1", after="2"),
            FieldChange(field="config.retention.ms", before="1", after="2"),
        ),
    )


@pytest.mark.parametrize(
    ("before", "after", "operation"),
    [(1, 3, Operation.ALTER_CONFIGS_AFTER_MOVES), (3, 2, Operation.ALTER_CONFIGS)],
)
def test_min_insync_replicas_is_written_after_replicas_that_are_added(
    before: int, after: int, operation: Operation
) -> None:
    topic = drift(before, after)
    written = {change.field: operation_for(topic, change) for change in topic.changes}
    assert written == {
        "replication_factor": Operation.MOVE_REPLICAS,
        "config.min.insync.replicas": operation,
        "config.retention.ms": Operation.ALTER_CONFIGS,
    }
    assert all(change in step_of(written[change.field]).changes(topic) for change in topic.changes)


@pytest.mark.parametrize(("before", "after"), [(1, 3), (3, 2)])
def test_whatever_is_asked_of_a_broker_is_part_of_a_request(before: int, after: int) -> None:
    """Else it would be asked for ever."""
    questions = questions_about(drift(before, after))
    assert {field for each in questions for group in each.open for field in group} == {
        "config.min.insync.replicas",
        "config.retention.ms",
    }
    for question in questions:
        step = request_step_of(question.operation)
        assert step is not None
        assert step.fields(question.part) == question.open[0]
        assert step.weight(question.part) > 0


def test_the_moves_are_those_that_were_reviewed() -> None:
    assert moves_of(drift(1, 3)) == MOVES
