"""A comparison in rows: what is different, or not comparable, in the same way in many topics is one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from reconciler.configs.units import with_units
from reconciler.plan.comparison import Comparison, Given, Kind, NotCompared, Reason, Side, Value
from reconciler.report.explain.cells import plain
from reconciler.report.layout import count

_REASONS = {
    Reason.UNREADABLE: "a cluster does not show the topic",
    Reason.BROKER_DECIDES: "one manifest leaves it to the broker",
    Reason.HIDDEN: "a cluster does not show the value",
    Reason.BROKERS_DIFFER: "the brokers of one cluster have different defaults",
    Reason.NOT_IN_REPORT: "the report does not tell the value",
}


class Row(NamedTuple):
    """A difference, and the topics that have it."""

    field: str
    a: str
    b: str
    topics: Sequence[str]


class OpenRow(NamedTuple):
    """What is not compared, why, and in which topics."""

    what: str
    why: str
    topics: Sequence[str]


def rows(comparison: Comparison) -> Sequence[Row]:
    """The differences; the one of most topics first."""
    together: dict[tuple[str, str, str], list[str]] = defaultdict(list)
    for each in comparison.different:
        field = each.field.removeprefix("config.")
        cells = (_cell(field, each.a, comparison.a), _cell(field, each.b, comparison.b))
        together[field, *cells].append(each.topic)
    found = [Row(*told, topics) for told, topics in together.items()]
    return sorted(found, key=lambda row: (-len(row.topics), row.field, row.topics[0]))


def open_rows(found: Iterable[NotCompared]) -> Sequence[OpenRow]:
    """What is not compared; the row of most topics first."""
    together: dict[tuple[str, str], list[str]] = defaultdict(list)
    for each in found:
        what = each.field.removeprefix("config.") if each.field is not None else "all values"
        together[what, _REASONS[each.reason]].append(each.topic)
    rows = [OpenRow(*told, topics) for told, topics in together.items()]
    return sorted(rows, key=lambda row: (-len(row.topics), row.what))


def summary(comparison: Comparison) -> str:
    """The result in one sentence."""
    changed = len({each.topic for each in comparison.different})
    values = count(len(comparison.different), "value")
    numbers = [
        f"{values} of {count(changed, 'topic')}" if changed else "",
        f"{count(len(comparison.only_in_a), 'topic')} only in A" if comparison.only_in_a else "",
        f"{count(len(comparison.only_in_b), 'topic')} only in B" if comparison.only_in_b else "",
    ]
    equal = count(comparison.in_both - changed, "topic")
    unread = f"; {count(comparison.unreadable, 'topic')} cannot be read" if comparison.unreadable else ""
    if not comparison.has_differences:
        return f"No differences: {equal} in both{unread}."
    return f"Different: {', '.join(filter(None, numbers))}; {equal} without differences{unread}."


def beyond(comparison: Comparison) -> str | None:
    """How many topics a report does not know of, in words."""
    if not comparison.beyond_report:
        return None
    return f"{count(comparison.beyond_report, 'topic')} not compared: the report does not tell whether they are there"


def label(side: Side) -> str:
    """What the side is, and how many topics it has."""
    return f"{side.label} ({count(len(side.topics), 'topic')})"


def _cell(field: str, value: Value | None, side: Side) -> str:
    if value is None:
        return "(broker default)" if side.kind is Kind.MANIFEST and "." in field else "(not set)"
    if value.given is Given.HIDDEN:
        return "(set, not shown)"
    text = with_units(field, value.content) if isinstance(value.content, str) else plain(value.content)
    return f"inherited {text or '(empty)'}" if value.given is Given.INHERITED else text or "(empty)"
