"""A comparison as Markdown, for a comment or a page."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import accumulate

from reconciler.plan.comparison import Comparison
from reconciler.printable import escaped
from reconciler.report.comparison.rows import OpenRow, Row, beyond, label, open_rows, rows, summary
from reconciler.report.layout import count
from reconciler.report.markdown.words import code, plain

_MOST_NAMES, _LONGEST = 5, 80
"""How many topics a row names, and the characters of a value that it shows."""
_MOST_DIFFERENT, _MOST_OPEN = 45_000, 10_000
"""Characters of the two lists, so that the whole stays below the 65,536 of a comment."""


def render(comparison: Comparison) -> str:
    """The result first, then a table of the differences, then what only one side has."""
    return "\n".join(_lines(comparison)) + "\n"


def _lines(comparison: Comparison) -> Iterator[str]:
    yield f"### {plain(summary(comparison))}"
    yield ""
    yield f"- A: {_plain(label(comparison.a))}"
    yield f"- B: {_plain(label(comparison.b))}"
    found = rows(comparison)
    if found:
        yield from ["", "| topics | field | A | B |", "| --- | --- | --- | --- |"]
        yield from _within(_MOST_DIFFERENT, [_row(row) for row in found], "more difference")
    for side, names in (("A", comparison.only_in_a), ("B", comparison.only_in_b)):
        if names:
            yield from ["", f"Only in {side}: {_names(names)}"]
    unknown = open_rows(comparison.not_compared)
    if unknown:
        yield from ["", "Not compared:", ""]
        yield from _within(_MOST_OPEN, [_open_row(row) for row in unknown], "more field")
    words = beyond(comparison)
    if words:
        yield from ["", plain(words)]


def _within(most: int, lines: Sequence[str], noun: str) -> Iterator[str]:
    """As many of ``lines`` as have ``most`` characters, and how many more there are."""
    lengths = accumulate(len(line) + 1 for line in lines)
    shown = sum(length <= most for length in lengths)
    yield from lines[:shown]
    if shown < len(lines):
        yield from ["", f"{count(len(lines) - shown, noun)}; the text and JSON formats have all."]


def _row(row: Row) -> str:
    return f"| {_names(row.topics)} | {' | '.join(map(_code, (row.field, row.a, row.b)))} |"


def _open_row(row: OpenRow) -> str:
    return f"- {_code(row.what)} of {_names(row.topics)}: {plain(row.why)}"


def _names(names: Sequence[str]) -> str:
    shown = ", ".join(map(_code, names[:_MOST_NAMES]))
    more = len(names) - _MOST_NAMES
    return f"{shown} and {more:,} more" if more > 0 else shown


def _code(text: str) -> str:
    shown = escaped(text)
    return code(shown if len(shown) <= _LONGEST else f"{shown[:_LONGEST]}…")


def _plain(text: str) -> str:
    return plain(escaped(text))
