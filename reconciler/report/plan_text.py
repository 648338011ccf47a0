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


def render_plan(report: Report, look: TextStyle) -> Iterator[str]:
    """What would change, topic by topic; of unchanged topics only the count."""
    if report.cluster is None or report.plan is None:
        return
    environment = f", environment {report.environment}" if report.environment else ""
    cluster = f"cluster {report.cluster.id}, {count(report.cluster.brokers, 'broker')}"
    yield from wrapped(f"Plan for {report.cluster.bootstrap_servers} ({cluster}){environment}", look)
    yield ""
    fitted = _fitted(report, look)
    shown = [topic for topic in report.topics if _is_shown(topic, fitted)]
    yield from _topics(shown, fitted)
    if fitted.detail is Detail.COMPACT and look.detail is Detail.FITTING:
        yield from wrapped(
            f"More than {MAX_NEW_IN_FULL} topics are new: one line per topic. --no-compact shows every setting.", look
        )
    if fitted.detail is not Detail.SUMMARY:
        yield from legend((sign for topic in shown for sign in _signs(topic, fitted)), look)
    for line in wrapped(plan_summary(report), look):
        yield style(line, bold=True)
    for diagnostic in report.diagnostics:
        if diagnostic.code == "not-checked" and diagnostic.severity == "info":
            yield from wrapped(f"{diagnostic.message[0].upper()}{diagnostic.message[1:]}.", look)


def plan_summary(report: Report) -> str:
    """The plan in one line; each topic is counted once."""
    whole = [topic for topic in report.topics if extent(topic) is Extent.WHOLE]
    part = [topic for topic in report.topics if extent(topic) is Extent.PART]
    clear: Counter[str] = Counter(topic.action for topic in report.topics if extent(topic) is Extent.NONE)
    numbers = [f"{clear['create']} to create", f"{clear['drift']} to change", f"{clear['skip']} unchanged"]
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


def _is_shown(topic: Topic, look: TextStyle) -> bool:
    if look.detail is Detail.SUMMARY:
        return is_trouble(topic.status)
    return look.detail is Detail.ALL or topic.action != "skip"


def _is_one_line(topic: Topic, look: TextStyle) -> bool:
    return look.detail is Detail.COMPACT and not is_trouble(topic.status) and fits_a_line(topic, look)


def _topics(topics: Sequence[Topic], look: TextStyle) -> Iterator[str]:
    """The topics; blank lines around those that take several, and at the end."""
    for is_one_line, some in groupby(topics, lambda topic: _is_one_line(topic, look)):
        if is_one_line:
            yield from (compact_line(topic, look) for topic in some)
            yield ""
            continue
        for topic in some:
            yield from _topic(topic, look)
            yield ""


def _topic(topic: Topic, look: TextStyle) -> Iterator[str]:
    sign = sign_of(topic)
    owner = f"  ({topic.owner})" if topic.owner else ""
    lines = wrapped(f"{sign} {topic.name}{owner}{behind(topic.origin)}", look, indent=4)
    yield lines[0].replace(f"{sign} {topic.name}", f"{coloured(sign)} {style(topic.name, bold=True)}", 1)
    yield from lines[1:]
    if topic.action == "create":
        yield from _created(topic, look)
    for change in topic.changes:
        yield from _change(change, look)
    if topic.error is not None and not topic.attempts and not _is_told_by_field(topic, topic.error):
        yield from wrapped(_what_failed(topic, topic.error), look, start=6, indent=8)
        yield from wrapped(topic.error.remedy, look, start=6, indent=8)
    if topic.unchecked is not None:
        why = f"{topic.unchecked.name}: {topic.unchecked.remedy}"
        yield from wrapped(f"not validated by the broker: {why}", look, start=6, indent=8)


def _is_told_by_field(topic: Topic, error: Error) -> bool:
    return error.message in {objection.message for objection in topic.objections}


def _what_failed(topic: Topic, error: Error) -> str:
    words = words_of(error, topic.refusal)
    match topic.refusal.kind if topic.refusal is not None else None:
        case None:
            return f"cannot be read: {words}"
        case RefusalKind.BROKER:
            return f"rejected by the broker: {words}"
        case RefusalKind.CLIENT | RefusalKind.IMPOSSIBLE | RefusalKind.CREATION_OFF | RefusalKind.STALE:
            return f"refused: {words}"


def _created(topic: Topic, look: TextStyle) -> Iterator[str]:
    """The settings of a topic to create, each with the broker's objection to it."""
    objections = {objection.field: objection for objection in topic.objections}
    sign = " " if extent(topic) is Extent.WHOLE else "+"
    for field, value in settings(topic).items():
        setting = f"{field.removeprefix('config.')}: {value}"
        objection = objections.get(field)
        if objection is None:
            yield from signed(sign, setting, look)
            continue
        yield from signed("!", f"{setting}{behind(objection.origin)}", look)
        words = f"impossible: rejected by the broker: {objection.message}"
        yield from wrapped(words, look, start=6, indent=8)
        yield from wrapped(objection.remedy, look, start=6, indent=8)


def _change(change: Change, look: TextStyle) -> Iterator[str]:
    yield from signed(sign_of_change(change), f"{described(change)}{behind(change.origin)}", look)
    if change.reason is not None:
        yield from wrapped(f"{change.verdict}: {change.reason}", look, start=6, indent=8)


def _fitted(report: Report, look: TextStyle) -> TextStyle:
    """``look`` with a detail that does not depend on the number of new topics."""
    if look.detail is not Detail.FITTING:
        return look
    new = sum(topic.action == "create" for topic in report.topics)
    return replace(look, detail=Detail.COMPACT if new > MAX_NEW_IN_FULL else Detail.CHANGES)


def _signs(topic: Topic, look: TextStyle) -> Iterator[str]:
    """The signs that are shown for ``topic``."""
    yield sign_of(topic)
    if not _is_one_line(topic, look):
        yield from map(sign_of_change, topic.changes)
        if topic.objections:
            yield "!"
