"""Changes of many topics that are alike, to tell of them once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence

from reconciler.report.alike_risks import lacks_consent
from reconciler.report.entries import Entry

FEWEST = 4
"""The fewest topics that are told of together."""


def grouped(found: Sequence[Entry], likeness: Callable[[Entry], object]) -> Iterator[Sequence[Entry]]:
    """``found`` in groups of at least ``FEWEST`` that are alike, and all others alone."""
    alike: dict[object, list[Entry]] = defaultdict(list)
    for entry in found:
        alike[likeness(entry)].append(entry)
    for group in alike.values():
        yield from [group] if len(group) >= FEWEST else ([entry] for entry in group)


def likeness(entry: Entry) -> tuple[object, ...]:
    """What is told of ``entry`` where somebody has to look at it, but for names and numbers."""
    change, refusal, name = entry.change, entry.refusal, entry.topic.name
    reason, way_out = None, None
    if refusal is not None and (change is None or not lacks_consent(change)):
        reason, way_out = refusal.reason, refusal.way_out.replace(name, "")
    told = entry.need, entry.verdict, entry.consent, reason, way_out, entry.source, *entry.asides
    if change is None:
        error = entry.topic.error or entry.topic.unchecked
        return *told, error if error is not None and refusal is None else None
    return *told, change.field, change.before, change.after
