"""The status page for people: one HTML page without scripts, what is wrong first."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import groupby

from jinja2 import Environment, PackageLoader, StrictUndefined, Template

from reconciler import __version__
from reconciler.configs.units import readable_age, with_units
from reconciler.errors import Location, Severity
from reconciler.printable import escaped
from reconciler.service.findings import Finding, FindingKind, findings
from reconciler.service.health import health_status, iso
from reconciler.service.serve.audits import Audit, Known

MAX_TOPICS = 500
"""More topics are counted, not listed."""
_REFRESH_SECONDS = 30


_WORDS = {
    FindingKind.MISSING: "missing",
    FindingKind.UNWANTED: "exists, but should not",
    FindingKind.UNMANAGED: "not in the manifest",
    FindingKind.UNREADABLE: "not readable",
    FindingKind.UNKNOWN: "not known until the next audit",
    FindingKind.NOT_COMPARED: "exists; its settings could not be compared",
}
"""Differences of a topic as a whole; those of a field have their values."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PageSettings:
    """What the command was told, for people and for ``/health``; times are in seconds."""

    environment: str | None
    is_applying: bool
    auto_create: bool
    retries: int
    timeout: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A topic that differs: what differs, and what stands in the way."""

    topic: str
    owner: str
    differences: Sequence[str]
    obstacles: Sequence[str]


def render_page(known: Known, settings: PageSettings) -> str:
    """The page as HTML; every value in it is escaped."""
    last, complete = known.last, known.complete
    rows = _rows(complete)
    return _template().render(
        version=__version__,
        settings=settings,
        refresh=_REFRESH_SECONDS,
        status=health_status(last.record if last else None, complete.record if complete else None).value,
        headline=_headline(known, len(rows)),
        last=last and iso(last.record.finished_at),
        success=complete and iso(complete.record.finished_at),
        upcoming=known.next_at and iso(known.next_at),
        interval=readable_age(known.interval),
        cluster=complete and complete.report.cluster,
        problems=list(_problems(last)),
        rows=rows[:MAX_TOPICS],
        more=max(0, len(rows) - MAX_TOPICS),
        unmanaged=_unmanaged(complete),
        in_sync=_in_sync(complete),
    )


def _headline(known: Known, differing: int) -> str:
    if known.last is None:
        return "The first audit is running."
    if known.complete is None:
        return "No audit has read the cluster yet."
    if not known.last.is_complete:
        return "The last audit failed. What follows is from the last successful one."
    if differing == 0:
        return "All topics are in sync with the manifest."
    return f"{differing:,} {'topic differs' if differing == 1 else 'topics differ'} from the manifest."


def _problems(last: Audit | None) -> Iterator[tuple[str, str, str]]:
    """Severity, message with its place, and hint; errors first."""
    order = list(Severity)
    diagnostics = last.record.diagnostics if last is not None else ()
    for each in sorted(diagnostics, key=lambda each: order.index(each.severity)):
        place = f"{each.origin}: " if isinstance(each.origin, Location) else ""  # a variable is named by the message
        yield each.severity.value, escaped(f"{place}{each.message}"), escaped(each.hint or "")


def _rows(complete: Audit | None) -> list[Row]:
    """The topics that differ: first the missing ones, then those that apply could not mend, then the others."""
    found = findings(complete.record) if complete is not None else ()
    named = [each for each in found if each.kind is not FindingKind.UNMANAGED]
    by_topic = [list(group) for _, group in groupby(named, key=lambda each: each.topic)]
    return [_row(group) for group in sorted(by_topic, key=_urgency)]


def _urgency(group: Sequence[Finding]) -> tuple[bool, bool, str]:
    is_refused = any(each.refusal is not None for each in group)
    is_missing = any(each.kind is FindingKind.MISSING for each in group)
    return not is_missing, not is_refused, group[0].topic


def _row(group: Sequence[Finding]) -> Row:
    refusals = dict.fromkeys(each.refusal for each in group if each.refusal is not None)
    return Row(
        topic=escaped(group[0].topic),
        owner=escaped(group[0].owner or ""),
        differences=[escaped(_words(each)) for each in group],
        obstacles=[escaped(f"{refusal.reason}; {refusal.way_out}") for refusal in refusals],
    )


def _words(finding: Finding) -> str:
    if finding.kind in _WORDS:
        return _WORDS[finding.kind]
    name = (finding.field or finding.kind).removeprefix("config.")
    return f"{name}: {_value(name, finding.before)} → {_value(name, finding.after)}"


def _value(key: str, value: int | str | None) -> str:
    if value is None:
        return "default"
    return with_units(key, value) if isinstance(value, str) else f"{value:,}"


def _unmanaged(complete: Audit | None) -> list[str]:
    plan = complete.record.plan if complete is not None else None
    return [escaped(live.name) for live in plan.unmanaged] if plan is not None else []


def _in_sync(complete: Audit | None) -> int:
    if complete is None or complete.record.plan is None:
        return 0
    differing = {each.topic for each in findings(complete.record)}
    return sum(topic.name not in differing for topic in complete.record.plan.topics)


@cache
def _template() -> Template:
    environment = Environment(
        loader=PackageLoader("reconciler.service.serve", ""),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template("page.html")
