"""A comparison as text."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from click import style

from reconciler.plan.comparison import Comparison
from reconciler.printable import escaped
from reconciler.report.compact import fitting
from reconciler.report.comparison.rows import beyond, label, open_rows, rows, summary
from reconciler.report.layout import Detail, TextStyle, count, wrapped


def render(comparison: Comparison, layout: TextStyle) -> str:
    """Topics that only one side has, then the differences, then what is not compared; all names with ``ALL``."""
    lines = []
    if layout.detail is not Detail.SUMMARY:
        lines += wrapped(f"A: {escaped(label(comparison.a))}", layout, indent=3)
        lines += wrapped(f"B: {escaped(label(comparison.b))}", layout, indent=3)
        lines += ["", *_body(comparison, layout)]
    lines += [style(line, bold=True) for line in wrapped(summary(comparison), layout)]
    return "\n".join(lines) + "\n"


def _body(comparison: Comparison, layout: TextStyle) -> Iterator[str]:
    for side, names in (("A", comparison.only_in_a), ("B", comparison.only_in_b)):
        if names:
            yield style(f"Only in {side}: {count(len(names), 'topic')}", bold=True)
            yield from [*_names(names, layout), ""]
    for row in rows(comparison):
        field, a, b = map(escaped, (row.field, row.a, row.b))
        first, *more = wrapped(f"{field}: {a} in A, {b} in B", layout, indent=4)
        yield first.replace(field, style(field, bold=True), 1)
        yield from [*more, *_names(row.topics, layout, counted=True), ""]
    unknown = open_rows(comparison.not_compared)
    if unknown:
        yield style("Not compared:", bold=True)
    for open_row in unknown:
        yield from wrapped(f"{escaped(open_row.what)}: {open_row.why}", layout, start=2, indent=4)
        yield from _names(open_row.topics, layout, counted=True)
    words = beyond(comparison)
    yield from wrapped(words, layout) if words else []
    if unknown or words:
        yield ""


def _names(names: Sequence[str], layout: TextStyle, *, counted: bool = False) -> Iterator[str]:
    head = f"{count(len(names), 'topic')}: " if counted and len(names) > 1 else ""
    shown = [*map(escaped, names)]
    if layout.detail is Detail.ALL:
        yield from wrapped(f"{head}{', '.join(shown)}", layout, start=4, indent=4)
    else:
        yield f"    {head}{fitting(shown, layout.width - 4 - len(head))}"
