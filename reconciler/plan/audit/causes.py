"""Findings with the same cause, together: 400 topics with the same value of the same key are one row."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

from reconciler.model import Cause, Finding, Waiver

_Key = tuple[bool, str, str, str, str, str, Waiver | None]


def causes(findings: Iterable[Finding]) -> Sequence[Cause]:
    """The causes of ``findings``: open drift first, the cause of most topics first."""
    groups: dict[_Key, list[Finding]] = defaultdict(list)
    for each in findings:
        groups[_key(each)].append(each)
    return sorted(map(_cause, groups.values()), key=_rank)


def _key(finding: Finding) -> _Key:
    live = f"{type(finding.live).__name__} {finding.live}"
    # Removing a topic and changing a value are not the same, whatever the values are.
    return (
        finding.is_drift,
        finding.kind,
        finding.cause,
        finding.field or "",
        live,
        finding.failure.name if finding.failure is not None else "",
        finding.waiver,
    )


def _cause(group: Sequence[Finding]) -> Cause:
    first = group[0]
    return Cause(
        kind=first.cause,
        field=first.field,
        live=first.live,
        wanted=sorted({each.wanted for each in group}, key=lambda value: (value is None, str(value))),
        failure=first.failure,
        findings=group,
    )


def _rank(cause: Cause) -> tuple[bool, bool, int, str, str]:
    first = cause.findings[0]
    return not cause.is_open, not first.is_drift, -len(cause.findings), cause.field or "", first.topic
