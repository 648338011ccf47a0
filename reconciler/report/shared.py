"""What is the same for several topics of a plan, and is told once for all of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TypeVar

from reconciler.model import STATE, RefusalKind
from reconciler.report.document import Refusal, Topic, Unmeasured
from reconciler.report.layout import TextStyle, coloured, count, wrapped
from reconciler.report.standing import refusals

_What = TypeVar("_What", Refusal, Unmeasured, str)
_ABOUT_THE_RUN = {RefusalKind.LIMIT, RefusalKind.CREATION_OFF}


@dataclass(frozen=True, slots=True)
class Shared:
    """Refusals and unknown numbers that several topics have for the same reason, each with the number of topics."""

    refused: Mapping[Refusal, int]
    unknown: Mapping[Unmeasured, int]
    deletes: Mapping[str, int]
    """What deletes do."""

    @classmethod
    def of(cls, topics: Iterable[Topic]) -> Shared:
        """What is the same for several of ``topics``."""
        refused: Counter[Refusal] = Counter()
        unknown: Counter[Unmeasured] = Counter()
        deletes: Counter[str] = Counter()
        for topic in topics:
            refused.update({each for each in refusals(topic) if each.kind in _ABOUT_THE_RUN})
            deletes.update(each.consent.risk for each in topic.changes if each.field == STATE and each.consent)
            unknown.update({each for change in topic.changes if change.impact for each in change.impact.unknown})
        return cls(_several(refused), _several(unknown), _several(deletes))

    def has(self, what: Refusal | Unmeasured | str) -> bool:
        """Whether ``what`` is told once for all topics."""
        return what in self.refused or what in self.unknown or what in self.deletes

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
        """The unknown numbers, and what deletes do, to stand behind the topics."""
        for words, number in self.deletes.items():
            yield from wrapped(f"delete ({count(number, 'topic')}): {words}", layout, indent=4)
        for each, number in self.unknown.items():
            yield from wrapped(f"{each.what} unknown for {count(number, 'topic')}: {each.why}", layout, indent=4)


def _several(numbers: Counter[_What]) -> dict[_What, int]:
    return {what: number for what, number in numbers.items() if number > 1}
