"""Which moves to ask for next: as many as brokers may copy at once. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from reconciler.model import Move, MoveProgress, MoveState

AT_A_BROKER = 20
"""Replicas that a broker receives at once. Its other work goes on: it fetches with one thread by default."""
REFILLED_AT = AT_A_BROKER // 2
"""A broker gets no more while it receives more than this: a few large requests instead of one for each replica."""
AT_ONCE = 1_000
"""Moves per request: each is a record of the controller, which takes at most 10,000 of them."""


def portion(progress: Mapping[str, Sequence[MoveProgress]]) -> Mapping[str, Sequence[Move]]:
    """The moves of ``progress``, by topic, to ask for beside those under way: in order, so the same every time."""
    receiving = Counter(
        broker
        for of in progress.values()
        for each in of
        if each.state is MoveState.MOVING
        for broker in each.move.added
    )
    busy = {broker for broker, number in receiving.items() if number > REFILLED_AT}
    chosen: dict[str, list[Move]] = {}
    left = AT_ONCE
    for name, of in progress.items():
        for each in of:
            if each.state is not MoveState.NOT_BEGUN or not left:
                continue
            if all(broker not in busy and receiving[broker] < AT_A_BROKER for broker in each.move.added):
                receiving.update(each.move.added)
                chosen.setdefault(name, []).append(each.move)
                left -= 1
    return chosen
