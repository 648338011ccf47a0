"""The picture of the estate: how many changes each owner has, by who has to look at them, or how much drift."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from reconciler.model import Action
from reconciler.report.document import Audit, Report
from reconciler.report.entries import Entry, Need

_SHOWN = 8
_CHANGES = {"person": "Needs a person", "consented": "With consent", "routine": "Routine"}
_DRIFT = {"person": "Drifted", "consented": "Waived"}
_NEEDS = {Need.PERSON: "person", Need.CONSENTED: "consented", Need.NOBODY: "routine"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """The numbers of an owner; ``bars`` are a class, a beginning and a width, in percent of the longest bar.

    Several owners together have no bar, which would make all others small.
    """

    owner: str
    is_one: bool
    numbers: Sequence[int]
    in_sync: int
    bars: Sequence[tuple[str, float, float]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """A row for each owner; ``heads`` are the words for each class of a bar."""

    title: str
    heads: Mapping[str, str]
    shares: Sequence[Share]


def picture(report: Report, found: Sequence[Entry]) -> Picture | None:
    """The owners with the most changes that need a person, or with the most drift; ``None`` with a single owner."""
    in_sync = Counter(topic.owner or "" for topic in report.topics if topic.action is Action.SKIP and not topic.drift)
    heads, title = (_CHANGES, "Changes by owner") if report.audit is None else (_DRIFT, "Drift by owner")
    numbers = _changes(found) if report.audit is None else _drift(report.audit)
    if len({*numbers, *in_sync}) < 2 or not numbers:  # noqa: PLR2004 - one owner needs no picture
        return None
    return Picture(title=title, heads=heads, shares=_shares(numbers, in_sync, list(heads)))


def _changes(found: Sequence[Entry]) -> Mapping[str, Counter[str]]:
    numbers: dict[str, Counter[str]] = defaultdict(Counter)
    for entry in found:
        numbers[entry.topic.owner or ""][_NEEDS[entry.need]] += 1
    return numbers


def _drift(audit: Audit) -> Mapping[str, Counter[str]]:
    numbers = {each.owner or "": Counter(person=each.drifted, consented=each.waived) for each in audit.owners}
    return {owner: number for owner, number in numbers.items() if number.total()}


def _shares(numbers: Mapping[str, Counter[str]], in_sync: Counter[str], kinds: Sequence[str]) -> Sequence[Share]:
    order = sorted(numbers, key=lambda owner: (-numbers[owner]["person"], -numbers[owner].total(), owner))
    shown, others = order[:_SHOWN], order[_SHOWN:]
    longest = max(numbers[owner].total() for owner in shown)
    shares = [
        Share(
            owner=owner or "no owner",
            is_one=True,
            numbers=[numbers[owner][kind] for kind in kinds],
            in_sync=in_sync[owner],
            bars=_bars(numbers[owner], kinds, longest),
        )
        for owner in shown
    ]
    if others:
        rest: Counter[str] = sum((numbers[owner] for owner in others), Counter())
        still = sum(in_sync[owner] for owner in others)
        words = f"{len(others):,} more"
        shares.append(Share(owner=words, is_one=False, numbers=[rest[kind] for kind in kinds], in_sync=still, bars=[]))
    return shares


def _bars(numbers: Counter[str], kinds: Sequence[str], longest: int) -> Sequence[tuple[str, float, float]]:
    bars: list[tuple[str, float, float]] = []
    begin = 0.0
    for kind in kinds:
        width = round(100 * numbers[kind] / longest, 2)
        bars += [(kind, round(begin, 2), width)] if width else []
        begin += width
    return bars
