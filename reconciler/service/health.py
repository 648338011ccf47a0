"""The health of a service's topics as plain data, from the record of a run. Nothing here asks the cluster."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from enum import StrEnum
from typing import TypedDict

from reconciler.errors import Severity
from reconciler.model import Record
from reconciler.service.findings import MISMATCHES, Finding, FindingKind, findings


class HealthStatus(StrEnum):
    """How well the topics are."""

    HEALTHY = "healthy"
    """All topics exist, as the manifest wants them."""
    DEGRADED = "degraded"
    """All topics exist, but some differ from the manifest, or could not be read; or nothing is known yet."""
    ERROR = "error"
    """A topic is missing, or the last run failed: the cluster cannot be reached, or the manifest is invalid."""


class TopicHealth(TypedDict):
    """The topics of the manifest by name, sorted; ``last_verification`` is in ISO 8601, ``None`` before the first."""

    required: list[str]
    existing: list[str]
    missing: list[str]
    mismatched: list[str]
    """Those of ``existing`` that differ in a count or a config."""
    unreadable: list[str]
    """Whether they exist is not known."""
    last_verification: str | None


def topic_health(record: Record | None) -> TopicHealth:
    """The topics as ``record`` has them, the last run that read the cluster; without it, all lists are empty."""
    found = findings(record) if record is not None else ()
    desired = record.desired if record is not None else None
    required = sorted(topic.name for topic in desired.topics if not topic.is_absent) if desired is not None else []
    is_read = record is not None and record.plan is not None
    missing = _names(found, FindingKind.MISSING)
    unreadable = _names(found, FindingKind.UNREADABLE, FindingKind.UNKNOWN) if is_read else frozenset(required)
    mismatched = _names(found, *MISMATCHES)
    return TopicHealth(
        required=required,
        existing=[name for name in required if name not in missing | unreadable],
        missing=[name for name in required if name in missing],
        mismatched=[name for name in required if name in mismatched],
        unreadable=[name for name in required if name in unreadable],
        last_verification=iso(record.finished_at) if record is not None and is_read else None,
    )


def health_status(last: Record | None, good: Record | None) -> HealthStatus:
    """The status by the ``last`` run and the last one that read the cluster, ``good``; often they are the same."""
    if last is None:
        return HealthStatus.DEGRADED
    found = findings(good) if good is not None else ()
    if last is not good or any(finding.kind is FindingKind.MISSING for finding in found):
        return HealthStatus.ERROR
    differing = {*MISMATCHES, FindingKind.UNREADABLE, FindingKind.UNKNOWN, FindingKind.UNWANTED}
    differing.add(FindingKind.NOT_COMPARED)
    return HealthStatus.DEGRADED if any(finding.kind in differing for finding in found) else HealthStatus.HEALTHY


def errors_of(record: Record | None) -> list[str]:
    """What went wrong in a run, in words."""
    if record is None:
        return []
    return [problem.message for problem in record.diagnostics if problem.severity is Severity.ERROR]


def absences(record: Record | None) -> Iterator[str]:
    """Each topic that is missing, or of which nothing could be read, in words."""
    for finding in findings(record) if record is not None else ():
        match finding.kind:
            case FindingKind.MISSING:
                yield f"topic {finding.topic} does not exist"
            case FindingKind.UNREADABLE:
                why = f": {finding.refusal.reason}" if finding.refusal is not None else ""
                yield f"topic {finding.topic} cannot be read{why}"
            case _:
                pass


def iso(moment: datetime) -> str:
    """``2026-01-01T00:00:00Z``, in whole seconds."""
    return moment.isoformat(timespec="seconds").replace("+00:00", "Z")


def _names(found: Sequence[Finding], *kinds: FindingKind) -> frozenset[str]:
    return frozenset(finding.topic for finding in found if finding.kind in kinds)
