"""Messages, and topics that are listed though nothing changes in them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from reconciler.errors import Severity
from reconciler.model import Action
from reconciler.report.document import Recreated, Report, Topic
from reconciler.report.phrases import Code, place


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """A message of the run."""

    severity: Severity
    place: Code | None
    text: str
    hint: str
    detail: str


def messages(report: Report, of: Collection[Severity]) -> Sequence[Message]:
    """The messages of these severities, the most severe first."""
    order = list(Severity)
    found = [entry for entry in report.diagnostics if entry.severity in of]
    return [
        Message(
            severity=Severity(entry.severity),
            place=place(entry.origin),
            text=entry.message,
            hint=entry.hint or "",
            detail=entry.detail or "",
        )
        for entry in sorted(found, key=lambda entry: order.index(entry.severity))
    ]


def in_sync(report: Report) -> Mapping[str, Sequence[str]]:
    """The names of the topics in which nothing differs, by owner."""
    names: dict[str, list[str]] = defaultdict(list)
    for topic in report.topics:
        if topic.action is Action.SKIP and not topic.drift:
            names[topic.owner or ""].append(topic.name)
    return dict(sorted(names.items()))


def recreated(report: Report) -> Sequence[tuple[Topic, Recreated]]:
    """Topics that are not those of the earlier report any more."""
    return [(topic, topic.recreated) for topic in report.topics if topic.recreated is not None]
