"""A risky change as text: the verdict, the numbers, the readers, what is unknown, who consented or how to."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from click import style

from reconciler.configs.units import readable_age
from reconciler.model import RefusalKind, RiskKind
from reconciler.report.amounts import effect
from reconciler.report.document import BaseIdentity, Change, Consent, Impact, ReadingGroup, Refusal
from reconciler.report.layout import TextStyle, count, wrapped, wrapped_around
from reconciler.report.shared import Shared, note_on

_NAMED_READERS = 5
_READERS = "readers"
OPTION_AND_VALUE = re.compile(r"(?<=--allow) ")


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What the text about a change needs to know of its plan: what is told elsewhere, and when it was made."""

    shared: Shared
    made_at: datetime
    without_consent: Mapping[RiskKind, Collection[str]] = field(default_factory=dict)
    """The topics that need a kind of consent and have none."""
    base: BaseIdentity | None = None
    """What the plan was compared with."""


def explained(change: Change, around: Surroundings, layout: TextStyle) -> Iterator[str]:
    """What a reviewer should know of a change, but for why it is refused; nothing for most safe changes."""
    if change.consent is not None:
        yield from _risk(change, change.consent, around, layout)
    elif change.refusal is None:
        yield from remark(change, around, layout, start=6)


def remark(change: Change, around: Surroundings, layout: TextStyle, *, start: int) -> Iterator[str]:
    """What a reviewer should know of a safe change, unless it is told once for several topics."""
    if change.reason is not None and not around.shared.has(note_on(change)):
        words = "note" if change.impact is None else "safe"
        yield from wrapped(f"{words}: {change.reason}", layout, start=start, indent=start + 2)


def why_refused(change: Change, around: Surroundings, layout: TextStyle) -> Iterator[str]:
    """Why a change is refused, and the way out; nothing where it is not."""
    needed, refusal = change.consent, change.refusal
    if refusal is None:
        return
    if needed is None or refusal.kind is not RefusalKind.NEEDS_CONSENT:
        yield from refusal_lines(refusal, around, layout)
        return
    reasons = [] if refusal.reason.startswith(needed.risk) else [refusal.reason]
    for words in (*reasons, refusal.way_out):
        yield from wrapped_around(OPTION_AND_VALUE, words, layout, start=6, indent=8)


def _risk(change: Change, needed: Consent, around: Surroundings, layout: TextStyle) -> Iterator[str]:
    yield from verdict_line(change, needed, around, layout)
    if change.impact is not None:
        yield from _impact(needed.kind, change.impact, around, layout)
    if needed.given_by is not None:
        yield from consent_line(needed, layout)


def verdict_line(change: Change, needed: Consent, around: Surroundings, layout: TextStyle) -> Iterator[str]:
    """The kind of consent that a change needs or has, and the risk, unless it is told once for several topics."""
    refusal = change.refusal
    lacks_consent = refusal.kind is RefusalKind.NEEDS_CONSENT if refusal is not None else needed.given_by is None
    verdict = f"{'needs consent' if lacks_consent else 'risky'} ({needed.kind})"
    if not around.shared.has(note_on(change)):
        yield from _judged(verdict, f": {needed.risk}", layout)
    elif lacks_consent:
        yield from _judged(verdict, "", layout)


def consent_line(consent: Consent, layout: TextStyle) -> Iterator[str]:
    """Who gave ``consent``, with its limits."""
    yield from wrapped(f"consent: {_consent(consent)}", layout, start=6, indent=8)


def refusal_lines(refusal: Refusal, around: Surroundings, layout: TextStyle) -> Iterator[str]:
    """Why something is refused, and the way out, unless both are told once for several topics."""
    verdict = verdict_on(refusal.kind)
    if around.shared.has(refusal):
        yield from _judged(verdict, ", see above", layout)
        return
    yield from _judged(verdict, f": {refusal.reason}", layout)
    yield from wrapped(refusal.way_out, layout, start=6, indent=8)


def _judged(verdict: str, more: str, layout: TextStyle) -> Iterator[str]:
    """A verdict in its colour, and ``more`` about it."""
    first, *rest = wrapped(f"{verdict}{more}", layout, start=6, indent=8)
    yield first.replace(verdict, style(verdict, fg="magenta" if verdict.startswith("risky") else "red"), 1)
    yield from rest


def verdict_on(kind: RefusalKind) -> str:
    """The verdict on something refused, in a word or two."""
    match kind:
        case RefusalKind.IMPOSSIBLE | RefusalKind.CLIENT:
            verdict = "impossible"
        case RefusalKind.BROKER:
            verdict = "impossible: rejected by the broker"
        case RefusalKind.NEEDS_CONSENT:
            verdict = "needs consent"
        case RefusalKind.PROTECTED:
            verdict = "protected"
        case RefusalKind.POLICY:
            verdict = "against the policy"
        case RefusalKind.LIMIT:
            verdict = "over a limit"
        case RefusalKind.CREATION_OFF | RefusalKind.CREATING_ONLY:
            verdict = "refused"
        case RefusalKind.STALE:
            verdict = "stale"
    return verdict


def _impact(kind: RiskKind, impact: Impact, around: Surroundings, layout: TextStyle) -> Iterator[str]:
    told = effect(kind, impact)
    if told is not None:
        yield from wrapped(told, layout, start=6, indent=8)
    if impact.last_record_at is not None:
        age = readable_age((around.made_at - impact.last_record_at).total_seconds())
        when = f"{impact.last_record_at:%Y-%m-%d %H:%M} UTC, {age} before this plan"
        yield from wrapped(f"last record: {when}", layout, start=6, indent=8)
    has_more_readers = any(each.what == _READERS for each in impact.unknown)
    if impact.readers or (impact.readers is not None and not has_more_readers):
        yield from _readers(impact.readers, layout)
    unknown: dict[str, list[str]] = defaultdict(list)
    for each in impact.unknown:
        what = f"other {_READERS}" if each.what == _READERS and impact.readers else each.what
        why = ", see below" if around.shared.has(each) else f": {each.why}"
        unknown[why].append(what)
    for why, numbers in unknown.items():
        yield from wrapped(f"{', '.join(numbers)} unknown{why}", layout, start=6, indent=8)


def _readers(readers: list[ReadingGroup], layout: TextStyle) -> Iterator[str]:
    """Each group that reads the topic, those first that lose or lack most."""
    if not readers:
        yield from wrapped("read by no group", layout, start=6)
        return
    yield from wrapped(f"read by {count(len(readers), 'group')}:", layout, start=6)
    by_loss = sorted(readers, key=lambda each: (-(each.unread_records_lost or 0), -(each.lag or 0), each.group))
    for each in by_loss[:_NAMED_READERS]:
        yield from wrapped(_reader(each), layout, start=8, indent=10)
    if len(readers) > _NAMED_READERS:
        yield from wrapped(f"and {count(len(readers) - _NAMED_READERS, 'more group')}", layout, start=8)


def _reader(reader: ReadingGroup) -> str:
    facts = [reader.type, reader.state]
    facts += [] if reader.lag is None else [f"lag {reader.lag:,}"]
    if reader.unread_records_lost:
        facts += [f"loses at most {count(reader.unread_records_lost, 'unread record')}"]
    return f"{reader.group}: {', '.join(facts)}" + (f"; {reader.note}" if reader.note else "")


def _consent(consent: Consent) -> str:
    limits = [] if consent.up_to is None else [f"up to {count(consent.up_to, 'record')}"]
    limits += [] if consent.until is None else [f"until {consent.until}"]
    reason = f" ({consent.reason})" if consent.reason else ""
    return f"{', '.join([str(consent.given_by), *limits])}{reason}"
