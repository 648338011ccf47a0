"""What a risky change does, in numbers: upper bounds."""

from __future__ import annotations

from reconciler.configs.units import readable_size
from reconciler.model import RiskKind
from reconciler.report.document import Impact
from reconciler.report.layout import count
from reconciler.report.replicas import moved

_NOTHING = "no records"


def effect(kind: RiskKind, impact: Impact) -> str | None:
    """What a change of ``kind`` does; ``None`` where nothing of it was measured."""
    when = f" {impact.takes_effect}" if impact.takes_effect is not None else ""
    partitions = None if impact.partitions is None else count(impact.partitions, "partition")
    match kind:
        case RiskKind.DATA_LOSS | RiskKind.DELETE:
            amount = _amount(impact)
            if amount is None:
                return f"takes effect{when}" if when else None
            return f"removes {amount}{when if amount != _NOTHING else ''}"
        case RiskKind.PARTITION_INCREASE:
            return None if impact.records is None else f"the topic has {_at_most(impact.records)}"
        case RiskKind.AVAILABILITY_LOSS:
            return partitions and f"{partitions} would refuse writes with acks=all{when}"
        case RiskKind.DURABILITY_LOSS:
            return moved(impact) or (partitions and f"{partitions} without a leader now")
        case RiskKind.REPLICATION_CHANGE | RiskKind.CAPACITY:
            return moved(impact)


def _amount(impact: Impact) -> str | None:
    size = None if impact.bytes is None else readable_size(impact.bytes)
    if impact.records is None:
        return None if size is None else f"at most {size}"
    return _at_most(impact.records) + (f" ({size})" if size is not None and impact.records else "")


def _at_most(records: int) -> str:
    return f"at most {count(records, 'record')}" if records else _NOTHING
