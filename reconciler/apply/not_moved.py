"""Why the replicas of a topic are not where they should be. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from reconciler.model import RETRIABLE, KafkaFailure, MoveProgress, MoveState
from reconciler.plan.loss import counted

OPEN = frozenset({MoveState.NOT_BEGUN, MoveState.MOVING})
"""The cluster has yet to begin or to finish such a move."""


def why_not_done(moves: Sequence[MoveProgress]) -> KafkaFailure | None:
    """Why the replicas of a topic are not where they should be; ``None`` where all moves are done."""
    failures = [each for each in moves if each.failure is not None]
    still_open = [each for each in moves if each.state in OPEN]
    if failures and (first := failures[0].failure) is not None:
        more = f" (and {counted(len(failures) - 1, 'more partition')})" if len(failures) > 1 else ""
        return replace(first, message=f"{first.message}{more}")
    if not still_open:
        return None
    moving = sum(each.state is MoveState.MOVING for each in still_open)
    words = [f"{len(moves) - len(still_open):,} of {counted(len(moves), 'partition')} done"]
    if moving:
        words.append(f"{moving:,} still being moved")
    if moving < len(still_open):
        words.append(f"{len(still_open) - moving:,} not begun")
    return KafkaFailure(
        code=60,
        name="REASSIGNMENT_IN_PROGRESS",
        error_class=RETRIABLE,
        message=", ".join(words),
        remedy="the cluster goes on by itself; run apply again to wait for it, and to move the rest",
    )
