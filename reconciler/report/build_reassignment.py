"""The moves of a topic's replicas, with how far they are, to their part of the report document."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from reconciler.model import MoveProgress, MoveState
from reconciler.report import document
from reconciler.report.build_error import build_error


def build_reassignment(moves: Sequence[MoveProgress]) -> document.Reassignment | None:
    """The part of the document about ``moves``; ``None`` where nothing is moved."""
    if not moves:
        return None
    number = Counter(each.state for each in moves)
    return document.Reassignment(
        partitions=len(moves),
        not_begun=number[MoveState.NOT_BEGUN],
        moving=number[MoveState.MOVING],
        done=number[MoveState.DONE],
        failed=number[MoveState.FAILED],
        bytes=_sum(each.bytes for each in moves),
        copied=_sum(each.copied for each in moves),
        moves=[_move(each) for each in moves],
    )


def _move(progress: MoveProgress) -> document.PartitionMove:
    move = progress.move
    return document.PartitionMove(
        partition=move.partition,
        before=list(move.before),
        after=list(move.after),
        state=progress.state,
        bytes=progress.bytes,
        copied=progress.copied,
        error=build_error(progress.failure),
    )


def _sum(numbers: Iterable[int | None]) -> int | None:
    known = [number for number in numbers if number is not None]
    return sum(known) if known else None
