"""Changes as rows of a table: one for each, or for several that are alike."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from reconciler.model import STATE, Action, RiskKind
from reconciler.report.amounts import effect
from reconciler.report.compact import settings, value_after, value_before
from reconciler.report.document import BaseIdentity
from reconciler.report.entries import Entry
from reconciler.report.grouping import grouped, likeness
from reconciler.report.phrases import Code, Line, decision_lines, hurt_lines, place, takes_effect
from reconciler.report.replicas import move_lines
from reconciler.report.sources import in_words

ACTIONS = {Action.DRIFT: "change", Action.SKIP: "in sync"}
"""Actions whose word for people is another."""
_READERS = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """A topic of a row; what the row tells for all is left out."""

    name: str
    owner: str | None
    place: Code | None
    effect: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """What a row shows, in words."""

    action: str
    owners: Sequence[str]
    """Without a name where there is none."""
    verdict: str
    source: str
    topics: Sequence[Named]
    title: str
    """The field that changes, or what becomes of the topic."""
    values: tuple[str, str] | None
    """Before and after; ``None`` where it is about the topic as a whole."""
    settings: Mapping[str, str]
    """Those of a topic to create."""
    place: Code | None
    notes: Sequence[Line]
    hurt: Sequence[Line]
    moves: Sequence[str]
    """The replicas of each partition before and after, where those of a single topic are moved."""
    records: int
    """At most so many are removed, to sort by."""
    when: str


def rows(
    found: Sequence[Entry], lacking: Mapping[RiskKind, Collection[str]], base: BaseIdentity | None
) -> Sequence[Row]:
    """The rows for ``found``, in its order; ``lacking`` is ``without_consent``."""
    return [_row(group, lacking, base) for group in grouped(found, _likeness)]


def _likeness(entry: Entry) -> object:
    change = entry.change
    more = entry.words if change is None else (change.reason if change.consent is None else None)
    return entry.topic.action, more, likeness(entry)


def _row(group: Sequence[Entry], lacking: Mapping[RiskKind, Collection[str]], base: BaseIdentity | None) -> Row:
    entry, change = group[0], group[0].change
    is_create = change is None and entry.topic.action is Action.CREATE
    has_values = change is not None and change.field != STATE
    there, owners = {each.origin for each in group}, sorted({each.topic.owner or "" for each in group})
    records = [each.impact.records or 0 for each in group if each.impact is not None]
    return Row(
        action=ACTIONS.get(entry.topic.action, str(entry.topic.action)),
        owners=owners,
        verdict=entry.verdict or "routine",
        source=in_words(entry.source, base) if base is not None and entry.source is not None else "",
        topics=[_named(each, is_alone=len(group) == 1, places=len(there), owners=len(owners)) for each in group],
        title=_title(entry),
        values=(value_before(change), value_after(change.field, change.after)) if change and has_values else None,
        settings={
            field.removeprefix("config."): value
            for field, value in (settings(entry.topic.desired) if is_create else {}).items()
        },
        place=place(entry.origin) if len(there) == 1 else None,
        notes=_notes(group, lacking),
        hurt=[*hurt_lines(group, _READERS), *_measured(group)],
        moves=move_lines(entry.impact) if len(group) == 1 and entry.impact is not None else [],
        records=sum(records),
        when=takes_effect(group) or "",
    )


def _title(entry: Entry) -> str:
    if entry.change is not None and entry.change.field != STATE:
        return entry.change.field.removeprefix("config.")
    match entry.topic.action:
        case Action.CREATE:
            return "create the topic"
        case Action.DELETE:
            return "delete the topic"
        case Action.UNREADABLE:
            return "cannot be read"
        case Action.SKIP | Action.DRIFT:
            return "in sync when it was planned"


def _notes(group: Sequence[Entry], lacking: Mapping[RiskKind, Collection[str]]) -> Sequence[Line]:
    entry, change = group[0], group[0].change
    notes = [*decision_lines(group, lacking)]
    notes += [[aside] for aside in entry.asides]
    if change is not None and change.reason is not None and change.consent is None and change.refusal is None:
        notes.append([change.reason])
    return notes


def _measured(group: Sequence[Entry]) -> Iterator[Line]:
    """What else was measured of a single topic."""
    impact = group[0].impact
    if impact is None or len(group) > 1:
        return
    if impact.last_record_at is not None:
        yield [f"last record: {impact.last_record_at:%Y-%m-%d %H:%M} UTC"]
    lags = [part for each in impact.readers or () if each.lag for part in (Code(each.group), f" {each.lag:,}, ")]
    if lags:
        yield ["lag: ", *lags[:-1], str(lags[-1]).removesuffix(", ")]


def _named(entry: Entry, *, is_alone: bool, places: int, owners: int) -> Named:
    """The topic of ``entry``, in a row with so many different places and owners."""
    kind = entry.consent.kind if entry.consent is not None else None
    told = effect(kind, entry.impact) if kind is not None and entry.impact is not None and not is_alone else None
    return Named(
        name=entry.topic.name,
        owner=(entry.topic.owner or "") if owners > 1 else None,
        place=place(entry.origin) if places > 1 else None,
        effect=told,
    )
