"""Replicas that would fill a disk: the move then needs consent of the kind ``capacity``."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace

from reconciler.configs.units import readable_size
from reconciler.model import (
    FieldChange,
    Impact,
    ReceivingBroker,
    Risk,
    RiskKind,
    Risky,
    Room,
    TopicPlan,
    changes_of,
    with_changes,
)

_Taken = Mapping[int, int]
"""Bytes by broker that other topics of the plan get there."""


def larger_than_room(risk: Risk, sizes: Mapping[int, int], rooms: Mapping[int, Room]) -> Risk:
    """``risk`` of the kind ``capacity`` where one partition has more bytes than a broker's fullest log directory.

    Brokers put a replica in the directory with the fewest of them, whatever room that has.
    """
    for move in risk.impact.moves if risk.impact is not None else ():
        size = sizes.get(move.partition, 0)
        for broker in move.added:
            room = rooms.get(broker)
            if size and room is not None and size > room.in_smallest:
                return _filling(
                    risk,
                    f"partition {move.partition} has {_readable(size)}, and the fullest log directory "
                    f"of broker {broker} has {_readable(room.in_smallest)} free",
                )
    return risk


def decided_in_order(topics: Sequence[TopicPlan], decide: Callable[[TopicPlan], TopicPlan]) -> Iterator[TopicPlan]:
    """Each of ``topics`` decided by ``decide``, the change that would fill a disk with the kind ``capacity``.

    A topic whose change is made leaves less room to those after it; those with consent already have taken theirs.
    """
    taken: Counter[int] = Counter()
    for topic in topics:
        taken.update(_received(topic))
    for topic in topics:
        decided = decide(with_changes(topic, lambda change: _within(change, taken)))
        if not _received(topic):
            taken.update(_received(decided))
        yield decided


def _received(topic: TopicPlan) -> _Taken:
    """The bytes that brokers get where the change of the topic is made."""
    decisions = (change.decision for change in changes_of(topic))
    impacts = (each.risk.impact for each in decisions if isinstance(each, Risky) and each.consent is not None)
    return {broker.id: broker.bytes or 0 for impact in impacts if impact is not None for broker in impact.brokers}


def _within(change: FieldChange, taken: _Taken) -> FieldChange:
    match change.decision:
        case Risky(risk=Risk(impact=Impact(brokers=brokers)) as risk, consent=None) if risk.kind is not _FULL:
            full = next((broker for broker in brokers if _is_full(broker, taken)), None)
            return change if full is None else replace(change, decision=Risky(_filling(risk, _told(full, taken))))
        case _:
            return change


def _is_full(broker: ReceivingBroker, taken: _Taken) -> bool:
    # 0 bytes never fill a disk, however full it is.
    return bool(broker.bytes) and broker.free is not None and _bytes_in_all(broker, taken) > broker.free


def _bytes_in_all(broker: ReceivingBroker, taken: _Taken) -> int:
    return (broker.bytes or 0) + taken.get(broker.id, 0)


def _told(broker: ReceivingBroker, taken: _Taken) -> str:
    before = taken.get(broker.id, 0)
    others = f", of which other topics of this plan get {_readable(before)}" if before else ""
    gets, has = _readable(broker.bytes or 0), _readable(broker.free or 0)
    return f"broker {broker.id} would get {gets}, and has {has} free{others}"


_FULL = RiskKind.CAPACITY


def _filling(risk: Risk, words: str) -> Risk:
    return replace(risk, kind=_FULL, reason=f"would fill a disk: {words}", also=frozenset())


def _readable(number: int) -> str:
    return readable_size(number).removeprefix("about ")
