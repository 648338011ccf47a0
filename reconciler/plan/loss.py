"""What a risky change would do, in a few words and numbers."""

from __future__ import annotations

from collections.abc import Iterator

from reconciler.model import Impact, Risk, RiskKind

_MAX_NAMES = 3


def described(risk: Risk) -> str:
    """The reason of ``risk`` with the numbers that were measured: ``… (at most 1,200 records, read by billing)``."""
    facts = ", ".join(_facts(risk.kind, risk.impact)) if risk.impact is not None else ""
    return f"{risk.reason} ({facts})" if facts else risk.reason


def counted(number: int, noun: str) -> str:
    """``1 record``, ``1,200 records``."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def _facts(kind: RiskKind, impact: Impact) -> Iterator[str]:
    if impact.records is not None:
        yield f"at most {counted(impact.records, 'record')}"
    if impact.partitions is not None:
        yield counted(impact.partitions, "partition")
    losers = [each for each in impact.readers or () if each.unread_records_lost]
    if losers:
        unread = max(each.unread_records_lost or 0 for each in losers)
        yield f"{unread:,} of them unread by {losers[0].group}"
    elif impact.readers and kind is not RiskKind.DATA_LOSS:
        names = [each.group for each in impact.readers]
        more = [f"{len(names) - _MAX_NAMES} more"] if len(names) > _MAX_NAMES else []
        yield f"read by {', '.join([*names[:_MAX_NAMES], *more])}"
