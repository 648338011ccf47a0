"""What needs a person, and what somebody has consented to, as a table; equal changes of many topics are one row."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence

from reconciler.model import RiskKind
from reconciler.report.alike_risks import without_consent
from reconciler.report.document import BaseIdentity
from reconciler.report.entries import Entry, Need
from reconciler.report.grouping import grouped, likeness
from reconciler.report.markdown.words import code, marked_up, plain
from reconciler.report.phrases import change_line, compared_lines, decision_lines, hurt_lines, takes_effect

HEAD = ("|  | topic, owner | change | who is hurt | takes effect |", "| --- | --- | --- | --- | --- |")
_NAMED = 5
_MARKS = {Need.PERSON: "⛔", Need.CONSENTED: "⚠️"}


def rows(found: Sequence[Entry], base: BaseIdentity | None) -> Iterator[str]:
    """A row for each change of ``found``, or for several that are alike; ``base`` is what they were compared with."""
    lacking = without_consent({entry.topic.name: entry.topic for entry in found}.values())
    for group in grouped(found, likeness):
        yield f"| {' | '.join(_cells(group, lacking, base))} |"


def told(group: Sequence[Entry]) -> str:
    """The change of ``group``, and its place where it is the same for all; of several new topics no settings."""
    return marked_up(change_line(group))


def names(group: Sequence[Entry], most: int = _NAMED) -> str:
    """The topics of ``group`` with their owners, at most so many of them."""
    topics = list({entry.topic.name: entry.topic for entry in group}.values())
    if len(topics) == 1:
        owner = topics[0].owner
        return code(topics[0].name) + (f", {plain(owner)}" if owner else "")
    owners = sorted({topic.owner for topic in topics if topic.owner})
    shown = ", ".join(code(topic.name) for topic in topics[:most])
    more = f" and {len(topics) - most:,} more" if len(topics) > most else ""
    belong = f"; {', '.join(map(plain, owners[:_NAMED]))}" if owners else ""
    return f"{len(topics):,} topics: {shown}{more}{belong}"


def _cells(
    group: Sequence[Entry], lacking: Mapping[RiskKind, Collection[str]], base: BaseIdentity | None
) -> Iterator[str]:
    entry = group[0]
    yield f"{_MARKS.get(entry.need, '')} {plain(entry.verdict)}"
    yield names(group)
    compared = (f"**{plain(words)}**" for words in compared_lines(entry, base))
    yield "<br>".join([told(group), *map(marked_up, decision_lines(group, lacking)), *compared])
    yield "<br>".join(map(marked_up, hurt_lines(group, _NAMED)))
    yield plain(takes_effect(group) or "")
