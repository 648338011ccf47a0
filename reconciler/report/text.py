"""The report as text for people: signs, before → after, places, a summary line."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import IntEnum

from click import style

from reconciler.report.document import Change, Origin, Report, Topic, Variable
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
_STATUS_COLOURS = {"applied": "green", "failed": "red", "unknown": "red", "refused": "magenta", "not_attempted": "red"}
_NAMED_FILES = 3


def render_text(report: Report, look: TextStyle) -> str:
    """What the command has to say on standard output."""
    render = _RENDERERS[report.command]
    return "".join(f"{line}\n" for line in render(report, look))


def render_plan(report: Report, look: TextStyle) -> Iterator[str]:
    """What would change, topic by topic, unchanged ones as a count."""
    if report.cluster is None:
        return
    environment = f", environment {report.environment}" if report.environment else ""
    cluster = f"cluster {report.cluster.id}, {_count(report.cluster.brokers, 'broker')}"
    yield from _wrapped(f"Plan for {report.cluster.bootstrap_servers} ({cluster}){environment}", look)
    yield ""
    shown = [topic for topic in report.topics if _is_shown(topic, look)]
    for topic in shown:
        yield from _topic(topic, look)
        yield ""
    for line in _wrapped(_plan_summary(report), look):
        yield style(line, bold=True)
    for diagnostic in report.diagnostics:
        if diagnostic.code == "not-checked":
            yield from _wrapped(f"{diagnostic.message[0].upper()}{diagnostic.message[1:]}.", look)


def render_result(report: Report, look: TextStyle) -> Iterator[str]:
    """What came of an apply, topic by topic."""
    if report.plan is None:
        return
    for topic in report.topics:
        if topic.status != "unchanged" and look.detail > Detail.SUMMARY:
            yield from _result(topic, look)
    summary = report.summary
    done = f"{_count(summary.applied, 'topic')} applied, {summary.skip} unchanged"
    troubles = {name: getattr(summary, name) for name in ("refused", "failed", "unknown")}
    troubles["not attempted"] = sum(topic.status == "not_attempted" for topic in report.topics)
    yield f"Apply: {done}{''.join(f', {number} {name}' for name, number in troubles.items() if number)}."


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
    return look.detail is Detail.ALL or (look.detail is Detail.CHANGES and topic.action != "skip")


def _topic(topic: Topic, look: TextStyle) -> Iterator[str]:
    sign = _SIGNS[topic.action]
    owner = f"  ({topic.owner})" if topic.owner else ""
    lines = _wrapped(f"{sign} {topic.name}{owner}  {_place(topic.origin)}", look, indent=4)
    yield lines[0].replace(f"{sign} {topic.name}", f"{_coloured(sign)} {style(topic.name, bold=True)}", 1)
    yield from lines[1:]
    if topic.action == "create":
        for name in ("partitions", "replication_factor"):
            count = getattr(topic.desired, name)
            yield f"  {_coloured('+')} {name}: {count if count is not None else 'as the broker decides'}"
        for key, value in topic.desired.config.items():
            yield from _signed("+", f"{key}: {with_units(key, value)}", look)
    for change in topic.changes:
        yield from _change(change, look)
    if topic.error is not None and not any(change.verdict == "impossible" for change in topic.changes):
        what = "cannot be read" if topic.action == "unreadable" else "the broker refuses it"
        if topic.error.code == 0:
            what = "refused"
        yield from _wrapped(f"{what}: {topic.error.name}: {topic.error.message}", look, start=6, indent=8)
        yield from _wrapped(topic.error.remedy, look, start=6, indent=8)


def _change(change: Change, look: TextStyle) -> Iterator[str]:
    key = change.field.removeprefix("config.")
    before = "(not set)" if change.before is None else with_units(key, str(change.before))
    after = "(the broker's default)" if change.after is None else with_units(key, str(change.after))
    place = f"  {_place(change.origin)}" if change.origin else ""
    sign = "!" if change.verdict == "impossible" else "-" if change.after is None else "~"
    yield from _signed(sign, f"{key}: {before} → {after}{place}", look)
    if change.reason is not None:
        yield from _wrapped(f"{change.verdict}: {change.reason}", look, start=6, indent=8)


def _result(topic: Topic, look: TextStyle) -> Iterator[str]:
    verified = f", {topic.verification.status.replace('_', ' ')}" if topic.verification else ""
    yield f"{topic.name}: {style(topic.status.replace('_', ' '), fg=_STATUS_COLOURS.get(topic.status))}{verified}"
    if topic.error is not None:
        yield from _wrapped(f"{topic.error.name}: {topic.error.message}", look, start=4, indent=6)
        yield from _wrapped(topic.error.remedy, look, start=4, indent=6)
    for change in topic.changes:
        if change.status not in {topic.status, "applied"} or change.reason:
            yield f"    {change.field.removeprefix('config.')}: {change.status.replace('_', ' ')}"


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


def _plan_summary(report: Report) -> str:
    summary = report.summary
    parts = [f"{summary.create} to create", f"{summary.drift} to change", f"{summary.skip} unchanged"]
    barred = sum(topic.error is not None and topic.error.name == "CREATION_TURNED_OFF" for topic in report.topics)
    if barred:
        parts.append(f"{barred} that this run may not create")
    if summary.refused > barred:
        parts.append(f"{summary.refused - barred} impossible as written")
    if summary.unreadable:
        parts.append(f"{summary.unreadable} unreadable")
    nothing = not summary.create and not summary.drift and not summary.unreadable
    return f"{'Nothing to do' if nothing else 'Plan'}: {', '.join(parts)}."


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
