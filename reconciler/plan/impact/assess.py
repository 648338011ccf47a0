"""A risk with its impact, or the verdict that it hurts nobody."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from reconciler.model import (
    STATE,
    Decision,
    Impact,
    Measure,
    Measured,
    RiskKind,
    Risky,
    Safe,
    Unmeasured,
)
from reconciler.plan.impact.open_risk import OpenRisk
from reconciler.plan.impact.readers import readers_of
from reconciler.plan.impact.removed import bytes_removed, removed_below

_NOT_ON_DISKS = "the topic has records in remote storage, which brokers do not measure"
_BY_THE_CLEANER = "when the log cleaner next runs"
_TAKES_EFFECT = {
    STATE: "at once",
    "partitions": "at once",
    "config.cleanup.policy": _BY_THE_CLEANER,
    "config.delete.retention.ms": _BY_THE_CLEANER,
    "config.min.compaction.lag.ms": _BY_THE_CLEANER,
    "config.min.insync.replicas": "at once",
    "config.remote.storage.enable": "at once",
    "config.unclean.leader.election.enable": "within 5 minutes",
}
"""By field, but for a lower retention. ``unclean.leader.election.interval.ms`` is 5 minutes."""
_NONE = {
    Measure.OLD_RECORDS: "no record is old enough",
    Measure.LARGE_PARTITIONS: "no partition is larger than the new limit",
    Measure.ALL_RECORDS: "the topic has no records",
    Measure.READERS: "no group reads it",
    Measure.IN_SYNC: "every partition has enough in-sync replicas",
    Measure.LEADERLESS: "every partition has a leader",
    Measure.PLACEMENT: "no replica is moved",
}


def assessed(risk: OpenRisk, measured: Measured) -> Decision:
    """The risk with its impact; safe where all that decides is measured, and none."""
    impact = _impact(risk, measured)
    with_it = replace(risk.risk, impact=impact)
    decisive = [measure for measure in Measure if measure in risk.risk.decisive]
    if decisive and all(_is_none(measure, risk, measured, impact) for measure in decisive):
        why = " and ".join(_NONE[measure] for measure in decisive)
        return Safe(f"nothing is removed: {why}" if risk.risk.kind is RiskKind.DATA_LOSS else why, with_it)
    return Risky(with_it)


def _is_none(measure: Measure, risk: OpenRisk, measured: Measured, impact: Impact) -> bool:
    match measure:
        case Measure.OLD_RECORDS | Measure.LARGE_PARTITIONS | Measure.ALL_RECORDS:
            below = removed_below(risk, measured, {measure})
            return below is not None and _records(risk, measured, below) == 0
        case Measure.READERS:
            return impact.readers == () and not any(each.what == "readers" for each in impact.unknown)
        case Measure.IN_SYNC:
            return _short_of_replicas(risk, measured) == 0
        case Measure.LEADERLESS:
            return _leaderless(risk, measured) == 0
        case Measure.PLACEMENT:
            return False


def _impact(risk: OpenRisk, measured: Measured) -> Impact:
    measures = risk.risk.measures
    below = removed_below(risk, measured, measures) if risk.is_about_records else None
    removed = below if risk.removes_records else None
    readers = readers_of(risk, measured, removed) if Measure.READERS in measures else None
    impact = Impact(
        records=None if below is None else _records(risk, measured, below),
        bytes=None if removed is None else bytes_removed(risk, measured, removed),
        partitions=_partitions(risk, measured),
        takes_effect=_takes_effect(risk),
        last_record=measured.newest.get(risk.topic.name) if risk.change.field == STATE else None,
        readers=readers,
    )
    return replace(impact, unknown=tuple(_unknown(risk, measured, impact)))


def _records(risk: OpenRisk, measured: Measured, below: Mapping[int, int]) -> int:
    offsets = measured.offsets[risk.topic.name]
    return sum(upto - offsets[partition].begin for partition, upto in below.items())


def _partitions(risk: OpenRisk, measured: Measured) -> int | None:
    if Measure.IN_SYNC in risk.risk.measures:
        return _short_of_replicas(risk, measured)
    return _leaderless(risk, measured) if Measure.LEADERLESS in risk.risk.measures else None


def _short_of_replicas(risk: OpenRisk, measured: Measured) -> int | None:
    partitions = measured.replicas.get(risk.topic.name)
    needed = risk.number_after("min.insync.replicas")
    if partitions is None or needed is None:
        return None
    # More than there are replicas counts as all of them (``Partition.effectiveMinIsr``, since Kafka 3.7).
    return sum(len(each.in_sync) < min(needed, len(each.replicas)) for each in partitions)


def _leaderless(risk: OpenRisk, measured: Measured) -> int | None:
    partitions = measured.replicas.get(risk.topic.name)
    return None if partitions is None else sum(each.leader is None for each in partitions)


def _takes_effect(risk: OpenRisk) -> str | None:
    if risk.risk.measures & {Measure.OLD_RECORDS, Measure.LARGE_PARTITIONS}:
        return f"within {risk.effect_minutes} minutes"
    return _TAKES_EFFECT.get(risk.change.field)


def _unknown(risk: OpenRisk, measured: Measured, impact: Impact) -> Iterator[Unmeasured]:
    """The reasons for what of ``impact`` is not known."""
    told = [*measured.unknown.get(risk.topic.name, ()), *measured.unknown.get("", ())]
    for what, is_missing in _looked_for(risk, measured, impact):
        reasons = [each for each in told if each.what == what]
        why = _NOT_ON_DISKS if what == "bytes" and not risk.has_sizes else "the cluster did not tell"
        yield from reasons or ([Unmeasured(what=what, why=why)] if is_missing else [])


def _looked_for(risk: OpenRisk, measured: Measured, impact: Impact) -> Iterator[tuple[str, bool]]:
    """What matters to the change, and whether it is missing."""
    if risk.is_about_records:
        yield "records", impact.records is None
    if risk.removes_records:
        yield "bytes", impact.bytes is None
    if risk.risk.measures & {Measure.IN_SYNC, Measure.LEADERLESS}:
        yield "replicas", impact.partitions is None
    if risk.change.field == STATE:
        yield "last record", risk.topic.name not in measured.newest
    if Measure.READERS in risk.risk.measures:
        yield "readers", impact.readers is None
