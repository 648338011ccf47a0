"""What is told of a change that is not routine, or of several that are alike, in lines for any format."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from reconciler.model import STATE, RiskKind
from reconciler.report.alike_risks import lacks_consent, merged, way_to_consent
from reconciler.report.amounts import effect
from reconciler.report.document import BaseIdentity, Impact, Origin, Variable
from reconciler.report.entries import Entry, Need
from reconciler.report.layout import count
from reconciler.report.sources import in_words

_TOLD_BY_AMOUNT = frozenset({"config.retention.ms", "config.retention.bytes", STATE})
"""Fields whose change does nothing but what the number of records says."""
_CONSENT = re.compile(r"(--allow [^\s,;]+|allow: \[[a-z-]+\])")


@dataclass(frozen=True, slots=True)
class Code:
    """A name or a value, to be shown as it is written."""

    text: str


Line = Sequence[str | Code]
"""A line of prose with names and values in it."""


def with_code(text: str) -> Line:
    """``text`` with the option or the line of a manifest that would consent as code, to copy it."""
    return [Code(part) if _CONSENT.fullmatch(part) else part for part in _CONSENT.split(text) if part]


def place(origin: Origin | None) -> Code | None:
    """The place of a value, to follow it."""
    if origin is None:
        return None
    return Code(origin.variable if isinstance(origin, Variable) else f"{origin.file}:{origin.line}")


def change_line(group: Sequence[Entry]) -> Line:
    """The change of ``group``, and its place where it is the same for all; of several new topics no settings."""
    entry, places = group[0], {each.origin for each in group}
    words = Code(entry.words if len(group) == 1 or entry.change is not None else entry.words.partition(":")[0])
    there = place(entry.origin) if len(places) == 1 else None
    return [words] if there is None else [words, ", ", there]


def decision_lines(group: Sequence[Entry], lacking: Mapping[RiskKind, Collection[str]]) -> Iterator[Line]:
    """Who consents, or why the change of ``group`` is not made and the way out; ``lacking`` is ``without_consent``."""
    entry = group[0]
    consent, refusal, error = entry.consent, entry.refusal, entry.topic.error or entry.topic.unchecked
    if consent is not None and consent.given_by is not None:
        because = f" ({consent.reason})" if consent.reason else ""
        yield ["consent: ", Code(consent.given_by), because]
    is_told = entry.change is not None and lacks_consent(entry.change)  # by what is hurt
    if consent is not None and entry.change is not None and is_told and len(group) > 1:
        yield with_code(way_to_consent(entry.change, consent, [each.topic.name for each in group], lacking))
    elif refusal is not None:
        yield from [] if is_told else [[refusal.reason]]
        yield with_code(refusal.way_out)
    elif entry.need is Need.PERSON and error is not None:
        yield [f"{error.name}: {error.message}"]
        yield [error.remedy]


def source_words(entry: Entry, base: BaseIdentity | None) -> str | None:
    """Where the change comes from, unless from this branch."""
    if base is None or entry.source is None or not entry.is_of_others:
        return None
    return in_words(entry.source, base)


def compared_lines(entry: Entry, base: BaseIdentity | None) -> Sequence[str]:
    """``source_words``, and the asides of ``entry``."""
    source = source_words(entry, base)
    return [*([] if source is None else [source]), *entry.asides]


def takes_effect(group: Sequence[Entry]) -> str | None:
    """When the change of ``group`` takes effect, where that is the same for all that were measured."""
    when = {each.impact.takes_effect for each in group if each.impact is not None}
    return when.pop() if len(when) == 1 else None


def hurt_lines(group: Sequence[Entry], most: int) -> Iterator[Line]:
    """What is lost, and by whom: the ``most`` groups that lose most."""
    entry, impacts = group[0], [each.impact for each in group if each.impact is not None]
    if entry.consent is None:
        return
    whole = replace(impacts[0] if len(impacts) == 1 else merged(impacts), takes_effect=None) if impacts else None
    amount = effect(entry.consent.kind, whole) if whole is not None else None
    if amount is None or entry.change is None or entry.change.field not in _TOLD_BY_AMOUNT:
        yield [entry.consent.risk]
    yield from [[amount]] if amount else []
    yield from _readers(impacts, most)
    unknown: dict[str, dict[str, None]] = defaultdict(dict)
    for each in (each for impact in impacts for each in impact.unknown):
        unknown[each.why][each.what] = None
    yield from ([f"{', '.join(what)} unknown: {why}"] for why, what in unknown.items())


def _readers(impacts: Sequence[Impact], most: int) -> Iterator[Line]:
    """Groups that lose something, or of which there is something to know; then the names of the others."""
    found = [reader for impact in impacts for reader in impact.readers or ()]
    if not found and impacts and all(impact.readers is not None for impact in impacts):
        yield ["read by no group"]
    lost: Counter[str] = Counter()
    for reader in found:
        lost[reader.group] += reader.unread_records_lost or 0
    readers = {reader.group: reader for reader in found}
    by_loss = sorted(readers.values(), key=lambda each: (-lost[each.group], each.note is None, each.group))
    apart = [each for each in by_loss if lost[each.group] or each.note][:most]
    for reader in apart:
        loses = [f"loses at most {count(lost[reader.group], 'unread record')}"] if lost[reader.group] else []
        told = "; ".join([*loses, *([reader.note] if reader.note else [])])
        yield [Code(reader.group), f" ({reader.type}, {reader.state}) {told}"]
    others = by_loss[len(apart) :]
    if others:
        named = [part for each in others[:most] for part in (", ", Code(each.group))][1:]
        more = f" and {count(len(others) - most, 'more group')}" if len(others) > most else ""
        yield ["also read by " if apart else "read by ", *named, more]
