"""A plan as text: what needs a person first, then routine changes, a summary line."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import groupby

from click import style

from reconciler.model import is_trouble
from reconciler.report.compact import compact_line, fits_a_line
from reconciler.report.document import Report, Topic
from reconciler.report.folding import Folded, folded, group_lines, signs_of_group
from reconciler.report.layout import MAX_NEW_IN_FULL, Detail, TextStyle, count, wrapped, wrapped_around
from reconciler.report.risk_text import Surroundings
from reconciler.report.shared import Shared
from reconciler.report.signs import Extent, Sign, extent, legend, sign_of, sign_of_change
from reconciler.report.standing import Standing, by_attention, headline, standing
from reconciler.report.summary import plan_summary
from reconciler.report.topic_text import topic_lines
from reconciler.report.unmanaged_text import render_unmanaged

_NUMBER_AND_UNIT = re.compile(r"(?<=\d) ")


def render_plan(report: Report, layout: TextStyle) -> Iterator[str]:
    """What would change, topic by topic; of unchanged topics only the count."""
    if report.cluster is None or report.plan is None:
        return
    environment = f", environment {report.environment}" if report.environment else ""
    cluster = f"cluster {report.cluster.id}, {count(report.cluster.brokers, 'broker')}"
    yield from wrapped(f"Plan for {report.cluster.bootstrap_servers} ({cluster}){environment}", layout)
    yield ""
    yield from _body(report, layout)
    for line in wrapped_around(_NUMBER_AND_UNIT, plan_summary(report), layout):
        yield style(line, bold=True)
    for diagnostic in report.diagnostics:
        if diagnostic.code == "not-checked" and diagnostic.severity == "info":
            yield from wrapped(f"{diagnostic.message[0].upper()}{diagnostic.message[1:]}.", layout)


def _body(report: Report, layout: TextStyle) -> Iterator[str]:
    """Everything between the cluster and the summary."""
    fitted = _fitted(report, layout)
    listed = by_attention(topic for topic in report.topics if _is_listed(topic, fitted))
    around = Surroundings(shared=Shared.of(listed), made_at=report.run.started_at)
    shown = folded(listed) if layout.detail in {Detail.COMPACT, Detail.FITTING} else Folded(listed, [])
    above = [*_headline(report, fitted), *around.shared.above(layout)]
    yield from [*above, ""] if above else ()
    yield from _topics([topic for topic in shown.apart if standing(topic) < Standing.NEW], around, fitted)
    for group in shown.groups:
        yield from group_lines(group, around, layout)
        yield ""
    yield from _topics([topic for topic in shown.apart if standing(topic) >= Standing.NEW], around, fitted)
    yield from render_unmanaged(report, fitted)
    yield from around.shared.below(layout)
    if layout.detail is Detail.FITTING:
        yield from _hints(shown, fitted)
    if fitted.detail is not Detail.SUMMARY:
        signs = [sign for topic in shown.apart for sign in _signs(topic, around, fitted)]
        yield from legend([*signs, *(sign for group in shown.groups for sign in signs_of_group(group))], layout)


def _headline(report: Report, layout: TextStyle) -> Iterator[str]:
    words = None if layout.detail is Detail.SUMMARY else headline(report.topics)
    if words is not None:
        yield from (style(line, bold=True) for line in wrapped(words, layout))


def _hints(shown: Folded, layout: TextStyle) -> Iterator[str]:
    """What is left out of a text that fits itself to the number of topics, and how to see it."""
    if layout.detail is Detail.COMPACT:
        yield from wrapped(
            f"More than {MAX_NEW_IN_FULL} topics are new: one line per topic. --no-compact shows every setting.", layout
        )
    if shown.groups:
        yield from wrapped("Topics that change alike are shown together. --no-compact shows each of them.", layout)


def _is_listed(topic: Topic, layout: TextStyle) -> bool:
    if layout.detail is Detail.SUMMARY:
        return is_trouble(topic.status)
    return layout.detail is Detail.ALL or topic.action != "skip"


def _is_one_line(topic: Topic, around: Surroundings, layout: TextStyle) -> bool:
    if layout.detail is not Detail.COMPACT or not fits_a_line(topic, layout):
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
