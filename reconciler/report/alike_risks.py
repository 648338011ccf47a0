"""Risky changes that are alike in many topics: their numbers as sums, and one way to consent to all of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from os.path import commonprefix
from typing import TypeVar

from reconciler.configs.units import readable_age
from reconciler.model import STATE, Action, RefusalKind, RiskKind
from reconciler.report.amounts import effect
from reconciler.report.compact import fitting
from reconciler.report.document import Change, Consent, Impact, Topic
from reconciler.report.layout import TextStyle, count, wrapped, wrapped_around
from reconciler.report.replicas import merged_brokers
from reconciler.report.risk_text import OPTION_AND_VALUE, Surroundings, consent_line, remark, verdict_line

FEWEST = 11
"""The fewest topics with risky changes that are shown together: numbers and readers of each are left out then."""
_NAMED = 3

_Number = TypeVar("_Number")


def likeness(topic: Topic) -> tuple[object, ...] | None:
    """What is told of the changes of ``topic`` apart from names and numbers; ``None`` where it must be shown alone.

    That is where something is refused for another reason than that nobody consented.
    """
    if topic.action not in {Action.DRIFT, Action.DELETE} or topic.refusal is not None or topic.unchecked is not None:
        return None
    if not all(map(lacks_consent, (change for change in topic.changes if change.refusal is not None))):
        return None
    return tuple(_told(change) for change in topic.changes)


def explained_together(
    changes: Sequence[Change], names: Sequence[str], around: Surroundings, layout: TextStyle
) -> Iterator[str]:
    """What a reviewer should know of the same change of the topics ``names``, with the way to consent."""
    needed = changes[0].consent
    if needed is None:
        yield from remark(changes[0], around, layout, start=6)
        return
    yield from verdict_line(changes[0], needed, around, layout)
    impacts = {name: change.impact for name, change in zip(names, changes, strict=True) if change.impact is not None}
    if impacts:
        yield from _impact(needed, impacts, around, layout)
    if needed.given_by is not None:
        yield from consent_line(needed, layout)
    elif changes[0].refusal is not None:
        yield from wrapped_around(
            OPTION_AND_VALUE,
            way_to_consent(changes[0], needed, names, around.without_consent),
            layout,
            start=6,
            indent=8,
        )


def _is_open(change: Change) -> bool:
    return change.refusal is not None and change.refusal.kind is RefusalKind.NEEDS_CONSENT


def lacks_consent(change: Change) -> bool:
    """Whether ``change`` is refused because nobody consented at all; a consent that falls short differs by topic."""
    needed, refusal = change.consent, change.refusal
    if needed is None or refusal is None or refusal.kind is not RefusalKind.NEEDS_CONSENT:
        return False
    return refusal.reason.startswith(needed.risk)


def _told(change: Change) -> tuple[object, ...]:
    # Each topic to delete has a place of its own; where a value comes from is part of what a reviewer judges.
    origin = None if change.field == STATE else change.origin
    reason = change.reason if change.consent is None else None
    return (
        change.field,
        change.before,
        change.after,
        origin,
        change.layer,
        reason,
        change.consent,
        change.refusal is None,
        change.source,
    )


def _impact(needed: Consent, impacts: dict[str, Impact], around: Surroundings, layout: TextStyle) -> Iterator[str]:
    whole = merged(list(impacts.values()))
    told = effect(needed.kind, whole)
    if told is not None:
        uncounted = sum(impact.records is None for impact in impacts.values()) if whole.records is not None else 0
        more = f"; in {count(uncounted, 'topic')} the number of records is not known" if uncounted else ""
        yield from wrapped(f"{told}{more}", layout, start=6, indent=8)
    if whole.last_record_at is not None:
        age = readable_age((around.made_at - whole.last_record_at).total_seconds())
        yield from wrapped(f"last record in any of them: {age} before this plan", layout, start=6, indent=8)
    most = sorted(impacts, key=lambda name: (-(impacts[name].records or 0), name))[:_NAMED]
    listed = [f"{name} ({count(records, 'record')})" for name in most if (records := impacts[name].records)]
    if listed:
        yield from wrapped(f"most in {', '.join(listed)}", layout, start=6, indent=8)
    yield from _readers(impacts, layout)
    yield from _unknown(impacts, around, layout)


def _readers(impacts: dict[str, Impact], layout: TextStyle) -> Iterator[str]:
    """The groups that read the topics, and what becomes of them, those first that lose most."""
    lost: dict[str, int] = defaultdict(int)
    by_note: dict[str, dict[str, None]] = defaultdict(dict)
    for reader in (each for impact in impacts.values() for each in impact.readers or ()):
        lost[reader.group] += reader.unread_records_lost or 0
        if reader.note is not None:
            by_note[f"{reader.type}; {reader.note}"][reader.group] = None
    if not lost:
        if all(impact.readers is not None for impact in impacts.values()):
            yield from wrapped("read by no group", layout, start=6)
        return
    unread = sum(lost.values())
    what = f", which lose at most {count(unread, 'unread record')}" if unread else ""
    names = fitting(sorted(lost, key=lambda group: (-lost[group], group)), layout.width // 2)
    yield from wrapped(f"read by {count(len(lost), 'group')}{what}: {names}", layout, start=6, indent=8)
    for note, groups in by_note.items():
        yield from wrapped(f"{fitting(sorted(groups), layout.width // 2)}: {note}", layout, start=8, indent=10)


def _unknown(impacts: dict[str, Impact], around: Surroundings, layout: TextStyle) -> Iterator[str]:
    numbers: dict[tuple[str, str], int] = defaultdict(int)
    for each in (each for impact in impacts.values() for each in impact.unknown):
        numbers[each.what, ", see below" if around.shared.has(each) else f": {each.why}"] += 1
    for (what, why), number in numbers.items():
        yield from wrapped(f"{what} of {count(number, 'topic')} unknown{why}", layout, start=6, indent=8)


def merged(impacts: Sequence[Impact]) -> Impact:
    """The sums of ``impacts``; of records that are known, of the others only where all are."""
    records = [impact.records for impact in impacts if impact.records is not None]
    sizes, partitions = _all([each.bytes for each in impacts]), _all([each.partitions for each in impacts])
    when = {impact.takes_effect for impact in impacts if impact.takes_effect is not None}
    receiving = merged_brokers(impacts)
    newest = [impact.last_record_at for impact in impacts if impact.last_record_at is not None]
    return Impact(
        records=sum(records) if records else None,
        bytes=None if sizes is None else sum(sizes),
        partitions=None if partitions is None else sum(partitions),
        takes_effect=when.pop() if len(when) == 1 else None,
        last_record_at=max(newest, default=None),
        readers=None,
        brokers=[str(each.id) for each in receiving],
        receiving=receiving,
        moves=[move for impact in impacts for move in impact.moves],
        unknown=[],
    )


def _all(numbers: Sequence[_Number | None]) -> list[_Number] | None:
    known = [number for number in numbers if number is not None]
    return known if len(known) == len(numbers) else None


def without_consent(topics: Iterable[Topic]) -> Mapping[RiskKind, Collection[str]]:
    """The names of those of ``topics`` that need a kind of consent and have none."""
    names: dict[RiskKind, list[str]] = defaultdict(list)
    for topic in topics:
        kinds = (change.consent.kind for change in topic.changes if change.consent and _is_open(change))
        for kind in dict.fromkeys(kinds):
            names[kind].append(topic.name)
    return names


def way_to_consent(
    change: Change, needed: Consent, names: Sequence[str], lacking: Mapping[RiskKind, Collection[str]]
) -> str:
    """How to consent to ``change`` of all topics in ``names`` at once; ``lacking`` is ``without_consent``."""
    begin = commonprefix(list(names))  # noqa: RUF071 - it is no path
    covered = sum(name.startswith(begin) for name in lacking.get(needed.kind, ()))
    others = f", which also covers {count(covered - len(names), 'other topic')}" if covered > len(names) else ""
    option = f"pass --allow {needed.kind}{f'={begin}*' if begin else ''}{others}"
    if change.layer is None or change.layer in {"topic", "variable"}:
        return f"to consent, {option}"
    return f"to consent, write allow: [{needed.kind}] in {change.layer}, or {option}"
