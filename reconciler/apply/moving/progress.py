"""How far all moves of a run are, in words. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from reconciler.configs.units import readable_size
from reconciler.model import MoveProgress, MoveState
from reconciler.plan.loss import counted


def told(moves: Sequence[MoveProgress]) -> str:
    """How far all ``moves`` of a run are: ``moving replicas: 12 of 40 partitions, 1.2 GiB of 4 GiB copied``."""
    done = sum(each.state is MoveState.DONE for each in moves)
    failed = sum(each.state is MoveState.FAILED for each in moves)
    sizes = [(each.bytes, each.copied) for each in moves if each.state is MoveState.MOVING]
    whole, copied = (
        (sum(number for number in of if number is not None) for of in zip(*sizes, strict=True)) if sizes else (0, 0)
    )
    words = f"moving replicas: {done:,} of {counted(len(moves), 'partition')}"
    if failed:
        words += f", {failed:,} failed"
    return f"{words}, copying {readable_size(copied)} of {readable_size(whole)}" if whole else words
