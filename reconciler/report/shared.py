"""What is the same for several topics of a plan, and is told once for all of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple, TypeVar

from reconciler.model import STATE, RefusalKind
from reconciler.report.document import Change, Refusal, Topic, Unmeasured
from reconciler.report.layout import TextStyle, coloured, count, wrapped
from reconciler.report.standing import refusals

_ABOUT_THE_RUN = {RefusalKind.LIMIT, RefusalKind.CREATION_OFF, RefusalKind.CREATING_ONLY}


class Note(NamedTuple):
    """What a reviewer should know of every change of a field."""

    field: str
    words: str


_What = TypeVar("_What", Refusal, Unmeasured, Note)


def note_on(change: Change) -> Note | None:
    """What is to be known of ``change``, whichever topic it is of; ``None`` where the topic matters."""
    if change.field == STATE and change.consent is not None:
        return Note("delete", change.consent.risk)
    is_general = change.impact is None and change.refusal is None and change.consent is None
    return Note(change.field.removeprefix("config."), change.reason) if is_general and change.reason else None


@dataclass(frozen=True, slots=True)
class Shared:
    """Refusals, unknown numbers and notes that are the same for several topics, each with the number of topics."""

    refused: Mapping[Refusal, int]
    unknown: Mapping[Unmeasured, int]
    notes: Mapping[Note, int]

    @classmethod
    def of(cls, topics: Iterable[Topic]) -> Shared:
        """What is the same for several of ``topics``."""
        refused: Counter[Refusal] = Counter()
        unknown: Counter[Unmeasured] = Counter()
        notes: Counter[Note] = Counter()
        for topic in topics:
            # Not sets: their order differs from run to run.
            refused.update(dict.fromkeys(each for each in refusals(topic) if each.kind in _ABOUT_THE_RUN).keys())
            found = (each for change in topic.changes if change.impact for each in change.impact.unknown)
            unknown.update(dict.fromkeys(found).keys())
            notes.update(filter(None, map(note_on, topic.changes)))
        return cls(_several(refused), _several(unknown), _several(notes))

    def has(self, what: Refusal | Unmeasured | Note | None) -> bool:
        """Whether ``what`` is told once for all topics."""
        return what in self.refused or what in self.unknown or what in self.notes

    def tells_all_of(self, topic: Topic) -> bool:
        """Whether everything refused of ``topic`` is told for several topics, and nothing of it is risky."""
        return all(map(self.has, refusals(topic))) and not any(change.consent for change in topic.changes)

    def above(self, layout: TextStyle) -> Iterator[str]:
        """The refusals, to stand before the topics."""
        for refusal, number in self.refused.items():
            first, *more = wrapped(f"! {count(number, 'topic')} refused: {refusal.reason}", layout, indent=4)
            yield first.replace("!", coloured("!"), 1)
            yield from more
            yield from wrapped(refusal.way_out, layout, start=4, indent=6)

    def below(self, layout: TextStyle) -> Iterator[str]:
        """The unknown numbers and the notes, to stand behind the topics."""
        for each, number in self.unknown.items():
            yield from wrapped(f"{each.what} unknown ({count(number, 'topic')}): {each.why}", layout, indent=4)
        for note, number in sorted(self.notes.items()):
            yield from wrapped(f"{note.field} ({count(number, 'topic')}): {note.words}", layout, indent=4)


def _several(numbers: Counter[_What]) -> dict[_What, int]:
    return {what: number for what, number in numbers.items() if number > 1}
