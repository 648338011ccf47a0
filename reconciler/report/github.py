"""What needs attention, as annotations of GitHub Actions: messages, refused and risky changes, topics that failed.

https://docs.github.com/en/actions/reference/workflow-commands-for-github-actions
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from reconciler.errors import Severity
from reconciler.model import Command, RefusalKind, TopicStatus
from reconciler.report.document import BaseIdentity, Cause, DiagnosticEntry, Origin, Place, Report, Topic
from reconciler.report.drift.words import age, differs, open_causes, why
from reconciler.report.entries import Entry, Need, entries
from reconciler.report.escaping import printable
from reconciler.report.layout import TextStyle
from reconciler.report.phrases import compared_lines
from reconciler.report.standing import is_stale

SHOWN = 10
"""GitHub shows this many annotations of each kind per step, and silently drops the others."""
_COMMANDS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "notice"}

_WORST_FIRST = (TopicStatus.FAILED, TopicStatus.UNKNOWN, TopicStatus.STALE, TopicStatus.NOT_ATTEMPTED)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Annotation:
    severity: Severity
    origin: Origin | None
    title: str
    text: str

    def __str__(self) -> str:
        properties = {"title": self.title}
        if isinstance(self.origin, Place):
            place = {"file": self.origin.file, "line": str(self.origin.line), "col": str(self.origin.column)}
            properties = place | properties
        listed = ",".join(f"{key}={_property(value)}" for key, value in properties.items())
        return f"::{_COMMANDS[self.severity]} {listed}::{_data(self.text)}"


def render(report: Report, _layout: TextStyle) -> str:
    """As in a file."""
    return render_file(report)


def render_file(report: Report) -> str:
    """One workflow command per annotation; the last one of a kind has the number of those left out."""
    return "".join(f"{line}\n" for line in _lines(printable(report)))


def _lines(report: Report) -> Iterator[str]:
    annotations = list(_annotations(report))
    for severity, command in _COMMANDS.items():
        found = [each for each in annotations if each.severity is severity]
        fits = len(found) <= SHOWN
        yield from map(str, found if fits else found[: SHOWN - 1])
        if not fits:
            yield f"::{command} title=reconciler::and {len(found) - SHOWN + 1} more; see the log of this step"


def _annotations(report: Report) -> Iterator[_Annotation]:
    """All annotations, the most severe of a kind first."""
    if report.command in {Command.APPLY, Command.ENSURE}:
        # What is stale by the plan is told by its changes, below.
        failed = [topic for topic in report.topics if topic.status in _WORST_FIRST and not is_stale(topic)]
        yield from map(_failed, sorted(failed, key=lambda topic: _WORST_FIRST.index(topic.status)))
    yield from map(_message, report.diagnostics)
    if report.command is Command.DRIFT:
        yield from (_cause(each, report) for each in (open_causes(report) if report.audit is not None else ()))
    elif report.plan is not None:
        yield from (_change(entry, report.plan.base) for entry in entries(report) if _is_shown(entry))


def _cause(cause: Cause, report: Report) -> _Annotation:
    """Drift of one or many topics, at the place of the first of them."""
    name = cause.topics[0]
    found = next((topic for topic in report.topics if topic.name == name), None)
    places = {change.field: change.origin for change in found.changes} if found is not None else {}
    number = len(cause.topics)
    more = f" and {number - 1:,} more" if number > 1 else ""
    aged = age(cause.first_seen_at, report, several=number > 1)
    return _Annotation(
        severity=Severity.ERROR,
        origin=places.get(cause.field or "") or (found.origin if found is not None else None),
        title=f"drift: {cause.class_}",
        text="\n".join(filter(None, [f"{name}{more}: {differs(cause)}", why(cause), aged])),
    )


def _failed(topic: Topic) -> _Annotation:
    error = topic.error
    why = f": {error.message}\n{error.remedy}" if error is not None else ""
    words = topic.status.replace("_", " ")
    return _Annotation(severity=Severity.ERROR, origin=topic.origin, title=words, text=f"{topic.name}: {words}{why}")


def _message(entry: DiagnosticEntry) -> _Annotation:
    text = entry.message if entry.hint is None else f"{entry.message}\n{entry.hint}"
    return _Annotation(severity=entry.severity, origin=entry.origin, title=entry.code, text=text)


def _is_shown(entry: Entry) -> bool:
    """Whether a change is annotated: not if it is routine, or if a message tells of it already."""
    violates = entry.refusal is not None and entry.refusal.kind is RefusalKind.POLICY
    return entry.need is not Need.NOBODY and not violates


def _change(entry: Entry, base: BaseIdentity | None) -> _Annotation:
    risk, refusal = entry.consent, entry.refusal
    more = [risk.risk] if risk is not None else []
    if refusal is not None:
        more += [] if risk is not None and refusal.reason.startswith(risk.risk) else [refusal.reason]
        more += [refusal.way_out]
    elif risk is not None and risk.given_by is not None:
        more += [f"consent: {risk.given_by}"]
    elif (error := entry.topic.error or entry.topic.unchecked) is not None:
        more += [f"{error.name}: {error.message}", error.remedy]
    return _Annotation(
        severity=Severity.ERROR if entry.need is Need.PERSON else Severity.WARNING,
        origin=entry.origin,
        title=entry.verdict,
        text="\n".join([f"{entry.topic.name}: {entry.words}", *more, *compared_lines(entry, base)]),
    )


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
