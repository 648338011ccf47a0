"""A plan as text: signs, before → after, places, a summary line."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import groupby

from click import style

from reconciler.model import RefusalKind, is_trouble
from reconciler.report.compact import compact_line, described, fits_a_line, settings
from reconciler.report.document import Change, Error, Report, Topic
from reconciler.report.layout import (
    MAX_NEW_IN_FULL,
    Detail,
    TextStyle,
    behind,
    coloured,
    count,
    details,
    signed,
    words_of,
    wrapped,
)
from reconciler.report.signs import Extent, extent, legend, sign_of, sign_of_change
from reconciler.report.unmanaged_text import render_unmanaged


def render_plan(report: Report, layout: TextStyle) -> Iterator[str]:
    """What would change, topic by topic; of unchanged topics only the count."""
    if report.cluster is None or report.plan is None:
        return
    environment = f", environment {report.environment}" if report.environment else ""
    cluster = f"cluster {report.cluster.id}, {count(report.cluster.brokers, 'broker')}"
    yield from wrapped(f"Plan for {report.cluster.bootstrap_servers} ({cluster}){environment}", layout)
    yield ""
    fitted = _fitted(report, layout)
    shown = [topic for topic in report.topics if _is_shown(topic, fitted)]
    yield from _topics(shown, fitted)
    yield from render_unmanaged(report, fitted)
    if fitted.detail is Detail.COMPACT and layout.detail is Detail.FITTING:
        yield from wrapped(
            f"More than {MAX_NEW_IN_FULL} topics are new: one line per topic. --no-compact shows every setting.", layout
        )
    if fitted.detail is not Detail.SUMMARY:
        yield from legend((sign for topic in shown for sign in _signs(topic, fitted)), layout)
    for line in wrapped(plan_summary(report), layout):
        yield style(line, bold=True)
    for diagnostic in report.diagnostics:
        if diagnostic.code == "not-checked" and diagnostic.severity == "info":
            yield from wrapped(f"{diagnostic.message[0].upper()}{diagnostic.message[1:]}.", layout)


def plan_summary(report: Report) -> str:
    """The plan in one line; each topic is counted once."""
    whole = [topic for topic in report.topics if extent(topic) is Extent.WHOLE]
    part = [topic for topic in report.topics if extent(topic) is Extent.PART]
    clear: Counter[str] = Counter(topic.action for topic in report.topics if extent(topic) is Extent.NONE)
    numbers = [f"{clear['create']} to create", f"{clear['drift']} to change", f"{clear['skip']} unchanged"]
    if clear["delete"]:
        numbers.insert(2, f"{clear['delete']} to delete")
    if whole or part:
        turned_off = sum(
            topic.refusal is not None and topic.refusal.kind is RefusalKind.CREATION_OFF for topic in whole
        )
        special = {"in part": len(part), "not created: --no-auto-create": turned_off}
        numbers.append(f"{len(whole) + len(part)} refused{details(special)}")
    if clear["unreadable"]:
        numbers.append(f"{clear['unreadable']} unreadable")
    nothing = clear.keys() <= {"skip"} and not whole and not part
    return f"{'In sync' if nothing else 'Plan'}: {', '.join(numbers)}."


def _is_shown(topic: Topic, layout: TextStyle) -> bool:
    if layout.detail is Detail.SUMMARY:
        return is_trouble(topic.status)
    return layout.detail is Detail.ALL or topic.action != "skip"


def _is_one_line(topic: Topic, layout: TextStyle) -> bool:
    return layout.detail is Detail.COMPACT and not is_trouble(topic.status) and fits_a_line(topic, layout)


def _topics(topics: Sequence[Topic], layout: TextStyle) -> Iterator[str]:
    """The topics; blank lines around those that take several, and at the end."""
    for is_one_line, some in groupby(topics, lambda topic: _is_one_line(topic, layout)):
        if is_one_line:
            yield from (compact_line(topic, layout) for topic in some)
            yield ""
            continue
        for topic in some:
            yield from _topic(topic, layout)
            yield ""


def _topic(topic: Topic, layout: TextStyle) -> Iterator[str]:
    sign = sign_of(topic)
    owner = f"  ({topic.owner})" if topic.owner else ""
    lines = wrapped(f"{sign} {topic.name}{owner}{behind(topic.origin)}", layout, indent=4)
    yield lines[0].replace(f"{sign} {topic.name}", f"{coloured(sign)} {style(topic.name, bold=True)}", 1)
    yield from lines[1:]
    if topic.action == "create":
        yield from _created(topic, layout)
    for change in topic.changes:
        yield from _change(change, layout)
    if topic.error is not None and not topic.attempts and not _is_told_by_field(topic, topic.error):
        yield from wrapped(_what_failed(topic, topic.error), layout, start=6, indent=8)
        yield from wrapped(topic.error.remedy, layout, start=6, indent=8)
    if topic.unchecked is not None:
        why = f"{topic.unchecked.name}: {topic.unchecked.remedy}"
        yield from wrapped(f"not validated by the broker: {why}", layout, start=6, indent=8)


def _is_told_by_field(topic: Topic, error: Error) -> bool:
    return error.message in {objection.message for objection in topic.objections}


def _what_failed(topic: Topic, error: Error) -> str:
    words = words_of(error, topic.refusal)
    match topic.refusal.kind if topic.refusal is not None else None:
        case None:
            return f"cannot be read: {words}"
        case RefusalKind.BROKER:
            return f"rejected by the broker: {words}"
        case (
            RefusalKind.CLIENT
            | RefusalKind.IMPOSSIBLE
            | RefusalKind.CREATION_OFF
            | RefusalKind.NEEDS_CONSENT
            | RefusalKind.PROTECTED
            | RefusalKind.LIMIT
            | RefusalKind.POLICY
            | RefusalKind.STALE
        ):
            return f"refused: {words}"


def _created(topic: Topic, layout: TextStyle) -> Iterator[str]:
    """The settings of a topic to create, each with the broker's objection to it."""
    objections = {objection.field: objection for objection in topic.objections}
    sign = " " if extent(topic) is Extent.WHOLE else "+"
    for field, value in settings(topic).items():
        setting = f"{field.removeprefix('config.')}: {value}"
        objection = objections.get(field)
        if objection is None:
            yield from signed(sign, setting, layout)
            continue
        yield from signed("!", f"{setting}{behind(objection.origin)}", layout)
        words = f"impossible: rejected by the broker: {objection.message}"
        yield from wrapped(words, layout, start=6, indent=8)
        yield from wrapped(objection.remedy, layout, start=6, indent=8)


def _change(change: Change, layout: TextStyle) -> Iterator[str]:
    yield from signed(sign_of_change(change), f"{described(change)}{behind(change.origin)}", layout)
    if change.reason is not None:
        yield from wrapped(f"{change.verdict}: {change.reason}", layout, start=6, indent=8)


def _fitted(report: Report, layout: TextStyle) -> TextStyle:
    """``layout`` with a detail that does not depend on the number of new topics."""
    if layout.detail is not Detail.FITTING:
        return layout
    new = sum(topic.action == "create" for topic in report.topics)
    return replace(layout, detail=Detail.COMPACT if new > MAX_NEW_IN_FULL else Detail.CHANGES)


def _signs(topic: Topic, layout: TextStyle) -> Iterator[str]:
    """The signs that are shown for ``topic``."""
    yield sign_of(topic)
    if not _is_one_line(topic, layout):
        yield from map(sign_of_change, topic.changes)
        if topic.objections:
            yield "!"
