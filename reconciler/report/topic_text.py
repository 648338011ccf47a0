"""A topic of a plan in full: its settings or changes, and what to know of each."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from click import style

from reconciler.model import STATE
from reconciler.report.compact import described, settings, unchecked
from reconciler.report.document import Change, Error, Live, Recreated, Refusal, Topic
from reconciler.report.drift.words import waived_in_audits
from reconciler.report.layout import TextStyle, behind, coloured, count, signed, words_of, wrapped
from reconciler.report.risk_text import Surroundings, explained, refusal_lines, why_refused
from reconciler.report.signs import Extent, Sign, extent, sign_of, sign_of_change
from reconciler.report.sources import behind_change, instead, instead_of_create
from reconciler.report.standing import changes_by_attention


def topic_lines(topic: Topic, around: Surroundings, layout: TextStyle) -> Iterator[str]:
    """All that a plan tells of ``topic``, with the changes first that need a person."""
    mark = sign_of(topic).mark
    owner = f"  ({topic.owner})" if topic.owner else ""
    place = "  not in the manifest" if topic.origin is None else behind(topic.origin)
    lines = wrapped(f"{mark} {topic.name}{owner}{place}", layout, indent=4)
    yield lines[0].replace(f"{mark} {topic.name}", f"{coloured(mark)} {style(topic.name, bold=True)}", 1)
    yield from lines[1:]
    if topic.recreated is not None and topic.live is not None:
        yield from wrapped(_recreated(topic.recreated, topic.live), layout, start=6, indent=8)
    if topic.action == "create":
        yield from _created(topic, around, layout)
        yield from _remark(instead_of_create(topic), layout)
    changes = changes_by_attention(topic)
    for number, change in enumerate(changes, start=1):
        text = f"{_described(topic, change)}{behind(change.origin)}{behind_change(change, topic, around.base)}"
        yield from signed(sign_of_change(change).mark, text, layout)
        yield from _remark(instead(change), layout)
        yield from _remark(waived_in_audits(change), layout)
        yield from explained(change, around, layout)
        if change.refusal not in {following.refusal for following in changes[number:]}:
            yield from why_refused(change, around, layout)
    if topic.error is not None and not topic.attempts and not _is_told_by_field(topic, topic.error):
        yield from _failed(topic, topic.error, around, layout)
    if topic.unchecked is not None:
        yield from wrapped(f"{unchecked(topic.unchecked)}: {topic.unchecked.remedy}", layout, start=6, indent=8)


def _remark(words: str | None, layout: TextStyle) -> Iterator[str]:
    if words is not None:
        yield from wrapped(words, layout, start=6, indent=8)


def _recreated(former: Recreated, live: Live) -> str:
    ids = f"topic id {former.topic_id} before, {live.topic_id} now"
    return f"recreated since {former.report} ({ids}): the records that it had are gone"


def _described(topic: Topic, change: Change) -> str:
    if change.field != STATE or topic.live is None:
        return described(change)
    partitions = count(topic.live.partitions, "partition")
    return f"{described(change)}: {partitions}, replication factor {topic.live.replication_factor}"


def _is_told_by_field(topic: Topic, error: Error) -> bool:
    told = {objection.message for objection in topic.objections}
    return error.message in told | {change.refusal.reason for change in topic.changes if change.refusal is not None}


def _failed(topic: Topic, error: Error, around: Surroundings, layout: TextStyle) -> Iterator[str]:
    """Why nothing is known of the topic as a whole, or it is refused."""
    if topic.refusal is not None:
        words = words_of(error, topic.refusal)
        yield from refusal_lines(replace(topic.refusal, reason=words), around, layout)
        return
    yield from wrapped(f"cannot be read: {words_of(error, None)}", layout, start=6, indent=8)
    yield from wrapped(error.remedy, layout, start=6, indent=8)


def _created(topic: Topic, around: Surroundings, layout: TextStyle) -> Iterator[str]:
    """The settings of a topic to create, each with the objection to it."""
    objections = {objection.field: objection for objection in topic.objections}
    mark = " " if extent(topic) is Extent.WHOLE else Sign.CREATE.mark
    for field, value in settings(topic.desired).items():
        setting = f"{field.removeprefix('config.')}: {value}"
        objection = objections.get(field)
        if objection is None:
            yield from signed(mark, setting, layout)
            continue
        yield from signed(Sign.REFUSED.mark, f"{setting}{behind(objection.origin)}", layout)
        refusal = Refusal(kind=objection.kind, reason=objection.message, way_out=objection.remedy)
        yield from refusal_lines(refusal, around, layout)
