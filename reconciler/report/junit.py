"""The report as JUnit XML, which most CI servers show: a test case for each topic, and for each kind of message.

https://github.com/testmoapp/junitxml
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from reconciler.errors import Severity
from reconciler.model import Command, RunStatus, TopicStatus, ending, is_trouble
from reconciler.report.document import BaseIdentity, DiagnosticEntry, Place, Report, Topic
from reconciler.report.drift.junit import audit_cases
from reconciler.report.entries import Entry, Need, entries
from reconciler.report.escaping import printable
from reconciler.report.headline import headline
from reconciler.report.layout import TextStyle
from reconciler.report.phrases import compared_lines
from reconciler.report.reassigned import how_far_moved
from reconciler.report.standing import is_stale


def render(report: Report, _layout: TextStyle) -> str:
    """As in a file."""
    return render_file(report)


def render_file(report: Report) -> str:
    """A suite for the run; what makes it fail is a failure where it was refused, else an error."""
    report = printable(report)
    run = report.run
    cases = [_run(report), *(audit_cases(report) if report.command is Command.DRIFT else _topics(report))]
    failures, errors = (sum(case.find(kind) is not None for case in cases) for kind in ("failure", "error"))
    numbers = {"tests": str(len(cases)), "failures": str(failures), "errors": str(errors), "skipped": "0"}
    times = {"time": f"{run.duration_seconds:.3f}", "timestamp": f"{run.started_at:%Y-%m-%dT%H:%M:%S}"}
    suites = Element("testsuites", {"name": headline(report), **numbers, "time": times["time"]})
    suite = SubElement(suites, "testsuite", {"name": f"reconciler {report.command}", **numbers, **times})
    suite.extend(cases)
    indent(suites)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{tostring(suites, encoding="unicode")}\n'


def _run(report: Report) -> Element:
    """The case of the run as a whole: its errors, and its warnings as output."""
    case = Element("testcase", {"classname": "reconciler", "name": str(report.command)})
    errors = [entry for entry in report.diagnostics if entry.severity is Severity.ERROR]
    if errors:
        kind = "failure" if report.run.status is RunStatus.REFUSED else "error"
        _problem(case, kind, errors[0].message, errors[0].code, map(_told, errors))
    warnings = [_told(entry) for entry in report.diagnostics if entry.severity is Severity.WARNING]
    if warnings:
        SubElement(case, "system-out").text = "\n".join(warnings)
    return case


def _topics(report: Report) -> Iterator[Element]:
    of_topic: dict[str, list[Entry]] = {}
    for entry in entries(report) if report.plan is not None else ():
        of_topic.setdefault(entry.topic.name, []).append(entry)
    for topic in report.topics:
        yield _topic(topic, of_topic.get(topic.name, []), report.plan.base if report.plan is not None else None)


def _topic(topic: Topic, found: Sequence[Entry], base: BaseIdentity | None) -> Element:
    place = {} if topic.origin is None else {"file": topic.origin.file, "line": str(topic.origin.line)}
    case = Element("testcase", {"classname": topic.owner or "topics", "name": topic.name, **place})
    lines = [f"{f'{entry.verdict}: ' if entry.verdict else ''}{entry.words}{_why(entry, base)}" for entry in found]
    lines += [moved] if (moved := how_far_moved(topic)) is not None else []
    has_failed = ending(topic.status) is RunStatus.FAILED or topic.status is TopicStatus.STALE
    if is_trouble(topic.status):
        first = next((entry.verdict for entry in found if entry.need is Need.PERSON), str(topic.status))
        is_told = not has_failed or is_stale(topic)  # by its changes
        told = [f"{topic.error.message}\n{topic.error.remedy}"] if topic.error is not None and not is_told else []
        words = str(topic.status).replace("_", " ") if has_failed else first
        _problem(case, "error" if has_failed else "failure", words, str(topic.status), [*told, *lines])
    elif lines:
        SubElement(case, "system-out").text = "\n".join(lines)
    return case


def _problem(case: Element, kind: str, message: str, code: str, lines: Iterable[str]) -> None:
    SubElement(case, kind, {"message": message, "type": code}).text = "\n".join(lines)


def _why(entry: Entry, base: BaseIdentity | None) -> str:
    refused = [] if entry.refusal is None else [entry.refusal.reason, entry.refusal.way_out]
    return "".join(f"\n{line}" for line in [*refused, *compared_lines(entry, base)])


def _told(entry: DiagnosticEntry) -> str:
    place = entry.origin
    where = f"{place.file}:{place.line}:{place.column}: " if isinstance(place, Place) else ""
    return f"{where}{entry.message}" + (f"\n{entry.hint}" if entry.hint else "")
