"""How far replicas were moved, in the report document."""

from __future__ import annotations

from dataclasses import dataclass

from reconciler.model import MoveState
from reconciler.report.document.part import Count, Error, Part


@dataclass(frozen=True, slots=True, kw_only=True)
class PartitionMove(Part):
    """A partition that gets other replicas, by broker id; the first one is the preferred leader."""

    partition: Count
    before: list[int]
    after: list[int]
    state: MoveState
    """What was seen last: `not_begun`, `moving`, `done`, or `failed`. One that is `moving` goes on in the cluster."""
    bytes: Count | None
    """What is to be copied, to all brokers together; `null` if it was not read, for example because the move was done
    at once."""
    copied: Count | None
    """What of that is there."""
    error: Error | None
    """Why it failed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reassignment(Part):
    """How far the replicas of a topic were moved when the run ended."""

    partitions: Count
    """Partitions that get other replicas. The following numbers count them by `state`."""
    not_begun: Count
    moving: Count
    done: Count
    failed: Count
    bytes: Count | None
    """What is to be copied, as far as it was read; `null` if it was read of no partition."""
    copied: Count | None
    """What of that is there."""
    moves: list[PartitionMove]
    """Every partition that gets other replicas, by number."""
