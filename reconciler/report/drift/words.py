"""Drift in words, the same in every format."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from reconciler.configs.units import readable_age, with_units
from reconciler.model import STATE, CauseKind, DriftClass
from reconciler.report.compact import described
from reconciler.report.document import Audit, Cause, Change, DriftEntry, FormerDrift, OwnerDrift, Report, Waiver
from reconciler.report.layout import count

_MOST_WANTED = 3


def audit_of(report: Report) -> Audit:
    """The audit of a report that has one."""
    if report.audit is None:
        raise AssertionError("the report is of no audit")
    return report.audit


def differs(cause: Cause) -> str:
    """What its topics have: ``retention.ms is 86400000 (1d), not 604800000 (7d)``, ``missing``."""
    match cause.class_:
        case DriftClass.MISSING:
            return "missing"
        case DriftClass.UNMANAGED:
            return "in the scope, but not in the manifest"
        case DriftClass.RECREATED:
            return "deleted and created again: the former records are gone"
        case DriftClass.UNREADABLE:
            return f"cannot be read: {cause.error.name}" if cause.error is not None else "cannot be read"
        case DriftClass.CHANGED if cause.field == STATE:
            return "there, but state: absent in the manifest"
        case DriftClass.CHANGED:
            key = (cause.field or "").removeprefix("config.")
            return f"{key} is {_live(key, cause)}, not {_wanted(key, cause.wanted)}"


def _live(key: str, cause: Cause) -> str:
    if cause.live is not None:
        return with_units(key, str(cause.live))
    return "not set" if cause.wanted != [None] else "set (value not readable)"


def _wanted(key: str, wanted: Sequence[int | str | None]) -> str:
    words = ["the broker default" if value is None else with_units(key, str(value)) for value in wanted]
    more = [f"{len(words) - _MOST_WANTED:,} more values"] if len(words) > _MOST_WANTED + 1 else []
    shown = words[:_MOST_WANTED] if more else words
    return " or ".join([*shown, *more])


def why(cause: Cause) -> str | None:
    """The cause, where ``differs`` does not tell it; of topics that cannot be read what to do."""
    topics = "topics" if len(cause.topics) > 1 else "topic"
    words = {
        CauseKind.MERGED: "the manifest changed, and was not applied",
        CauseKind.BROKER_DEFAULT: f"not set on the {topics}: the broker default differs",
        CauseKind.OVERRIDE_REMOVED: f"the override on the {topics} was removed",
        CauseKind.REASSIGNMENT: "replicas are probably being moved, which is no drift",
    }
    if cause.kind is CauseKind.UNREADABLE:
        return cause.error.remedy if cause.error is not None else None
    is_set = cause.kind is CauseKind.TOPIC_VALUE and (cause.field or "").startswith("config.")
    return f"set on the {topics}" if is_set else words.get(cause.kind)


def age(first_seen_at: datetime, report: Report, *, several: bool = False) -> str:
    """``for 11d``, ``for up to 11d`` of several; ``new`` if the baseline does not have it; empty without a baseline."""
    seconds = (report.run.started_at - first_seen_at).total_seconds()
    if seconds > 0:
        return f"for {'up to ' if several else ''}{readable_age(seconds)}"
    return "new" if audit_of(report).baseline is not None else ""


def owners(cause: Cause) -> list[str]:
    """``team-a: 200`` for each owner, most topics first; only the name for one topic."""
    named = [each for each in cause.owners if each.owner is not None]
    if len(cause.topics) == 1 or len(cause.owners) == 1:
        return [each.owner or "" for each in named]
    return [f"{each.owner or 'no owner'}: {each.topics:,}" for each in cause.owners]


def accepted(waiver: Waiver) -> str:
    """``until 2026-12-31: incident 42 (sre)``; without ``until`` where the waiver does not expire."""
    return _behind(waiver).removeprefix(":").strip()


def _behind(waiver: Waiver) -> str:
    until = f" until {waiver.expires}" if waiver.expires is not None else ""
    return f"{until}: {waiver.reason}" + (f" ({waiver.owner})" if waiver.owner else "")


def waived_in_audits(change: Change) -> str | None:
    """That audits accept the difference, which a plan changes all the same; ``None`` where they do not."""
    if change.waiver is None:
        return None
    place = change.waiver.origin
    return f"audits accept the difference{_behind(change.waiver)}, {place.file}:{place.line}"


def former(drift: FormerDrift) -> str:
    """``orders.a (retention.ms)``, ``orders.b (missing)``."""
    what = drift.field.removeprefix("config.") if drift.field is not None else str(drift.class_)
    return f"{drift.topic} ({what})"


def by_class(owner: OwnerDrift) -> str:
    """``200 changed, 1 missing``: the numbers of topics, waived ones included."""
    numbers = {
        "changed": owner.changed,
        "missing": owner.missing,
        "unmanaged": owner.unmanaged,
        "recreated": owner.recreated,
        "unreadable": owner.unreadable,
    }
    return ", ".join(f"{number:,} {words}" for words, number in numbers.items() if number)


def compared_with(report: Report) -> str | None:
    """How long ago the baseline was made; ``None`` without one."""
    baseline = audit_of(report).baseline
    if baseline is None:
        return None
    seconds = (report.run.started_at - baseline.made_at).total_seconds()
    ago = f"{readable_age(seconds)} before this audit" if seconds >= 0 else "after this audit"
    return f"Compared with {baseline.path}, made at {baseline.made_at:%Y-%m-%d %H:%M} UTC, {ago}"


def open_causes(report: Report) -> list[Cause]:
    """The causes of drift that no waiver accepts, and of topics that cannot be read."""
    return [each for each in audit_of(report).causes if each.waiver is None and each.kind is not CauseKind.REASSIGNMENT]


def numbers(report: Report) -> str:
    """``400 topics drifted (1 cause), 2 waived, 1 unreadable, 3 healed``; ``no drift`` where there is none."""
    summary = report.summary
    drifting = [each for each in open_causes(report) if each.class_ is not DriftClass.UNREADABLE]
    parts = [f"{count(summary.drifted, 'topic')} drifted ({count(len(drifting), 'cause')})"] if drifting else []
    parts += [f"{summary.unreadable:,} unreadable"] if summary.unreadable else []
    parts = parts or ["no drift"]
    parts += [f"{summary.waived:,} waived"] if summary.waived else []
    parts += [f"{summary.healed:,} healed"] if summary.healed else []
    return ", ".join(parts)


def drift_lines(drift: Sequence[DriftEntry], changes: Sequence[Change], report: Report) -> list[str]:
    """What has drifted of one topic, a line for each: the change that would correct it, its age, the waiver."""
    by_field = {change.field: described(change) for change in changes}
    lines = []
    for each in drift:
        waived = f"waived{_behind(each.waiver)}" if each.waiver is not None else ""
        moving = "replicas are being moved" if each.cause is CauseKind.REASSIGNMENT else ""
        what = by_field.get(each.field or "", str(each.class_))
        lines.append(", ".join(filter(None, [what, age(each.first_seen_at, report), waived, moving])))
    return lines
