"""A topic explained, as text: a table where it fits the terminal, else a block per value."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from reconciler.plan.diff import COUNTS
from reconciler.plan.explained import Setting, Standing
from reconciler.printable import escaped
from reconciler.report.explain.cells import live_cell, manifest_cell, place, plain
from reconciler.report.explain.topic import ExplainedTopic, SeenCluster
from reconciler.report.layout import TextStyle, coloured, count, wrapped

_SIGNS = {Standing.DIFFERS: "~", Standing.EXTRA: "-", Standing.NOT_COMPARED: "?"}
_MEANINGS = {
    Standing.DIFFERS: "~ differs from the manifest",
    Standing.EXTRA: "- not in the manifest, so apply resets it",
    Standing.NOT_COMPARED: "? cannot be compared now",
}
_HEAD = ("  ", "manifest", "set by", "cluster", "set by")


def render(topic: ExplainedTopic, layout: TextStyle) -> str:
    """The text, with a line break at its end."""
    cluster = topic.cluster
    origin = str(topic.origin) if topic.origin is not None else "not in the manifest"
    lines = [escaped(f"{topic.name}  {origin}")]
    if cluster is not None:
        where = f"cluster {cluster.cluster_id or 'without an id'} at {cluster.bootstrap_servers}"
        lines += wrapped(escaped(f"{where}: {_found(topic, cluster)}"), layout, indent=2)
    lines.append("")
    if cluster is None or cluster.topic is None:
        lines += _of_manifest(topic.settings)
    else:
        lines += _of_both(topic, layout)
    return "\n".join(lines) + "\n"


def _found(topic: ExplainedTopic, cluster: SeenCluster) -> str:
    if cluster.topic is None:
        return "the cluster does not have the topic"
    if topic.origin is None:
        return "unmanaged, which means in the scope of the manifest" if topic.is_in_scope else "the topic is there"
    numbers = Counter(each.standing for each in topic.settings)
    differing = numbers[Standing.DIFFERS] + numbers[Standing.EXTRA]
    if differing:
        return f"{count(differing, 'value')} {'differs' if differing == 1 else 'differ'} from the manifest"
    return "in sync"


def _of_manifest(settings: Sequence[Setting]) -> Iterator[str]:
    rows = [
        (each.field, plain(each.value), each.source.layer if each.source is not None else "broker", place(each))
        for each in settings
    ]
    return _aligned([[*map(escaped, row)] for row in rows])


def _of_both(topic: ExplainedTopic, layout: TextStyle) -> Iterator[str]:
    """What the manifest or the topic itself sets, side by side, then what is only on the cluster."""
    is_listed = topic.origin is not None
    compared = [each for each in topic.settings if is_listed and _is_set(each)]
    others = [each for each in topic.settings if each not in compared]
    if compared:
        yield from _side_by_side([_row(each) for each in compared], layout)
    if others:
        yield from ["", "Inherited on the cluster:"] if compared else []
        yield from _aligned([[f"  {escaped(each.field)}", *map(escaped, live_cell(each))] for each in others])
    standings = {each.standing for each in topic.settings}
    shown = [meaning for standing, meaning in _MEANINGS.items() if standing in standings]
    if shown:
        yield from ["", *shown]


def _is_set(setting: Setting) -> bool:
    return setting.field in COUNTS or setting.source is not None or setting.standing is not None


def _row(setting: Setting) -> list[str]:
    sign = _SIGNS.get(setting.standing, " ") if setting.standing is not None else " "
    return [f"{sign} {escaped(setting.field)}", *map(escaped, (*manifest_cell(setting), *live_cell(setting)))]


def _side_by_side(rows: Sequence[Sequence[str]], layout: TextStyle) -> Iterator[str]:
    table = list(_aligned([_HEAD, *rows]))
    is_fitting = all(len(line) <= layout.width for line in table)
    for line in table if is_fitting else _blocks(rows, layout):
        yield f"{coloured(line[0])}{line[1:]}"


def _blocks(rows: Sequence[Sequence[str]], layout: TextStyle) -> Iterator[str]:
    lengths = (len(value) for row in rows for value in (row[1], row[3]))
    width = max((length for length in lengths if length <= layout.width // 3), default=0)
    for field, wanted, origin, live, source in rows:
        yield field.rstrip()
        for side, value, set_by in (("manifest", wanted, origin), ("cluster", live, source)):
            if value:
                line = f"{side:<8}  {value.ljust(width)}  {set_by}".rstrip()
                yield from wrapped(line, layout, start=4, indent=16 + width)


def _aligned(rows: Sequence[Sequence[str]]) -> Iterator[str]:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        yield "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
