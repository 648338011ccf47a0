"""Up to where records go: always the oldest of a partition first."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from reconciler.model import Measure, Measured, PartitionOffsets
from reconciler.plan.impact.open_risk import REMOVING, UNLIMITED, OpenRisk


def removed_below(risk: OpenRisk, measured: Measured, measures: Iterable[Measure]) -> Mapping[int, int] | None:
    """By partition, the offset below which all records may be removed; ``None`` where offsets are not known.

    Never lower than what is removed. Segments go whole, and the first one with a record that is young enough stays,
    so nothing at or after the first such record goes.
    """
    offsets = measured.offsets.get(risk.topic.name)
    if offsets is None:
        return None
    relevant = REMOVING.intersection(measures)
    return {
        partition: max((_below(risk, measured, measure, partition, each) for measure in relevant), default=each.begin)
        for partition, each in offsets.items()
    }


def _below(risk: OpenRisk, measured: Measured, measure: Measure, partition: int, offsets: PartitionOffsets) -> int:
    match measure:
        case Measure.OLD_RECORDS:
            return _old(risk, offsets)
        case Measure.LARGE_PARTITIONS:
            return offsets.begin if _excess(risk, measured, partition) == 0 else offsets.end
        case Measure.ALL_RECORDS:
            return offsets.end
        case Measure.READERS | Measure.IN_SYNC | Measure.LEADERLESS | Measure.PLACEMENT:
            return offsets.begin


def _old(risk: OpenRisk, offsets: PartitionOffsets) -> int:
    if risk.number_after("retention.ms") == UNLIMITED:
        return offsets.begin
    if risk.cut is None or offsets.cut is None:  # a retention that is not known: all records may be too old
        return offsets.end
    return min(max(offsets.cut, offsets.begin), offsets.end)


def _excess(risk: OpenRisk, measured: Measured, partition: int) -> int | None:
    """The bytes of ``partition`` above the new limit; ``None`` where one of them is not known."""
    limit = risk.number_after("retention.bytes")
    size = measured.sizes.get(risk.topic.name, {}).get(partition)
    if limit is not None and limit <= UNLIMITED:
        return 0
    return None if limit is None or size is None else max(size - limit, 0)


def bytes_removed(risk: OpenRisk, measured: Measured, below: Mapping[int, int]) -> int | None:
    """The most bytes that one replica of each partition loses; ``None`` where a size is not known."""
    offsets = measured.offsets.get(risk.topic.name, {})
    sizes = [
        _bytes_of(risk, measured, partition) for partition, upto in below.items() if upto > offsets[partition].begin
    ]
    return None if None in sizes else sum(size for size in sizes if size is not None)


def _bytes_of(risk: OpenRisk, measured: Measured, partition: int) -> int | None:
    """A segment is as large as it is, so records that go may have all the bytes, but for those that a limit keeps."""
    if risk.risk.measures & REMOVING == {Measure.LARGE_PARTITIONS}:
        return _excess(risk, measured, partition)
    return measured.sizes.get(risk.topic.name, {}).get(partition)
