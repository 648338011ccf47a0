"""Which moves to ask for next: as many as brokers may copy at once. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from reconciler.model import Move, MoveProgress, MoveState

AT_A_BROKER = 20
"""Large replicas that a broker receives at once. Its other work goes on: it fetches with one thread by default."""
SHARE = 25
"""Of the small ones, so many count as a large one, or those that come to as many bytes: there is little to copy."""
LARGE = 64 * 1024 * 1024
PLACES = AT_A_BROKER * SHARE
REFILLED_AT = PLACES // 2
"""A broker gets no more while more than this is taken: a few large requests instead of one for each replica."""
AT_ONCE = 1_000
"""Moves per request: each is a record of the controller, which takes at most 10,000 of them."""


def portion(progress: Mapping[str, Sequence[MoveProgress]]) -> Mapping[str, Sequence[Move]]:
    """The moves of ``progress``, by topic, to ask for beside those under way: in order, so the same every time."""
    taken: Counter[int] = Counter()
    for each in (each for of in progress.values() for each in of if each.state is MoveState.MOVING):
        taken.update(dict.fromkeys(each.move.added, _places(each)))
    busy = {broker for broker, number in taken.items() if number > REFILLED_AT}
    chosen: dict[str, list[Move]] = {}
    left = AT_ONCE
    for name, of in progress.items():
        for each in of:
            if each.state is not MoveState.NOT_BEGUN or not left:
                continue
            places, added = _places(each), each.move.added
            if all(broker not in busy and taken[broker] + places <= PLACES for broker in added):
                taken.update(dict.fromkeys(added, places))
                chosen.setdefault(name, []).append(each.move)
                left -= 1
    return chosen


def _places(progress: MoveProgress) -> int:
    """The places that a replica takes at the broker that receives it: all of a large one where the size is unknown."""
    if progress.bytes is None or not progress.move.added:
        return SHARE
    return max(1, min(SHARE, SHARE * progress.bytes // len(progress.move.added) // LARGE))
