"""What an audit found: a row for each cause, with its topics."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from reconciler.model import CauseKind
from reconciler.report.document import Audit, Cause, DriftEntry, Report
from reconciler.report.drift.words import accepted, age, compared_with, differs, former, open_causes, owners, why
from reconciler.report.html.rows import Named
from reconciler.report.phrases import Code, Line

_Drifted = Mapping[str, tuple[str, Sequence[DriftEntry]]]
"""Owner and drift of each topic, by name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DriftRow:
    """What a row shows of a cause, in words."""

    drift: str
    """The class."""
    topics: Sequence[Named]
    owners: Sequence[str]
    """Without a name where there is none."""
    owner_numbers: Sequence[str]
    """``team-a: 200``, most topics first."""
    what: str
    notes: Sequence[Line]
    since: str
    first_seen_at: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditPage:
    """The parts of a page that only an audit has."""

    compared: str | None
    found: Sequence[DriftRow]
    moving: Sequence[DriftRow]
    """No drift: replicas are being moved."""
    waived: Sequence[DriftRow]
    healed: Sequence[str]
    unconfirmed: Sequence[str]


def audited(report: Report) -> AuditPage | None:
    """What the audit of ``report`` found; ``None`` if it is of none."""
    audit = report.audit
    if audit is None:
        return None
    drifted = {topic.name: (topic.owner or "", topic.drift) for topic in report.topics}
    drifted |= {topic.name: ("", topic.drift) for topic in report.unmanaged}

    def rows(causes: Collection[Cause]) -> Sequence[DriftRow]:
        return [_row(cause, drifted, report) for cause in causes]

    return AuditPage(
        compared=compared_with(report),
        found=rows(open_causes(report)),
        moving=rows(_moving(audit)),
        waived=rows([each for each in audit.causes if each.waiver is not None]),
        healed=list(map(former, audit.healed)),
        unconfirmed=list(map(former, audit.unconfirmed)),
    )


def _moving(audit: Audit) -> Collection[Cause]:
    return [each for each in audit.causes if each.kind is CauseKind.REASSIGNMENT and each.waiver is None]


def _row(cause: Cause, drifted: _Drifted, report: Report) -> DriftRow:
    names = sorted({drifted.get(name, ("", ()))[0] for name in cause.topics})
    notes: list[Line] = [[words] for words in [why(cause)] if words]
    if cause.waiver is not None:
        place = cause.waiver.origin
        until = " " if cause.waiver.expires is not None else ": "
        notes.append([f"accepted{until}{accepted(cause.waiver)}, ", Code(f"{place.file}:{place.line}")])
    return DriftRow(
        drift=str(cause.class_),
        topics=[_named(name, cause, drifted, report, has_owner=len(names) > 1) for name in cause.topics],
        owners=names,
        owner_numbers=owners(cause),
        what=differs(cause),
        notes=notes,
        since=age(cause.first_seen_at, report, several=len(cause.topics) > 1),
        first_seen_at=cause.first_seen_at.isoformat(),
    )


def _named(name: str, cause: Cause, drifted: _Drifted, report: Report, *, has_owner: bool) -> Named:
    owner, found = drifted.get(name, ("", ()))
    seen = [each.first_seen_at for each in found if (each.class_, each.field) == (cause.class_, cause.field)]
    return Named(
        name=name,
        owner=owner if has_owner else None,
        place=None,
        effect=age(seen[0], report) or None if seen else None,
    )
