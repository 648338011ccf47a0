"""Changes that need nobody, in as few lines as tell them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from reconciler.model import STATE
from reconciler.report.entries import Entry
from reconciler.report.grouping import grouped
from reconciler.report.layout import count
from reconciler.report.markdown.attention import names, told
from reconciler.report.markdown.words import code, plain

_SHOWN = 3
_NAMED = 200


def in_short(found: Sequence[Entry]) -> str:
    """The most frequent changes with the number of topics of each, and how many topics are new or deleted."""
    new = sum(entry.change is None for entry in found)
    alike = Counter(entry.words for entry in found if entry.change is not None and entry.change.field != STATE)
    parts = [
        f"{number:,} × {code(words)}"  # noqa: RUF001 - the sign is meant
        if number > 1
        else code(words)
        for words, number in alike.most_common(_SHOWN)
    ]
    others = alike.total() - sum(number for _, number in alike.most_common(_SHOWN))
    parts += [f"{count(others, 'other change')}"] if others else []
    parts += [count(new, "new topic")] if new else []
    deleted = sum(entry.change is not None and entry.change.field == STATE for entry in found)
    return " · ".join([*parts, *([count(deleted, "deleted topic")] if deleted else [])])


def bullets(found: Sequence[Entry]) -> Iterator[str]:
    """A list item for each change, or for several that are alike, the largest group first."""
    for group in sorted(grouped(found, _likeness), key=len, reverse=True):
        change = group[0].change
        notes = [*group[0].asides, *([change.reason] if change is not None and change.reason else [])]
        behind = "".join(f"; {plain(note)}" for note in notes)
        yield f"- {names(group, _NAMED)}: {told(group)}{behind}"


def _likeness(entry: Entry) -> object:
    change = entry.change
    if change is None:
        return entry.topic.name
    return change.field, change.before, change.after, change.reason, *entry.asides
