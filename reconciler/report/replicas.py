"""Replicas that are moved, in words: how much is copied to which brokers, and what these have free."""

from __future__ import annotations

from collections.abc import Sequence

from reconciler.configs.units import readable_size
from reconciler.report.document import Impact, ReceivingBroker
from reconciler.report.layout import count

_MOST_NAMED = 6


def moved(impact: Impact) -> str | None:
    """What moving replicas does; ``None`` where none are moved."""
    if not impact.moves:
        return None
    removing = sum(any(broker not in move.after for broker in move.before) for move in impact.moves)
    removed = f"removes replicas of {count(removing, 'partition')}" if removing else None
    return " and ".join(each for each in (_copied(impact), removed) if each is not None) or None


def move_lines(impact: Impact) -> Sequence[str]:
    """The replicas of each partition that moves, before and after, by broker id."""
    return [
        f"partition {move.partition}: {', '.join(map(str, move.before))} → {', '.join(map(str, move.after))}"
        for move in impact.moves
    ]


def merged_brokers(impacts: Sequence[Impact]) -> list[ReceivingBroker]:
    """The brokers of all ``impacts``, each once with the sums of what it gets."""
    found: dict[int, ReceivingBroker] = {}
    for each in (broker for impact in impacts for broker in impact.receiving):
        found[each.id] = _sum(found[each.id], each) if each.id in found else each
    return [found[broker] for broker in sorted(found)]


def size(number: int) -> str:
    """``1.2GiB``: a size of which everybody knows that it is not exact."""
    return readable_size(number).removeprefix("about ")


def brokers_named(brokers: Sequence[int]) -> str:
    """``broker 2``, ``brokers 2 and 3``, ``7 brokers``."""
    if len(brokers) > _MOST_NAMED:
        return f"{len(brokers)} brokers"
    return f"{'broker' if len(brokers) == 1 else 'brokers'} {_listed([str(each) for each in brokers])}"


def _sum(one: ReceivingBroker, other: ReceivingBroker) -> ReceivingBroker:
    return ReceivingBroker(
        id=one.id,
        rack=one.rack,
        replicas=one.replicas + other.replicas,
        bytes=None if one.bytes is None or other.bytes is None else one.bytes + other.bytes,
        free=None if one.free is None or other.free is None else min(one.free, other.free),
    )


def _copied(impact: Impact) -> str | None:
    brokers = impact.receiving
    if not brokers:
        return None
    number = sum(each.replicas for each in brokers)
    amount = "" if impact.bytes is None else f", at most {size(impact.bytes)}," if impact.bytes else ", all empty,"
    what = f"copies {count(number, 'replica')}{amount}"
    return f"{what} to {brokers_named([each.id for each in brokers])}{_left(brokers)}"


def _left(brokers: Sequence[ReceivingBroker]) -> str:
    """What ``brokers`` have free; empty where that is not known of all."""
    free = [each.free for each in brokers if each.free is not None]
    if len(free) < len(brokers):
        return ""
    if len(brokers) > _MOST_NAMED:
        return f" (at least {size(min(free))} free on each)"
    words = [size(each) for each in free]
    if len(words) > 1 and len(set(words)) == 1:
        return f" ({words[0]} free on each)"
    return f" ({_listed(words)} free)"


def _listed(words: Sequence[str]) -> str:
    *first, last = words
    return f"{', '.join(first)} and {last}" if first else last
