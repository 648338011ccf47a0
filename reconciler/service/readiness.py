"""Whether the topics that a service needs are there, and what it should know of them, as diagnostics."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from reconciler.errors import Diagnostic, Severity
from reconciler.model import Record, Refusal, RefusalKind
from reconciler.service.creation import AUTO_CREATE
from reconciler.service.findings import MISMATCHES, Finding, FindingKind, findings

_NOT_THERE = frozenset({FindingKind.MISSING, FindingKind.UNREADABLE, FindingKind.UNKNOWN})
_OPTIONS = re.compile(r"--(bootstrap-server|timeout|deadline|retries|retry-delay)\b")
_ARGUMENTS = {"bootstrap-server": "bootstrap_servers", "retry-delay": "retry_delay"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Readiness:
    """What is wrong with topics so that the service cannot start, and what is only worth knowing."""

    problems: Sequence[Diagnostic]
    warnings: Sequence[Diagnostic]


def readiness(record: Record, *, require_partitions: bool) -> Readiness:
    """The readiness of the topics of ``record``. With ``require_partitions``, too few partitions are a problem."""
    problems: list[Diagnostic] = []
    warnings: list[Diagnostic] = []
    for name, group in groupby(findings(record), key=lambda finding: finding.topic):
        found = list(group)
        for finding in found:
            if finding.kind in _NOT_THERE:
                problems.append(_not_there(finding))
            elif require_partitions and _has_too_few_partitions(finding):
                problems.append(_too_few(finding))
            elif finding.kind is FindingKind.UNWANTED:
                warnings.append(_of(finding, Severity.WARNING, "topic-exists", "exists, although it is to be absent"))
            elif finding.kind is FindingKind.NOT_COMPARED:
                warnings.append(_not_compared(finding))
        differing = [
            each
            for each in found
            if each.kind in MISMATCHES and not (require_partitions and _has_too_few_partitions(each))
        ]
        warnings += [_differs(name, differing)] if differing else []
    return Readiness(problems=problems, warnings=warnings)


def in_python(text: str) -> str:
    """``text`` with the options of the command as the arguments of ``ensure_topics``."""
    return _OPTIONS.sub(lambda found: _ARGUMENTS.get(found[1], found[1]), text)


def _has_too_few_partitions(finding: Finding) -> bool:
    before, after = finding.before, finding.after
    return (
        finding.kind is FindingKind.PARTITIONS and isinstance(before, int) and isinstance(after, int) and before < after
    )


def _not_there(finding: Finding) -> Diagnostic:
    match finding.refusal:
        case Refusal(kind=RefusalKind.CREATION_OFF):
            message = f"does not exist, and creating topics is turned off (auto_create, or {AUTO_CREATE})"
            return _of(
                finding, Severity.ERROR, "topic-missing", message, "create the topic, for example by reconciler apply"
            )
        case Refusal(reason=reason, way_out=way_out):
            start = "cannot be created" if finding.kind is FindingKind.MISSING else "it is not known whether it exists"
            return _of(
                finding, Severity.ERROR, f"topic-{finding.kind}", f"{start}: {reason}", in_python(way_out) or None
            )
        case None:
            return _of(finding, Severity.ERROR, f"topic-{finding.kind}", "does not exist")


def _too_few(finding: Finding) -> Diagnostic:
    message = f"has {finding.before} partitions, and {finding.after} are required"
    hint = "add partitions by reconciler apply, or lower partitions in the manifest"
    return _of(finding, Severity.ERROR, "too-few-partitions", message, hint)


def _not_compared(finding: Finding) -> Diagnostic:
    refusal = finding.refusal
    why = f": {refusal.reason}" if refusal is not None else ""
    hint = in_python(refusal.way_out) if refusal is not None else None
    return _of(
        finding, Severity.WARNING, "topic-not-compared", f"exists, but its settings were not compared{why}", hint
    )


def _differs(name: str, differing: Sequence[Finding]) -> Diagnostic:
    return Diagnostic(
        severity=Severity.WARNING,
        code="topic-differs",
        message=f"{name}: differs from what the service asks for: {'; '.join(_fields(differing))}",
        hint="run reconciler apply to change the topic, or correct what the service asks for",
        topic=name,
    )


def _fields(differing: Sequence[Finding]) -> Iterator[str]:
    for each in differing:
        field = (each.field or "").removeprefix("config.")
        before = "not set" if each.before is None else each.before
        yield f"{field} is {before}, expected {'the default' if each.after is None else each.after}"


def _of(finding: Finding, severity: Severity, code: str, words: str, hint: str | None = None) -> Diagnostic:
    return Diagnostic(severity=severity, code=code, message=f"{finding.topic}: {words}", hint=hint, topic=finding.topic)
