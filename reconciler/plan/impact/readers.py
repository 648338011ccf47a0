"""The groups that read a topic, and what each of them would lose."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from reconciler.model import LiveGroup, Measured, PartitionOffsets, ReadingGroup, RiskKind
from reconciler.plan.impact.open_risk import OpenRisk

_MISSES = {
    "classic": "at auto.offset.reset=latest, misses what arrives in new partitions before it learns of them: "
    "up to metadata.max.age.ms (5 minutes) and a rebalance",
    "consumer": "at auto.offset.reset=latest, misses what arrives in new partitions before it learns of them: "
    "some seconds",
    "streams": "stops: a Kafka Streams application fails where the partitions of its internal topics do not match",
}
"""What a partition increase does to a group, by its type."""


def readers_of(risk: OpenRisk, measured: Measured, below: Mapping[int, int] | None) -> Sequence[ReadingGroup] | None:
    """The groups with members on, or committed offsets of, the topic, those that lose most first.

    Records below the offsets ``below`` are removed, by partition; ``None`` where nothing is, or not known.
    ``None`` where groups could not be read.
    """
    if measured.groups is None:
        return None
    name = risk.topic.name
    offsets = measured.offsets.get(name)
    groups = [group for group in measured.groups if name in group.assigned or group.committed.get(name)]
    readers = [_reader(group, risk, offsets, below) for group in groups]
    return tuple(sorted(readers, key=lambda each: (-(each.unread_records_lost or 0), -(each.lag or 0), each.group)))


def _reader(
    group: LiveGroup,
    risk: OpenRisk,
    offsets: Mapping[int, PartitionOffsets] | None,
    below: Mapping[int, int] | None,
) -> ReadingGroup:
    committed = group.committed.get(risk.topic.name, {})
    lag = lost = None
    if committed and offsets is not None:
        lag = sum(max(each.end - max(committed[n], each.begin), 0) for n, each in offsets.items() if n in committed)
        if below is not None:
            # Where it has committed nothing, it may have read nothing.
            lost = sum(max(below[n] - max(committed.get(n, 0), each.begin), 0) for n, each in offsets.items())
    return ReadingGroup(
        group=group.name,
        type=group.type,
        state=group.state,
        lag=lag,
        unread_records_lost=lost,
        note=_note(group, risk, has_committed=bool(committed)),
    )


def _note(group: LiveGroup, risk: OpenRisk, *, has_committed: bool) -> str | None:
    if risk.risk.kind is RiskKind.PARTITION_INCREASE:
        return _MISSES.get(group.type)
    return None if has_committed else "has committed no offsets, so the records that it has not read are not known"
