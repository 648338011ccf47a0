"""An audit: a row for each cause, what is accepted, what has healed, and numbers by owner."""

from __future__ import annotations

from collections.abc import Iterator

from reconciler.model import CauseKind
from reconciler.report.document import Audit, Cause, OwnerDrift, Report
from reconciler.report.drift.words import (
    accepted,
    age,
    by_class,
    compared_with,
    differs,
    former,
    open_causes,
    owners,
    why,
)
from reconciler.report.layout import count
from reconciler.report.markdown.fitting import Room
from reconciler.report.markdown.words import code, plain

_HEAD = ("| topics | drift | cause | owner | since |", "| --- | --- | --- | --- | --- |")
_NAMED = 5
_MOST_OWNERS = 50


def drift_of(report: Report, room: Room) -> Iterator[str]:
    """Everything but errors and warnings; nothing of a report without an audit."""
    audit = report.audit
    if audit is None:
        return
    compared = compared_with(report)
    if compared is not None:
        yield from room.section("line", ["", f"{plain(compared)}."], ())
    by_owner = list(_by_owner(audit, room))  # before causes take all of the room
    if drift := open_causes(report):
        yield from room.section("cause", ["", *_HEAD], (_row(each, report) for each in drift))
    moving = [each for each in audit.causes if each.kind is CauseKind.REASSIGNMENT]
    if moving:
        yield from room.section("topic", ["", "**No drift**", ""], (_bullet(each, report) for each in moving))
    yield from _waived(audit, report, room)
    if audit.healed:
        yield from room.section("topic", ["", "**Healed**", ""], (f"- {plain(former(each))}" for each in audit.healed))
    if audit.unconfirmed:
        head = ["", "**Not looked at this time, drifted in the baseline**", ""]
        yield from room.section("topic", head, (f"- {plain(former(each))}" for each in audit.unconfirmed))
    yield from by_owner


def _row(cause: Cause, report: Report) -> str:
    aged = age(cause.first_seen_at, report, several=len(cause.topics) > 1)
    return f"| {_names(cause)} | {plain(differs(cause))} | {plain(why(cause) or '')} | {_owners(cause)} | {aged} |"


def _by_owner(audit: Audit, room: Room) -> Iterator[str]:
    if len(audit.owners) > 1:
        head = ["", "| owner | drifted | waived | of these |", "| --- | ---: | ---: | --- |"]
        more = max(0, len(audit.owners) - _MOST_OWNERS)
        yield from room.section("owner", head, map(_owner, audit.owners[:_MOST_OWNERS]), more=more)


def _waived(audit: Audit, report: Report, room: Room) -> Iterator[str]:
    waived = [each for each in audit.causes if each.waiver is not None]
    if waived:
        number = count(report.summary.waived, "topic")
        head = ["", f"<details><summary>Accepted by waivers: {number}</summary>", ""]
        yield from room.section("line", head, (_bullet(each, report) for each in waived), ["", "</details>"])


def _bullet(cause: Cause, report: Report) -> str:
    words = [plain(differs(cause)), age(cause.first_seen_at, report, several=len(cause.topics) > 1)]
    if cause.waiver is not None:
        place = cause.waiver.origin
        words += [plain(accepted(cause.waiver)), code(f"{place.file}:{place.line}")]
    else:
        words += [plain(why(cause) or "")]
    return f"- {_names(cause)}: {', '.join(filter(None, words))}"


def _names(cause: Cause) -> str:
    shown = ", ".join(code(name) for name in cause.topics[:_NAMED])
    if len(cause.topics) == 1:
        return shown
    more = f" and {len(cause.topics) - _NAMED:,} more" if len(cause.topics) > _NAMED else ""
    return f"{count(len(cause.topics), 'topic')}: {shown}{more}"


def _owners(cause: Cause) -> str:
    found = owners(cause)
    more = [f"{len(found) - _NAMED:,} more"] if len(found) > _NAMED else []
    return ", ".join([*map(plain, found[:_NAMED]), *more])


def _owner(owner: OwnerDrift) -> str:
    name = plain(owner.owner) if owner.owner else "no owner"
    return f"| {name} | {owner.drifted:,} | {owner.waived:,} | {by_class(owner)} |"
