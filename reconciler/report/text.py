"""The report as text for people: signs, before → after, places, a summary line."""

from __future__ import annotations

import textwrap
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from enum import Enum, IntEnum

from click import style

from reconciler.plan.creation import CREATION_TURNED_OFF
from reconciler.report.document import Change, DiagnosticEntry, Error, Origin, Place, Report, Topic, Variable, printable
from reconciler.report.units import with_units


class Detail(IntEnum):
    """How much is said of the topics."""

    SUMMARY = 0
    CHANGES = 1
    ALL = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class TextStyle:
    """How the text is to look; ``width`` is in columns."""

    width: int = 100
    detail: Detail = Detail.CHANGES


_SIGNS = {"create": "+", "drift": "~", "unreadable": "?", "skip": " "}
_COLOURS = {"+": "green", "~": "yellow", "-": "red", "!": "red", "?": "red"}
_STATUS_COLOURS = {
    "applied": "green",
    "failed": "red",
    "unknown": "red",
    "refused": "magenta",
    "stale": "magenta",
    "not_attempted": "red",
}
_NAMED_FILES = 3


def render_text(report: Report, look: TextStyle) -> str:
    """What the command has to say on standard output."""
    render = _RENDERERS[report.command]
    return "".join(f"{line}\n" for line in render(printable(report), look))


def render_record(report: Report, look: TextStyle) -> str:
    """The whole run for a file that is read later: when, how it ended, the plan, what came of it, every message."""
    report = printable(report)
    run = report.run
    started = f"{run.started_at:%Y-%m-%d %H:%M:%S %Z}"
    lines = [
        f"reconciler {report.command}, {started}, {run.duration_seconds:.1f} s: {run.status}, exit code {run.exit_code}"
    ]
    if report.manifest is not None:
        lines += _wrapped(f"Manifest: {', '.join(file.path for file in report.manifest.files)}", look)
    for render in dict.fromkeys((render_plan, _RENDERERS[report.command])):
        part = list(render(report, look))
        lines += ["", *part] if part else []
    messages = [_message(diagnostic) for diagnostic in report.diagnostics]
    return "".join(f"{line}\n" for line in [*lines, *([""] if messages else []), *messages])


def render_plan(report: Report, look: TextStyle) -> Iterator[str]:
    """What would change, topic by topic, unchanged ones as a count."""
    if report.cluster is None or report.plan is None:
        return
    environment = f", environment {report.environment}" if report.environment else ""
    cluster = f"cluster {report.cluster.id}, {_count(report.cluster.brokers, 'broker')}"
    yield from _wrapped(f"Plan for {report.cluster.bootstrap_servers} ({cluster}){environment}", look)
    yield ""
    shown = [topic for topic in report.topics if _is_shown(topic, look)]
    for topic in shown:
        yield from _topic(topic, look)
        yield ""
    for line in _wrapped(plan_summary(report), look):
        yield style(line, bold=True)
    for diagnostic in report.diagnostics:
        if diagnostic.code == "not-checked" and diagnostic.severity == "info":
            yield from _wrapped(f"{diagnostic.message[0].upper()}{diagnostic.message[1:]}.", look)


def render_result(report: Report, look: TextStyle) -> Iterator[str]:
    """What came of an apply, topic by topic."""
    if report.plan is None:
        return
    for topic in report.topics:
        if topic.status != "unchanged" and (look.detail > Detail.SUMMARY or _is_trouble(topic)):
            yield from _result(topic, look)
    yield result_summary(report)


def render_validation(report: Report, _look: TextStyle) -> Iterator[str]:
    """A word of success; what is wrong goes to standard error."""
    if report.run.status == "ok" and report.manifest is not None:
        paths = [file.path for file in report.manifest.files]
        yield f"{' with '.join(paths) if len(paths) <= _NAMED_FILES else f'{len(paths)} files'}: valid"


_RENDERERS: dict[str, Callable[[Report, TextStyle], Iterator[str]]] = {
    "validate": render_validation,
    "plan": render_plan,
    "apply": render_result,
}


def _is_shown(topic: Topic, look: TextStyle) -> bool:
    if look.detail is Detail.SUMMARY:
        return _is_trouble(topic)
    return look.detail is Detail.ALL or topic.action != "skip"


def _is_trouble(topic: Topic) -> bool:
    """Whether it fails the run: shown however quiet the text is to be."""
    return topic.status not in {"planned", "applied", "unchanged"}


def _topic(topic: Topic, look: TextStyle) -> Iterator[str]:
    sign = "!" if _refusal(topic) is Refusal.WHOLE else _SIGNS[topic.action]
    owner = f"  ({topic.owner})" if topic.owner else ""
    lines = _wrapped(f"{sign} {topic.name}{owner}  {_place(topic.origin)}", look, indent=4)
    yield lines[0].replace(f"{sign} {topic.name}", f"{_coloured(sign)} {style(topic.name, bold=True)}", 1)
    yield from lines[1:]
    if topic.action == "create":
        yield from _created(topic, look)
    for change in topic.changes:
        yield from _change(change, look)
    if topic.error is not None and not topic.attempts and not _is_told_by_field(topic, topic.error):
        what = _what_failed(topic.action, topic.error)
        yield from _wrapped(f"{what}: {topic.error.name}: {topic.error.message}", look, start=6, indent=8)
        yield from _wrapped(topic.error.remedy, look, start=6, indent=8)
    if topic.unchecked is not None:
        why = f"{topic.unchecked.name}: {topic.unchecked.remedy}"
        yield from _wrapped(f"not checked by the broker: {why}", look, start=6, indent=8)


def _is_told_by_field(topic: Topic, error: Error) -> bool:
    return error.message in {objection.message for objection in topic.objections}


def _what_failed(action: str, error: Error) -> str:
    if action == "unreadable":
        return "cannot be read"
    is_the_brokers = error.code == _UNKNOWN_SERVER_ERROR or error.code > 0
    return "the broker refuses it" if is_the_brokers else "refused"  # by us, or by the client


_UNKNOWN_SERVER_ERROR = -1


def _created(topic: Topic, look: TextStyle) -> Iterator[str]:
    """The settings of a topic to create, each with what the broker objects to it."""
    objections = {objection.field: objection for objection in topic.objections}
    sign = " " if _refusal(topic) is Refusal.WHOLE else "+"
    values = {
        name: "as the broker decides" if count is None else str(count)
        for name in ("partitions", "replication_factor")
        for count in [getattr(topic.desired, name)]
    }
    values |= {f"config.{key}": with_units(key, value) for key, value in topic.desired.config.items()}
    for field, value in values.items():
        setting = f"{field.removeprefix('config.')}: {value}"
        objection = objections.get(field)
        if objection is None:
            yield from _signed(sign, setting, look)
            continue
        place = f"  {_place(objection.origin)}" if objection.origin else ""
        yield from _signed("!", f"{setting}{place}", look)
        words = f"impossible: the broker refuses it: {objection.message}"
        yield from _wrapped(words, look, start=6, indent=8)
        yield from _wrapped(objection.remedy, look, start=6, indent=8)


def _change(change: Change, look: TextStyle) -> Iterator[str]:
    key = change.field.removeprefix("config.")
    not_shown = "(not set)" if change.after is not None else "(value not readable)"
    before = not_shown if change.before is None else with_units(key, str(change.before))
    after = "(the broker's default)" if change.after is None else with_units(key, str(change.after))
    place = f"  {_place(change.origin)}" if change.origin else ""
    sign = "!" if change.verdict == "impossible" else "-" if change.after is None else "~"
    yield from _signed(sign, f"{key}: {before} → {after}{place}", look)
    if change.reason is not None:
        yield from _wrapped(f"{change.verdict}: {change.reason}", look, start=6, indent=8)


def _result(topic: Topic, look: TextStyle) -> Iterator[str]:
    yield f"{topic.name}: {style(topic.status.replace('_', ' '), fg=_STATUS_COLOURS.get(topic.status))}{_seen(topic)}"
    if topic.error is not None:
        yield from _wrapped(f"{topic.error.name}: {topic.error.message}", look, start=4, indent=6)
        yield from _wrapped(topic.error.remedy, look, start=4, indent=6)
    if any(change.status != topic.status for change in topic.changes):
        for change in topic.changes:
            yield f"    {change.field.removeprefix('config.')}: {change.status.replace('_', ' ')}"


def _seen(topic: Topic) -> str:
    """What reading back showed, where it says something of the topic as a whole."""
    if topic.verification is None or (topic.verification.status == "verified" and topic.status != "applied"):
        return ""
    return f", {topic.verification.status.replace('_', ' ')}"


def _signed(sign: str, text: str, look: TextStyle) -> Iterator[str]:
    first, *more = _wrapped(f"{sign} {text}", look, start=2, indent=6)
    yield first.replace(sign, _coloured(sign), 1)
    yield from more


def _coloured(sign: str) -> str:
    return style(sign, fg=_COLOURS[sign]) if sign in _COLOURS else sign


def _wrapped(text: str, look: TextStyle, *, start: int = 0, indent: int = 0) -> list[str]:
    """``text`` in lines of at most the width, unless a single word is longer."""
    line = " " * start + text
    if len(line) <= look.width:
        return [line]
    return textwrap.wrap(
        line, look.width, subsequent_indent=" " * indent, break_long_words=False, break_on_hyphens=False
    )


def _place(origin: Origin) -> str:
    return origin.variable if isinstance(origin, Variable) else f"{origin.file}:{origin.line}"


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


def plan_summary(report: Report) -> str:
    """The plan in one line; each topic counts once."""
    whole = [topic for topic in report.topics if _refusal(topic) is Refusal.WHOLE]
    part = [topic for topic in report.topics if _refusal(topic) is Refusal.PART]
    clear = Counter(topic.action for topic in report.topics if _refusal(topic) is Refusal.NONE)
    numbers = [f"{clear['create']} to create", f"{clear['drift']} to change", f"{clear['skip']} unchanged"]
    if whole or part:
        turned_off = sum(topic.error is not None and topic.error.name == CREATION_TURNED_OFF for topic in whole)
        details = {"in part": len(part), "because of --no-auto-create": turned_off}
        numbers.append(f"{len(whole) + len(part)} refused{_details(details)}")
    if clear["unreadable"]:
        numbers.append(f"{clear['unreadable']} unreadable")
    nothing = clear.keys() <= {"skip"} and not whole and not part
    return f"{'Nothing to do' if nothing else 'Plan'}: {', '.join(numbers)}."


def result_summary(report: Report) -> str:
    """What came of an apply in one line; each topic counts once, by its status."""
    statuses = Counter(topic.status for topic in report.topics)
    in_part = sum(topic.status == "refused" and _is_changed(topic) for topic in report.topics)
    numbers = [f"{_count(statuses['applied'], 'topic')} applied", f"{statuses['unchanged']} unchanged"]
    for status in ("refused", "stale", "failed", "unknown", "not_attempted", "planned"):
        if statuses[status]:
            details = _details({"in part: its other changes were applied": in_part}) if status == "refused" else ""
            numbers.append(f"{statuses[status]} {status.replace('_', ' ')}{details}")
    return f"Apply: {', '.join(numbers)}."


def _is_changed(topic: Topic) -> bool:
    return any(change.status == "applied" for change in topic.changes)


def _details(numbers: Mapping[str, int]) -> str:
    """`` (1 in part)``: how many of a number are special, as far as any are."""
    some = [f"{number} {what}" for what, number in numbers.items() if number]
    return f" ({', '.join(some)})" if some else ""


def _message(diagnostic: DiagnosticEntry) -> str:
    where = (
        f"{diagnostic.origin.file}:{diagnostic.origin.line}:{diagnostic.origin.column}: "
        if isinstance(diagnostic.origin, Place)
        else ""
    )
    hint = f"\n  {diagnostic.hint}" if diagnostic.hint else ""
    return f"{where}{diagnostic.severity}: {diagnostic.message}{hint}"


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
