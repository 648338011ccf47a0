"""Routine changes that are alike in many topics, shown together."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from click import style

from reconciler.report.compact import described, fitting
from reconciler.report.document import Change, Topic
from reconciler.report.layout import TextStyle, behind, coloured, signed, wrapped
from reconciler.report.risk_text import Surroundings, remark
from reconciler.report.signs import Sign, sign_of_change
from reconciler.report.standing import Standing, standing

FEWEST = 4
"""The fewest topics that are shown together."""


class Folded(NamedTuple):
    """Topics apart, and groups of topics that change alike."""

    apart: Sequence[Topic]
    groups: Sequence[Sequence[Topic]]


def folded(topics: Sequence[Topic]) -> Folded:
    """``topics`` with those together that change alike, the largest group first; each is there once."""
    alike: dict[tuple[object, ...], list[Topic]] = defaultdict(list)
    for topic in topics:
        if standing(topic) is Standing.CHANGED and topic.unchecked is None:
            alike[_changes(topic)].append(topic)
    groups = [group for group in alike.values() if len(group) >= FEWEST]
    together = {topic.name for group in groups for topic in group}
    return Folded(
        apart=[topic for topic in topics if topic.name not in together],
        groups=sorted(groups, key=lambda group: (-len(group), group[0].name)),
    )


def group_lines(group: Sequence[Topic], around: Surroundings, layout: TextStyle) -> Iterator[str]:
    """The changes of all topics in ``group``, and the names of some of them."""
    changes = group[0].changes
    mark, head = Sign.CHANGE.mark, f"{len(group):,} topics"
    is_one = len(changes) == 1
    text = f"{mark} {head}: {_described(changes[0])}" if is_one else f"{mark} {head}, each with {len(changes)} changes"
    first, *more = wrapped(text, layout, indent=4)
    yield first.replace(f"{mark} {head}", f"{coloured(mark)} {style(head, bold=True)}", 1)
    yield from more
    for change in () if is_one else changes:
        yield from signed(sign_of_change(change).mark, _described(change), layout)
        yield from remark(change, around, layout, start=6)
    yield f"    {fitting([topic.name for topic in group], layout.width - 4)}"
    if is_one:
        yield from remark(changes[0], around, layout, start=4)


def signs_of_group(group: Sequence[Topic]) -> Iterable[Sign]:
    """The signs that are shown for ``group``."""
    changes = group[0].changes
    return [Sign.CHANGE, *(map(sign_of_change, changes) if len(changes) > 1 else ())]


def _described(change: Change) -> str:
    layer = "" if change.layer in {None, "topic", "variable"} else f" ({change.layer})"
    return f"{described(change)}{behind(change.origin)}{layer}"


def _changes(topic: Topic) -> tuple[object, ...]:
    """Everything that a plan tells of the changes of ``topic``, if they are routine."""
    return tuple(
        (change.field, change.before, change.after, change.origin, change.layer, change.reason)
        for change in topic.changes
    )
