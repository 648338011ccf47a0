"""What counts as progress of moves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from reconciler.model import MoveProgress, MoveState


class Advance:
    """Tells progress from mere change: while producers write, a move that is stuck has other sizes at each look."""

    def __init__(self) -> None:
        self._states: Mapping[tuple[str, int], MoveState] = {}
        self._least_left: dict[tuple[str, int], int] = {}

    def is_made(self, moves: Mapping[str, Sequence[MoveProgress]]) -> bool:
        """Whether a partition has another state than at the last call, or fewer bytes left to copy than ever before."""
        states = {(name, each.move.partition): each.state for name, of in moves.items() for each in of}
        is_other, self._states = states != self._states, states
        less = [self._is_less(name, each) for name, of in moves.items() for each in of]
        return is_other or any(less)

    def _is_less(self, name: str, progress: MoveProgress) -> bool:
        if progress.bytes is None or progress.copied is None:
            return False
        at, left = (name, progress.move.partition), progress.bytes - progress.copied
        least = self._least_left.setdefault(at, left)
        self._least_left[at] = min(left, least)
        return left < least
