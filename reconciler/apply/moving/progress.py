"""How far all moves of a run are, in words. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from reconciler.configs.units import readable_size
from reconciler.model import MoveProgress, MoveState
from reconciler.plan.loss import counted


def told(moves: Sequence[MoveProgress]) -> str:
    """How far all ``moves`` of a run are: ``moving replicas: 12 of 40 partitions done, 1.2GiB of 4GiB copied``.

    Sizes are those that were read so far: of moves that have not begun none is known.
    """
    done = sum(each.state is MoveState.DONE for each in moves)
    failed = sum(each.state is MoveState.FAILED for each in moves)
    whole, copied = sum(each.bytes or 0 for each in moves), sum(each.copied or 0 for each in moves)
    words = f"moving replicas: {done:,} of {counted(len(moves), 'partition')} done"
    if failed:
        words += f", {failed:,} failed"
    return f"{words}, {_size(copied)} of {_size(whole)} copied" if whole else words


def _size(number: int) -> str:
    return readable_size(number).removeprefix("about ")
