"""Whether Kafka can make a change, and if not, why and what else there is to do."""

from __future__ import annotations

from reconciler.model import Verdict


def verdict(field: str, before: int | str | None, after: int | str | None) -> tuple[Verdict, str | None]:
    """The verdict on changing ``field``, with the reason for anything but ``safe``."""
    if field == "partitions" and isinstance(before, int) and isinstance(after, int) and after < before:
        return Verdict.IMPOSSIBLE, (
            f"Kafka cannot remove partitions; write partitions: {before} to accept what is there, "
            f"or create a topic with {after} under a new name and move the records"
        )
    if field == "replication_factor":
        return Verdict.IMPOSSIBLE, (
            "this version does not move replicas; use kafka-reassign-partitions, "
            f"or write replication_factor: {before} to accept what is there"
        )
    return Verdict.SAFE, None
