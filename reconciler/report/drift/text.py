"""An audit as text: the causes first, of most topics first, then the owners, and a summary line."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from click import style

from reconciler.model import CauseKind
from reconciler.report.compact import fitting
from reconciler.report.document import Cause, FormerDrift, Report
from reconciler.report.drift.words import (
    accepted,
    age,
    audit_of,
    by_class,
    compared_with,
    differs,
    drift_lines,
    former,
    numbers,
    open_causes,
    owners,
    why,
)
from reconciler.report.layout import Detail, TextStyle, behind, count, wrapped


def render_drift(report: Report, layout: TextStyle) -> Iterator[str]:
    """What has drifted; nothing where the cluster was not read."""
    if report.cluster is None or report.audit is None:
        return
    environment = f", environment {report.environment}" if report.environment else ""
    cluster = f"cluster {report.cluster.id}, {count(report.cluster.brokers, 'broker')}"
    yield from wrapped(f"Drift on {report.cluster.bootstrap_servers} ({cluster}){environment}", layout)
    compared = compared_with(report)
    if compared is not None:
        yield from wrapped(compared, layout)
    yield ""
    if layout.detail is not Detail.SUMMARY:
        yield from _body(report, layout)
    for line in wrapped(_summary(report), layout):
        yield style(line, bold=True)


def _body(report: Report, layout: TextStyle) -> Iterator[str]:
    audit = report.audit
    if audit is None:
        return
    yield from _section(None, open_causes(report), report, layout)
    yield from _section("Accepted by waivers:", [each for each in audit.causes if each.waiver], report, layout)
    moving = [each for each in audit.causes if each.kind is CauseKind.REASSIGNMENT]
    yield from _section("No drift:", moving, report, layout)
    yield from _former("Healed since the baseline", audit.healed, layout)
    yield from _former("Not looked at this time, drifted in the baseline", audit.unconfirmed, layout)
    yield from _owners(report, layout)
    if layout.detail is Detail.ALL:
        yield from _topics(report, layout)


def _section(title: str | None, causes: Sequence[Cause], report: Report, layout: TextStyle) -> Iterator[str]:
    if causes and title is not None:
        yield style(title, bold=True)
    for cause in causes:
        yield from _cause(cause, report, layout)
        yield ""


def _cause(cause: Cause, report: Report, layout: TextStyle) -> Iterator[str]:
    several = len(cause.topics) > 1
    head = count(len(cause.topics), "topic") if several else cause.topics[0]
    aged = age(cause.first_seen_at, report, several=several)
    first, *more = wrapped("  ".join(filter(None, [head, differs(cause), aged])), layout, indent=4)
    yield first.replace(head, style(head, bold=True), 1)
    yield from more
    if cause.waiver is not None:
        yield from wrapped(f"{accepted(cause.waiver)}{behind(cause.waiver.origin)}", layout, start=4, indent=6)
    words = why(cause)
    if words is not None:
        yield from wrapped(words, layout, start=4, indent=6)
    of = owners(cause)
    if of:
        yield f"    {'owners' if len(of) > 1 else 'owner'}: {fitting(of, layout.width - 12)}"
    if several:
        yield f"    {fitting(cause.topics, layout.width - 4)}"


def _former(title: str, drift: Sequence[FormerDrift], layout: TextStyle) -> Iterator[str]:
    if drift:
        yield style(f"{title}:", bold=True)
        yield f"    {fitting([former(each) for each in drift], layout.width - 4)}"
        yield ""


def _owners(report: Report, layout: TextStyle) -> Iterator[str]:
    """A line per owner, where there are several."""
    found = audit_of(report).owners
    if len(found) <= 1:
        return
    yield style("By owner:", bold=True)
    for each in found:
        waived = f", {each.waived:,} waived" if each.waived else ""
        words = f"{each.owner or 'no owner'}  {each.drifted:,} drifted{waived} ({by_class(each)})"
        yield from wrapped(words, layout, start=4, indent=8)
    yield ""


def _topics(report: Report, layout: TextStyle) -> Iterator[str]:
    """Every topic with drift, and what is drifted of it."""
    found = [(topic.name, topic.owner, behind(topic.origin), topic.drift, topic.changes) for topic in report.topics]
    found += [(topic.name, None, "", topic.drift, []) for topic in report.unmanaged]
    drifted = [each for each in found if each[3]]
    for name, owner, place, drift, changes in drifted:
        yield from wrapped(f"{name}{f'  ({owner})' if owner else ''}{place}", layout, indent=4)
        for line in drift_lines(drift, changes, report):
            yield from wrapped(line, layout, start=4, indent=6)
    if drifted:
        yield ""


def _summary(report: Report) -> str:
    in_sync = sum(not topic.drift for topic in report.topics)
    words = numbers(report)
    return f"{'In sync' if words == 'no drift' else 'Drift'}: {words}, {count(in_sync, 'topic')} in sync."
