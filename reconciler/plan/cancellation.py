"""A plan that takes replica moves back: the topics of the manifest that are about to get another replication factor."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from reconciler.errors import Diagnostic, Severity
from reconciler.model import (
    DesiredState,
    Drift,
    FieldChange,
    Impact,
    LiveState,
    Move,
    Plan,
    Risk,
    RiskKind,
    Safe,
    Source,
    TopicPlan,
    TopicSpec,
    changes_of,
)

FIELD = "replication_factor"
_LAYER = "cancel"
_LISTED = 5


def cancellation(desired: DesiredState, live: LiveState, in_flight: Mapping[str, Mapping[int, Move]]) -> Plan:
    """What is taken back of ``in_flight``, which has the moves under way by topic and partition.

    Moves that keep the number of replicas are of tools that balance brokers, so they go on. The impact of each change
    has the moves that take the others back.
    """
    specs = {spec.name: spec for spec in desired.topics}
    found = {
        name: [move for move in of.values() if len(move.before) != len(move.after)] for name, of in in_flight.items()
    }
    topics = [
        _taken_back(specs[name], live, found[name])
        for name in sorted(found)
        if found[name] and name in specs and name in live.topics
    ]
    return Plan(topics=topics, policy=desired.policy, cluster_id=live.cluster_id)


def back_moves(topic: TopicPlan) -> Sequence[Move]:
    """The moves that take those of ``topic`` back, in such a plan."""
    risks = (change.decision.risk for change in changes_of(topic) if isinstance(change.decision, Safe))
    return [move for risk in risks if risk is not None and risk.impact is not None for move in risk.impact.moves]


def cancellation_notes(plan: Plan) -> Iterator[Diagnostic]:
    """What the run does, or that it has nothing to do."""
    number = sum(len(back_moves(topic)) for topic in plan.topics)
    partitions = "1 partition" if number == 1 else f"{number:,} partitions"
    topics = "1 topic" if len(plan.topics) == 1 else f"{len(plan.topics):,} topics"
    yield Diagnostic(
        severity=Severity.INFO,
        code="cancelling" if number else "nothing-to-cancel",
        message=f"this run takes back the reassignment of {partitions} of {topics}, and applies nothing else"
        if number
        else "no reassignment that changes the replication factor of a topic of the manifest is in progress",
        hint="change replication_factor in the manifest too, or the next apply begins again" if number else None,
    )


def _taken_back(spec: TopicSpec, live: LiveState, moves: Sequence[Move]) -> Drift:
    """The change of a topic, from the number of replicas that it is about to get to the one it had."""
    back = [Move(move.partition, move.after, move.before) for move in sorted(moves)]
    target, former = (min(map(len, sides)) for sides in zip(*((move.before, move.after) for move in back), strict=True))
    reason = f"its reassignment is taken back: {_listed(back)}"
    risk = Risk(kind=RiskKind.REPLICATION_CHANGE, reason=reason, impact=Impact(moves=back))
    source = Source(_LAYER, spec.origin_of(FIELD) or spec.origin)
    change = FieldChange(field=FIELD, before=target, after=former, origin=source.origin, decision=Safe(reason, risk))
    bare = replace(spec, partitions=None, replication_factor=former, config={}, sources={FIELD: source})
    return Drift(desired=bare, live=live.topics[spec.name], changes=(change,))


def _listed(moves: Sequence[Move]) -> str:
    first = "; ".join(
        f"partition {move.partition} goes back to broker {', '.join(map(str, move.after))}" for move in moves[:_LISTED]
    )
    more = len(moves) - _LISTED
    return f"{first}; and {more:,} more {'partition' if more == 1 else 'partitions'}" if more > 0 else first
