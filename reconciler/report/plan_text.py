"""A plan as text: what needs a person first, then routine changes, a summary line."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import groupby

from click import style

from reconciler.model import Command, is_trouble
from reconciler.report.alike_risks import without_consent
from reconciler.report.compact import compact_line, fits_a_line
from reconciler.report.document import Report, Topic
from reconciler.report.folding import Folded, folded, group_lines, is_special, signs_of_group
from reconciler.report.layout import MAX_NEW_IN_FULL, Detail, TextStyle, count, wrapped, wrapped_around
from reconciler.report.risk_text import Surroundings
from reconciler.report.shared import Shared
from reconciler.report.signs import Extent, Sign, extent, legend, sign_of, sign_of_change
from reconciler.report.sources import Part, comparison, part_of, sources_of, title
from reconciler.report.standing import Standing, by_attention, headline, standing
from reconciler.report.summary import plan_summary
from reconciler.report.topic_text import topic_lines
from reconciler.report.undo_text import lasting, patch_lines, undo_heading
from reconciler.report.unmanaged_text import render_unmanaged

_NUMBER_AND_UNIT = re.compile(r"(?<=\d) ")


def render_plan(report: Report, layout: TextStyle) -> Iterator[str]:
    """What would change, topic by topic; of unchanged topics only the count."""
    if report.cluster is None or report.plan is None:
        return
    environment = f", environment {report.environment}" if report.environment else ""
    cluster = f"cluster {report.cluster.id}, {count(report.cluster.brokers, 'broker')}"
    yield from wrapped(f"Plan for {report.cluster.bootstrap_servers} ({cluster}){environment}", layout)
    if report.reviewed is not None:
        made_at = f"{report.reviewed.made_at:%Y-%m-%d %H:%M} UTC"
        yield from wrapped(f"Only what the plan in {report.reviewed.file} shows, made at {made_at}", layout)
    yield from undo_heading(report, layout)
    yield ""
    yield from _body(report, layout)
    for line in wrapped_around(_NUMBER_AND_UNIT, plan_summary(report), layout):
        yield style(line, bold=True)
    compared = comparison(report)
    if compared is not None:
        yield from wrapped(compared, layout)
    for diagnostic in report.diagnostics:
        if diagnostic.code == "not-checked" and diagnostic.severity == "info":
            yield from wrapped(f"{diagnostic.message[:1].upper()}{diagnostic.message[1:]}.", layout)
    if report.command is Command.PLAN:  # an apply has it behind its result
        yield from patch_lines(report, layout)


def _body(report: Report, layout: TextStyle) -> Iterator[str]:
    """Everything between the cluster and the summary."""
    fitted = _fitted(report, layout)
    listed = by_attention(topic for topic in report.topics if _is_listed(topic, fitted))
    around = Surroundings(
        shared=Shared.of(listed),
        made_at=report.run.started_at,
        without_consent=without_consent(listed),
        base=report.plan.base if report.plan is not None else None,
    )
    shown = folded(listed) if layout.detail in {Detail.COMPACT, Detail.FITTING} else Folded(listed, [])
    above = [*_headline(report, fitted), *around.shared.above(layout)]
    yield from [*above, ""] if above else ()
    yield from _parts(shown, around, layout, fitted)
    yield from render_unmanaged(report, fitted)
    yield from lasting(report, layout)
    yield from around.shared.below(layout)
    layouts = {topic.name: _layout_of(part_of(topic), around, layout, fitted) for topic in listed}
    if layout.detail is Detail.FITTING:
        is_short = any(_is_one_line(topic, around, layouts[topic.name]) for topic in shown.apart)
        yield from _hints(shown, fitted, is_short=is_short)
    if fitted.detail is not Detail.SUMMARY:
        signs = [sign for topic in shown.apart for sign in _signs(topic, around, layouts[topic.name])]
        yield from legend([*signs, *(sign for group in shown.groups for sign in signs_of_group(group))], layout)


def _parts(shown: Folded, around: Surroundings, layout: TextStyle, fitted: TextStyle) -> Iterator[str]:
    """The topics; in a plan that was compared with a base those together that change because of the same."""
    if around.base is None:
        yield from _ordered(shown, around, fitted)
        return
    for part in Part:
        some = Folded(
            [topic for topic in shown.apart if part_of(topic) is part],
            [group for group in shown.groups if part_of(group[0]) is part],
        )
        number = len(some.apart) + sum(map(len, some.groups))
        if number:
            yield from title(part, around.base, number, layout)
            yield from _ordered(some, around, _layout_of(part, around, layout, fitted))


def _layout_of(part: Part, around: Surroundings, layout: TextStyle, fitted: TextStyle) -> TextStyle:
    """``fitted``; one line per topic for what is not this branch's, where ``layout`` is to fit."""
    is_other = around.base is not None and part in {Part.MERGED, Part.CLUSTER}
    return replace(fitted, detail=Detail.COMPACT) if is_other and layout.detail is Detail.FITTING else fitted


def _ordered(shown: Folded, around: Surroundings, layout: TextStyle) -> Iterator[str]:
    """Topics, and groups of topics behind those that need as much attention."""
    waiting: list[Topic] = []
    for level in Standing:
        waiting += [topic for topic in shown.apart if standing(topic) is level]
        groups = [group for group in shown.groups if standing(group[0]) is level]
        if groups or level in {Standing.CHANGED, Standing.UNCHANGED}:
            yield from _topics(waiting, around, layout)
            waiting = []
        for group in groups:
            yield from group_lines(group, around, layout)
            yield ""


def _headline(report: Report, layout: TextStyle) -> Iterator[str]:
    words = None if layout.detail is Detail.SUMMARY else headline(report.topics)
    if words is not None:
        yield from (style(line, bold=True) for line in wrapped(words, layout))


def _hints(shown: Folded, layout: TextStyle, *, is_short: bool) -> Iterator[str]:
    """What is left out of a text that fits itself to the plan, and how to see it; ``is_short``: topics take a line."""
    if layout.detail is Detail.COMPACT:
        yield from wrapped(
            f"More than {MAX_NEW_IN_FULL} topics are new: one line per topic. --no-compact shows every setting.", layout
        )
    elif is_short:
        words = "Routine changes that are not from this branch take one line per topic."
        yield from wrapped(f"{words} --no-compact shows every setting.", layout)
    if shown.groups:
        yield from wrapped("Topics that change alike are shown together. --no-compact shows each of them.", layout)


def _is_listed(topic: Topic, layout: TextStyle) -> bool:
    if layout.detail is Detail.SUMMARY:
        return is_trouble(topic.status)
    return layout.detail is Detail.ALL or topic.action != "skip" or topic.recreated is not None


def _is_one_line(topic: Topic, around: Surroundings, layout: TextStyle) -> bool:
    if layout.detail is not Detail.COMPACT or is_special(topic) or not fits_a_line(topic, layout):
        return False
    if len(sources_of(topic)) > 1:
        return False
    match standing(topic):
        case Standing.NEEDS_ATTENTION:
            return extent(topic) is Extent.WHOLE and around.shared.tells_all_of(topic)
        case Standing.RISKY:
            return False
        case Standing.CHANGED | Standing.NEW | Standing.UNCHANGED:
            return not is_trouble(topic.status)


def _topics(topics: Sequence[Topic], around: Surroundings, layout: TextStyle) -> Iterator[str]:
    """The topics; blank lines around those that take several, and at the end."""
    for is_one_line, some in groupby(topics, lambda topic: _is_one_line(topic, around, layout)):
        if is_one_line:
            yield from (compact_line(topic, layout) for topic in some)
            yield ""
            continue
        for topic in some:
            yield from topic_lines(topic, around, layout)
            yield ""


def _fitted(report: Report, layout: TextStyle) -> TextStyle:
    """``layout`` with a detail that does not depend on the number of new topics."""
    if layout.detail is not Detail.FITTING:
        return layout
    new = sum(topic.action == "create" for topic in report.topics)
    return replace(layout, detail=Detail.COMPACT if new > MAX_NEW_IN_FULL else Detail.CHANGES)


def _signs(topic: Topic, around: Surroundings, layout: TextStyle) -> Iterator[Sign]:
    """The signs that are shown for ``topic``."""
    yield sign_of(topic)
    if not _is_one_line(topic, around, layout):
        yield from map(sign_of_change, topic.changes)
        if topic.objections:
            yield Sign.REFUSED
