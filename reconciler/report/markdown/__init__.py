"""The report as Markdown, for a comment on a pull request or the summary of a job.

A comment on GitHub has at most 65,536 characters; the text never has more bytes than that.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from itertools import groupby

from reconciler.errors import Severity
from reconciler.model import Command, TopicStatus, is_trouble
from reconciler.report.document import BaseIdentity, DiagnosticEntry, Place, Report, Topic
from reconciler.report.entries import Entry, Need, entries
from reconciler.report.escaping import printable
from reconciler.report.headline import headline
from reconciler.report.layout import TextStyle, count
from reconciler.report.markdown.attention import HEAD, rows
from reconciler.report.markdown.drifting import drift_of
from reconciler.report.markdown.fitting import Room
from reconciler.report.markdown.routine import bullets, in_short
from reconciler.report.markdown.undoing import patch_of_undo, undone_run
from reconciler.report.markdown.words import code, plain
from reconciler.report.reassigned import how_far_moved
from reconciler.report.sources import comparison, in_words, sentence
from reconciler.report.standing import is_stale

MOST_BYTES = 65_536
_ESCAPES = {ord(each): f"\\u{ord(each):04x}" for each in "<>"}
"""So that nothing begins or ends an HTML comment; the same JSON value."""
_MOST_MESSAGES = 50
_SHORT = 12
"""Digits of a hash that are shown."""


def render(report: Report, _layout: TextStyle) -> str:
    """As in a file."""
    return render_file(report)


def render_file(report: Report) -> str:
    """The run, the important first; what does not fit is counted."""
    report = printable(report)
    is_audit = report.command is Command.DRIFT
    found = entries(report) if report.plan is not None and not is_audit else []
    routine = [entry for entry in found if entry.need is Need.NOBODY]
    base = report.plan.base if report.plan is not None else None
    foot = list(_foot(report))
    room = Room(MOST_BYTES - sum(len(line.encode()) + 1 for line in foot))
    parts = (
        room.section(
            "line", [marker(report), f"### {plain(headline(report))}", *([] if is_audit else _compared(report))], ()
        ),
        _messages(report, Severity.ERROR, room),
        drift_of(report, room),
        undone_run(report, room),
        _results(report, room),
        _attention([entry for entry in found if entry.need is not Need.NOBODY], base, room),
        *(_routine(some, words, room) for words, some in _by_source(routine, base)),
        patch_of_undo(report, room),
        () if is_audit else _recreated(report, room),
        _messages(report, Severity.WARNING, room),
    )
    return "".join(f"{line}\n" for part in parts for line in part) + "".join(f"{line}\n" for line in foot)


def marker(report: Report) -> str:
    """A comment that nobody sees, by which a program finds the text again to replace it.

    The environment comes first: up to it, the marker is the same for every run.
    """
    facts = {
        "environment": report.environment,
        "commit": report.run.commit,
        "fingerprint": report.plan.fingerprint if report.plan is not None else None,
    }
    return f"<!-- reconciler {json.dumps(facts).translate(_ESCAPES)} -->"


def _compared(report: Report) -> Iterator[str]:
    words = comparison(report)
    if words is not None:
        yield from ("", plain(words))


def _attention(found: Sequence[Entry], base: BaseIdentity | None, room: Room) -> Iterator[str]:
    """What needs a person, then what somebody consented to."""
    if found:
        yield from room.section("row", ["", *HEAD], rows(found, base))


def _results(report: Report, room: Room) -> Iterator[str]:
    """The topics of an apply that are not done, and why; what its plan refused is in the table of the plan."""
    refused = (TopicStatus.REFUSED, TopicStatus.PLANNED)
    open_ones = [
        each
        for each in report.topics
        if is_trouble(each.status) and each.status not in refused and not is_stale(each)  # its changes tell that
    ]
    if open_ones and report.command not in {Command.PLAN, Command.DRIFT}:
        head = ["", "| topic, owner | result | why |", "| --- | --- | --- |"]
        yield from room.section("topic", head, map(_result, open_ones))


def _result(topic: Topic) -> str:
    error = [topic.error.message, topic.error.remedy] if topic.error is not None else []
    moved = how_far_moved(topic)
    why = [*error[:1], *([moved] if moved is not None else []), *error[1:]]
    return f"| {code(topic.name)}{_owner(topic)} | {topic.status.replace('_', ' ')} | {'<br>'.join(map(plain, why))} |"


def _owner(topic: Topic) -> str:
    return f", {plain(topic.owner)}" if topic.owner else ""


def _by_source(found: Sequence[Entry], base: BaseIdentity | None) -> Iterator[tuple[str, Sequence[Entry]]]:
    """``found`` by the words for the source of each, which are empty without a base."""
    for source, some in groupby(found, lambda entry: entry.source):
        yield "" if base is None or source is None else sentence(in_words(source, base)), list(some)


def _routine(found: Sequence[Entry], source: str, room: Room) -> Iterator[str]:
    """Routine changes in a line, and all of them folded."""
    head, tail = _folded(count(len(found), "routine change"))
    begin = f"**{plain(source)}**: " if source else ""
    yield from room.section("line", ["", f"{begin}{in_short(found)}", *head], bullets(found), tail)


def _recreated(report: Report, room: Room) -> Iterator[str]:
    """Topics that are not those of the earlier report any more."""
    found = [(topic, topic.recreated) for topic in report.topics if topic.recreated is not None]
    if found:
        head = ["", "**Deleted and created again**, so that the former records are gone:", ""]
        lines = (f"- {code(topic.name)}{_owner(topic)}, since {code(former.report)}" for topic, former in found)
        yield from room.section("topic", head, lines)


def _messages(report: Report, severity: Severity, room: Room) -> Iterator[str]:
    found = [entry for entry in report.diagnostics if entry.severity is severity]
    if found:
        is_error = severity is Severity.ERROR
        head, tail = (["", "**Errors**", ""], []) if is_error else _folded(count(len(found), severity))
        more = max(0, len(found) - _MOST_MESSAGES)
        yield from room.section(severity, head, map(_message, found[:_MOST_MESSAGES]), tail, more=more)


def _folded(summary: str) -> tuple[Sequence[str], Sequence[str]]:
    return ["", f"<details><summary>{summary}</summary>", ""], ["", "</details>"]


def _message(entry: DiagnosticEntry) -> str:
    place = entry.origin
    where = f"{code(f'{place.file}:{place.line}:{place.column}')}: " if isinstance(place, Place) else ""
    hint = f"<br>{plain(entry.hint)}" if entry.hint else ""
    return f"- {where}{plain(entry.message)}{hint}"


def _foot(report: Report) -> Iterator[str]:
    run = report.run
    facts = [f"reconciler {plain(report.tool.version)} {report.command}", f"{run.started_at:%Y-%m-%d %H:%M} UTC"]
    if run.commit is not None:
        facts.append(f"commit {code(run.commit[:_SHORT])}")
    if report.cluster is not None:
        identity = f" ({code(report.cluster.id)})" if report.cluster.id else ""
        facts.append(f"cluster {code(report.cluster.bootstrap_servers)}{identity}")
    if report.plan is not None:
        facts.append(f"plan {code(report.plan.fingerprint.removeprefix('sha256:')[:_SHORT])}")
    if report.reviewed is not None:
        facts.append(f"only what {code(report.reviewed.file)} shows, made {report.reviewed.made_at:%Y-%m-%d %H:%M} UTC")
    yield ""
    yield f"<sub>{' · '.join(facts)}</sub>"
