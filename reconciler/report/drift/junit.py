"""An audit as test cases: one for each topic, which fails where no waiver accepts its drift."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from xml.etree.ElementTree import Element, SubElement

from reconciler.model import CauseKind, DriftClass
from reconciler.report.document import DriftEntry, Report
from reconciler.report.drift.words import drift_lines


def audit_cases(report: Report) -> Iterator[Element]:
    """A case for each topic of the manifest, and for each unmanaged one."""
    for topic in report.topics:
        place = {} if topic.origin is None else {"file": topic.origin.file, "line": str(topic.origin.line)}
        case = Element("testcase", {"classname": topic.owner or "topics", "name": topic.name, **place})
        _tell(case, topic.drift, drift_lines(topic.drift, topic.changes, report))
        yield case
    for unmanaged in report.unmanaged:
        case = Element("testcase", {"classname": "unmanaged", "name": unmanaged.name})
        _tell(case, unmanaged.drift, drift_lines(unmanaged.drift, [], report))
        yield case


def _tell(case: Element, drift: Sequence[DriftEntry], lines: Sequence[str]) -> None:
    found = [each for each in drift if each.waiver is None and each.cause is not CauseKind.REASSIGNMENT]
    if not found:
        if lines:
            SubElement(case, "system-out").text = "\n".join(lines)
        return
    is_unread = any(each.class_ is DriftClass.UNREADABLE for each in found)
    words = ", ".join(dict.fromkeys(str(each.class_) for each in found))
    kind = "error" if is_unread else "failure"
    SubElement(case, kind, {"message": words, "type": str(found[0].class_)}).text = "\n".join(lines)
