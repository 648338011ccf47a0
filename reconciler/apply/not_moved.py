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
    not_begun = len(still_open) - moving
    words = [f"{len(moves) - len(still_open):,} of {counted(len(moves), 'partition')} done"]
    if moving:
        words.append(f"{moving:,} still being moved")
    if not_begun:
        words.append(f"{not_begun:,} not begun")
    return KafkaFailure(
        code=60,
        name="REASSIGNMENT_IN_PROGRESS",
        error_class=RETRIABLE,
        message=", ".join(words),
        remedy=_what_to_do(moving, not_begun),
    )


def _what_to_do(moving: int, not_begun: int) -> str:
    if not moving:
        return "run apply again to move the replicas"
    rest = ", and to move the rest" if not_begun else ""
    return f"the cluster goes on by itself; run apply again to wait for it{rest}"
