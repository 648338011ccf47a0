"""Changes that are alike in many topics, shown together: routine ones, and risky ones."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from click import style

from reconciler.report.alike_risks import FEWEST as FEWEST_RISKY
from reconciler.report.alike_risks import explained_together, likeness
from reconciler.report.compact import described, fitting
from reconciler.report.document import Change, Topic
from reconciler.report.layout import TextStyle, behind, coloured, count, signed, wrapped
from reconciler.report.risk_text import Surroundings, remark
from reconciler.report.signs import Sign, sign_of, sign_of_change
from reconciler.report.sources import behind_change, is_contested
from reconciler.report.standing import Standing, changes_by_attention, standing

FEWEST = 4
"""The fewest topics with routine changes that are shown together."""


class Folded(NamedTuple):
    """Topics apart, and groups of topics that change alike."""

    apart: Sequence[Topic]
    groups: Sequence[Sequence[Topic]]


def folded(topics: Sequence[Topic]) -> Folded:
    """``topics`` with those together that change alike, the largest group first; each is there once."""
    alike: dict[tuple[object, ...], list[Topic]] = defaultdict(list)
    for topic in topics:
        if standing(topic) is Standing.CHANGED and topic.unchecked is None and not is_special(topic):
            alike[_changes(topic)].append(topic)
    groups = [group for group in alike.values() if len(group) >= FEWEST]
    groups += _risky_groups(topics)
    together = {topic.name for group in groups for topic in group}
    return Folded(
        apart=[topic for topic in topics if topic.name not in together],
        groups=sorted(groups, key=lambda group: (-len(group), group[0].name)),
    )


def _risky_groups(topics: Sequence[Topic]) -> list[list[Topic]]:
    alike: dict[tuple[object, ...], list[Topic]] = defaultdict(list)
    for topic in topics:
        if (
            not is_special(topic)
            and standing(topic) in {Standing.NEEDS_ATTENTION, Standing.RISKY}
            and (told := likeness(topic)) is not None
        ):
            alike[standing(topic), *told].append(topic)
    return [group for group in alike.values() if len(group) >= FEWEST_RISKY]


def is_special(topic: Topic) -> bool:
    """Whether there is more to tell of ``topic`` than its changes."""
    is_waived = any(change.waiver is not None for change in topic.changes)
    return topic.recreated is not None or is_contested(topic) or is_waived


def group_lines(group: Sequence[Topic], around: Surroundings, layout: TextStyle) -> Iterator[str]:
    """The changes of all topics in ``group``, and the names of some of them."""
    return (_routine_lines if standing(group[0]) is Standing.CHANGED else _risky_lines)(group, around, layout)


def _risky_lines(group: Sequence[Topic], around: Surroundings, layout: TextStyle) -> Iterator[str]:
    names = [topic.name for topic in group]
    yield f"{coloured(sign_of(group[0]).mark)} {style(count(len(group), 'topic'), bold=True)}"
    changes = list(zip(*(changes_by_attention(topic) for topic in group), strict=True))
    for alike in changes:
        words = f"{_described(alike[0])}{behind_change(alike[0], group[0], around.base)}"
        yield from signed(sign_of_change(alike[0]).mark, words, layout)
        yield from explained_together(alike, names, around, layout)
    yield f"    {fitting(names, layout.width - 4)}"


def _routine_lines(group: Sequence[Topic], around: Surroundings, layout: TextStyle) -> Iterator[str]:
    changes = group[0].changes
    mark, head = Sign.CHANGE.mark, f"{len(group):,} topics"
    is_one = len(changes) == 1
    text = f"{mark} {head}: {_described(changes[0])}" if is_one else f"{mark} {head}, each with {len(changes)} changes"
    first, *more = wrapped(text, layout, indent=4)
    yield first.replace(f"{mark} {head}", f"{coloured(mark)} {style(head, bold=True)}", 1)
    yield from more
    for change in () if is_one else changes:
        words = f"{_described(change)}{behind_change(change, group[0], around.base)}"
        yield from signed(sign_of_change(change).mark, words, layout)
        yield from remark(change, around, layout, start=6)
    yield f"    {fitting([topic.name for topic in group], layout.width - 4)}"
    if is_one:
        yield from remark(changes[0], around, layout, start=4)


def signs_of_group(group: Sequence[Topic]) -> Iterable[Sign]:
    """The signs that are shown for ``group``."""
    changes, is_routine = group[0].changes, standing(group[0]) is Standing.CHANGED
    return [sign_of(group[0]), *(map(sign_of_change, changes) if len(changes) > 1 or not is_routine else ())]


def _described(change: Change) -> str:
    layer = "" if change.layer in {None, "topic", "variable"} else f" ({change.layer})"
    return f"{described(change)}{behind(change.origin)}{layer}"


def _changes(topic: Topic) -> tuple[object, ...]:
    """Everything that a plan tells of the changes of ``topic``, if they are routine."""
    return tuple(
        (change.field, change.before, change.after, change.origin, change.layer, change.reason, change.source)
        for change in topic.changes
    )
