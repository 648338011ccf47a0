"""A plan as text: signs, before → after, places, a summary line."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from enum import Enum

from click import style

from reconciler.plan.creation import CREATION_TURNED_OFF
from reconciler.report.document import Change, Error, Report, Settings, Topic
from reconciler.report.layout import Detail, TextStyle, behind, coloured, count, details, is_trouble, signed, wrapped
from reconciler.report.units import with_units

_SIGNS = {"create": "+", "drift": "~", "unreadable": "?", "skip": " "}


def render_plan(report: Report, look: TextStyle) -> Iterator[str]:
    """What would change, topic by topic, unchanged ones as a count."""
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
    """The plan in one line; each topic counts once."""
    whole = [topic for topic in report.topics if _refusal(topic) is Refusal.WHOLE]
    part = [topic for topic in report.topics if _refusal(topic) is Refusal.PART]
    clear: Counter[str] = Counter(topic.action for topic in report.topics if _refusal(topic) is Refusal.NONE)
    numbers = [f"{clear['create']} to create", f"{clear['drift']} to change", f"{clear['skip']} unchanged"]
    if whole or part:
        turned_off = sum(topic.error is not None and topic.error.name == CREATION_TURNED_OFF for topic in whole)
        special = {"in part": len(part), "because of --no-auto-create": turned_off}
        numbers.append(f"{len(whole) + len(part)} refused{details(special)}")
    if clear["unreadable"]:
        numbers.append(f"{clear['unreadable']} unreadable")
    nothing = clear.keys() <= {"skip"} and not whole and not part
    return f"{'Nothing to do' if nothing else 'Plan'}: {', '.join(numbers)}."


def _is_shown(topic: Topic, look: TextStyle) -> bool:
    if look.detail is Detail.SUMMARY:
        return is_trouble(topic)
    return look.detail is Detail.ALL or topic.action != "skip"


def _topic(topic: Topic, look: TextStyle) -> Iterator[str]:
    sign = "!" if _refusal(topic) is Refusal.WHOLE else _SIGNS[topic.action]
    owner = f"  ({topic.owner})" if topic.owner else ""
    lines = wrapped(f"{sign} {topic.name}{owner}{behind(topic.origin)}", look, indent=4)
    yield lines[0].replace(f"{sign} {topic.name}", f"{coloured(sign)} {style(topic.name, bold=True)}", 1)
    yield from lines[1:]
    if topic.action == "create" and topic.desired is not None:
        yield from _created(topic, topic.desired, look)
    for change in topic.changes:
        yield from _change(change, look)
    if topic.error is not None and not topic.attempts and not _is_told_by_field(topic, topic.error):
        what = _what_failed(topic.action, topic.error)
        yield from wrapped(f"{what}: {topic.error.name}: {topic.error.message}", look, start=6, indent=8)
        yield from wrapped(topic.error.remedy, look, start=6, indent=8)
    if topic.unchecked is not None:
        why = f"{topic.unchecked.name}: {topic.unchecked.remedy}"
        yield from wrapped(f"not checked by the broker: {why}", look, start=6, indent=8)


def _is_told_by_field(topic: Topic, error: Error) -> bool:
    return error.message in {objection.message for objection in topic.objections}


def _what_failed(action: str, error: Error) -> str:
    if action == "unreadable":
        return "cannot be read"
    is_the_brokers = error.code == _UNKNOWN_SERVER_ERROR or error.code > 0
    return "the broker refuses it" if is_the_brokers else "refused"  # by us, or by the client


_UNKNOWN_SERVER_ERROR = -1


def _created(topic: Topic, desired: Settings, look: TextStyle) -> Iterator[str]:
    """The settings of a topic to create, each with what the broker objects to it."""
    objections = {objection.field: objection for objection in topic.objections}
    sign = " " if _refusal(topic) is Refusal.WHOLE else "+"
    values = {
        name: "as the broker decides" if number is None else str(number)
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
        words = f"impossible: the broker refuses it: {objection.message}"
        yield from wrapped(words, look, start=6, indent=8)
        yield from wrapped(objection.remedy, look, start=6, indent=8)


def _change(change: Change, look: TextStyle) -> Iterator[str]:
    key = change.field.removeprefix("config.")
    not_shown = "(not set)" if change.after is not None else "(value not readable)"
    before = not_shown if change.before is None else with_units(key, str(change.before))
    after = "(the broker's default)" if change.after is None else with_units(key, str(change.after))
    sign = "!" if change.verdict == "impossible" else "-" if change.after is None else "~"
    yield from signed(sign, f"{key}: {before} → {after}{behind(change.origin)}", look)
    if change.reason is not None:
        yield from wrapped(f"{change.verdict}: {change.reason}", look, start=6, indent=8)


class Refusal(Enum):
    """How much of a topic is refused."""

    NONE = 0
    PART = 1
    WHOLE = 2


def _refusal(topic: Topic) -> Refusal:
    """How much of ``topic`` its plan refuses, also after an apply."""
    if topic.action == "create":
        return Refusal.WHOLE if topic.status == "refused" else Refusal.NONE
    refused = [change.verdict == "impossible" for change in topic.changes]
    if not any(refused):
        return Refusal.NONE
    return Refusal.WHOLE if all(refused) else Refusal.PART
