"""A plan as text: signs, before → after, places, a summary line."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from enum import Enum

from click import style

from reconciler.model import Action, RefusalKind, is_trouble
from reconciler.report.document import Change, Error, Report, Settings, Topic
from reconciler.report.layout import (
    Detail,
    TextStyle,
    behind,
    coloured,
    count,
    details,
    signed,
    words_of,
    wrapped,
)
from reconciler.report.units import with_units


def render_plan(report: Report, look: TextStyle) -> Iterator[str]:
    """What would change, topic by topic; of unchanged topics only the count."""
    if report.cluster is None or report.plan is None:
        return
    environment = f", environment {report.environment}" if report.environment else ""
    cluster = f"cluster {report.cluster.id}, {count(report.cluster.brokers, 'broker')}"
    yield from wrapped(f"Plan for {report.cluster.bootstrap_servers} ({cluster}){environment}", look)
    yield ""
    shown = [topic for topic in report.topics if _is_shown(topic, look)]
    for topic in shown:
        yield from _topic(topic, look)
        yield ""
    for line in wrapped(plan_summary(report), look):
        yield style(line, bold=True)
    for diagnostic in report.diagnostics:
        if diagnostic.code == "not-checked" and diagnostic.severity == "info":
            yield from wrapped(f"{diagnostic.message[0].upper()}{diagnostic.message[1:]}.", look)


def plan_summary(report: Report) -> str:
    """The plan in one line; each topic is counted once."""
    whole = [topic for topic in report.topics if _refused(topic) is Extent.WHOLE]
    part = [topic for topic in report.topics if _refused(topic) is Extent.PART]
    clear: Counter[str] = Counter(topic.action for topic in report.topics if _refused(topic) is Extent.NONE)
    numbers = [f"{clear['create']} to create", f"{clear['drift']} to change", f"{clear['skip']} unchanged"]
    if whole or part:
        turned_off = sum(
            topic.refusal is not None and topic.refusal.kind is RefusalKind.CREATION_OFF for topic in whole
        )
        special = {"in part": len(part), "not created: --no-auto-create": turned_off}
        numbers.append(f"{len(whole) + len(part)} refused{details(special)}")
    if clear["unreadable"]:
        numbers.append(f"{clear['unreadable']} unreadable")
    nothing = clear.keys() <= {"skip"} and not whole and not part
    return f"{'In sync' if nothing else 'Plan'}: {', '.join(numbers)}."


def _is_shown(topic: Topic, look: TextStyle) -> bool:
    if look.detail is Detail.SUMMARY:
        return is_trouble(topic.status)
    return look.detail is Detail.ALL or topic.action != "skip"


def _topic(topic: Topic, look: TextStyle) -> Iterator[str]:
    sign = "!" if _refused(topic) is Extent.WHOLE else _sign(topic.action)
    owner = f"  ({topic.owner})" if topic.owner else ""
    lines = wrapped(f"{sign} {topic.name}{owner}{behind(topic.origin)}", look, indent=4)
    yield lines[0].replace(f"{sign} {topic.name}", f"{coloured(sign)} {style(topic.name, bold=True)}", 1)
    yield from lines[1:]
    if topic.action == "create" and topic.desired is not None:
        yield from _created(topic, topic.desired, look)
    for change in topic.changes:
        yield from _change(change, look)
    if topic.error is not None and not topic.attempts and not _is_told_by_field(topic, topic.error):
        yield from wrapped(_what_failed(topic, topic.error), look, start=6, indent=8)
        yield from wrapped(topic.error.remedy, look, start=6, indent=8)
    if topic.unchecked is not None:
        why = f"{topic.unchecked.name}: {topic.unchecked.remedy}"
        yield from wrapped(f"not validated by the broker: {why}", look, start=6, indent=8)


def _sign(action: Action) -> str:
    match action:
        case Action.CREATE:
            return "+"
        case Action.DRIFT:
            return "~"
        case Action.SKIP:
            return " "
        case Action.UNREADABLE:
            return "?"


def _is_told_by_field(topic: Topic, error: Error) -> bool:
    return error.message in {objection.message for objection in topic.objections}


def _what_failed(topic: Topic, error: Error) -> str:
    words = words_of(error, topic.refusal)
    match topic.refusal.kind if topic.refusal is not None else None:
        case None:
            return f"cannot be read: {words}"
        case RefusalKind.BROKER:
            return f"rejected by the broker: {words}"
        case RefusalKind.CLIENT | RefusalKind.IMPOSSIBLE | RefusalKind.CREATION_OFF | RefusalKind.STALE:
            return f"refused: {words}"


def _created(topic: Topic, desired: Settings, look: TextStyle) -> Iterator[str]:
    """The settings of a topic to create, each with the broker's objection to it."""
    objections = {objection.field: objection for objection in topic.objections}
    sign = " " if _refused(topic) is Extent.WHOLE else "+"
    values = {
        name: "broker default" if number is None else str(number)
        for name in ("partitions", "replication_factor")
        for number in [getattr(desired, name)]
    }
    values |= {f"config.{key}": with_units(key, value) for key, value in desired.config.items()}
    for field, value in values.items():
        setting = f"{field.removeprefix('config.')}: {value}"
        objection = objections.get(field)
        if objection is None:
            yield from signed(sign, setting, look)
            continue
        yield from signed("!", f"{setting}{behind(objection.origin)}", look)
        words = f"impossible: rejected by the broker: {objection.message}"
        yield from wrapped(words, look, start=6, indent=8)
        yield from wrapped(objection.remedy, look, start=6, indent=8)


def _change(change: Change, look: TextStyle) -> Iterator[str]:
    key = change.field.removeprefix("config.")
    not_shown = "(not set)" if change.after is not None else "(value not readable)"
    before = not_shown if change.before is None else with_units(key, str(change.before))
    after = "(broker default)" if change.after is None else with_units(key, str(change.after))
    sign = "!" if change.verdict == "impossible" else "-" if change.after is None else "~"
    yield from signed(sign, f"{key}: {before} → {after}{behind(change.origin)}", look)
    if change.reason is not None:
        yield from wrapped(f"{change.verdict}: {change.reason}", look, start=6, indent=8)


class Extent(Enum):
    """How much of a topic is refused."""

    NONE = 0
    PART = 1
    WHOLE = 2


def _refused(topic: Topic) -> Extent:
    """How much of ``topic`` is refused by its plan, also after an apply."""
    if topic.action == "create":
        return Extent.WHOLE if topic.status == "refused" else Extent.NONE
    refused = [change.verdict == "impossible" for change in topic.changes]
    if not any(refused):
        return Extent.NONE
    return Extent.WHOLE if all(refused) else Extent.PART
