"""Replicas that are being moved: a warning, nothing else."""

from __future__ import annotations

from collections.abc import Iterator

from reconciler.errors import Diagnostic, Severity
from reconciler.model import LiveTopic, Plan, live_of
from reconciler.printable import quoted


def is_being_reassigned(live: LiveTopic) -> bool:
    """Whether replicas of ``live`` are probably being moved: its partitions have different numbers of them."""
    return live.highest_replication_factor not in {None, live.replication_factor}


def suspected_reassignments(plan: Plan) -> Iterator[Diagnostic]:
    """A warning for every topic whose partitions have different numbers of replicas.

    While Kafka moves replicas it lists old and new ones together, so the replication factor read meanwhile is neither
    the old nor the new one.
    """
    for topic in plan.topics:
        live = live_of(topic)
        if live is None or not is_being_reassigned(live):
            continue
        yield Diagnostic(
            severity=Severity.WARNING,
            code="reassignment-suspected",
            message=f"the partitions of {quoted(topic.name)} have between {live.replication_factor} and "
            f"{live.highest_replication_factor} replicas",
            hint="a reassignment is probably in progress; run plan again when it is complete",
            topic=topic.name,
            origin=topic.desired.origin,
        )
