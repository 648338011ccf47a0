"""Partitions spread over brokers, as evenly as the choices of each allow."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable, Iterable, Mapping

_Chain = list[tuple[int, int, int]]
"""Partition, the broker it leaves, the broker it goes to."""


def even(
    held: Mapping[int, set[int]],
    load: Counter[int],
    choices: Callable[[int, int], Iterable[int]],
    shift: Callable[[int, int, int], None],
) -> None:
    """Shift partitions from broker to broker until no chain of shifts makes ``load`` more even.

    ``held`` are the partitions that each broker may give away, and ``choices`` the brokers that one of a broker may go
    to, best first. ``shift`` makes a shift in what the caller knows; ``held`` and ``load`` follow here. Chains and not
    only single shifts, as with augmenting paths of a matching: the fullest broker and the emptiest one may have no
    partition in common. A chain takes from a broker with at least two more than the one that gets, so this ends.
    """
    chain = _chain(held, load, choices)
    while chain:
        for partition, source, target in chain:
            held[source].discard(partition)
            held[target].add(partition)
            load[source] -= 1
            load[target] += 1
            shift(partition, source, target)
        chain = _chain(held, load, choices)


def _chain(held: Mapping[int, set[int]], load: Counter[int], choices: Callable[[int, int], Iterable[int]]) -> _Chain:
    """The shortest chain from the fullest broker that has one, its last shift first; empty where there is none."""
    emptiest = min((load[broker] for broker in held), default=0)
    for start in sorted(held, key=lambda broker: (-load[broker], broker)):
        if load[start] < emptiest + 2:
            break
        chain = _from(start, held, load, choices)
        if chain:
            return chain
    return []


def _from(
    start: int, held: Mapping[int, set[int]], load: Counter[int], choices: Callable[[int, int], Iterable[int]]
) -> _Chain:
    chains: dict[int, _Chain] = {start: []}
    queue = deque([start])
    while queue:
        source = queue.popleft()
        shifted = {partition for partition, _, _ in chains[source]}
        for partition in sorted(held[source] - shifted):  # each once: its choices are those of now
            for target in choices(partition, source):
                if target in chains:
                    continue
                chains[target] = [(partition, source, target), *chains[source]]
                if load[target] <= load[start] - 2:
                    return chains[target]
                queue.append(target)
    return []
