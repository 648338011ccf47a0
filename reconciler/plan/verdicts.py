"""Whether Kafka can make a change, and if not, why and what else there is to do."""

from __future__ import annotations

from reconciler.model import Decision, Refusal, RefusalKind, Refused, Safe


def decision(field: str, before: int | str | None, after: int | str | None) -> Decision:
    """The decision about changing ``field``."""
    if field == "partitions" and isinstance(before, int) and isinstance(after, int) and after < before:
        return _impossible(
            "Kafka cannot remove partitions",
            f"write partitions: {before} to accept what is there, "
            f"or create a topic with {after} under a new name and move the records",
        )
    if field == "replication_factor":
        return _impossible(
            "this version does not move replicas",
            f"use kafka-reassign-partitions, or write replication_factor: {before} to accept what is there",
        )
    return Safe()


def _impossible(reason: str, way_out: str) -> Refused:
    return Refused(Refusal(kind=RefusalKind.IMPOSSIBLE, reason=reason, way_out=way_out))
