"""Replicas on the move: seen from outside, said, never acted on."""

from __future__ import annotations

from collections.abc import Iterator

from reconciler.errors import Diagnostic, Severity
from reconciler.model import Plan, live_of
from reconciler.printable import quoted


def suspected_reassignments(plan: Plan) -> Iterator[Diagnostic]:
    """A warning for every topic whose partitions have different numbers of replicas.

    While Kafka moves replicas it lists the old and the new ones together, so that a replication factor
    read meanwhile is that of no plan.
    """
    for topic in plan.topics:
        live = live_of(topic)
        if live is None or live.highest_replication_factor in {None, live.replication_factor}:
            continue
        yield Diagnostic(
            severity=Severity.WARNING,
            code="reassignment-suspected",
            message=f"{quoted(topic.name)} has partitions of {live.replication_factor} and of "
            f"{live.highest_replication_factor} replicas",
            hint="a reassignment is probably under way; plan again when it has ended",
            topic=topic.name,
            origin=topic.desired.origin,
        )
