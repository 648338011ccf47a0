"""A report as the command that wrote it showed it on standard output."""

from __future__ import annotations

from dataclasses import replace

from reconciler.model import Action, Command, TopicStatus
from reconciler.report.document import Refusal, Report, Topic
from reconciler.report.escaping import printable
from reconciler.report.layout import TextStyle
from reconciler.report.signs import Extent, extent, is_refused
from reconciler.report.text import render, render_plan


def replay(report: Report, layout: TextStyle) -> str:
    """The text of the run; of an apply its plan, as it was before it was carried out, and the result."""
    if report.command not in {Command.APPLY, Command.ENSURE} or not _has_shown_plan(report):
        return render(report, layout)
    plan = "".join(f"{line}\n" for line in render_plan(printable(_as_planned(report)), layout))
    return f"{plan}\n{render(report, layout)}"


def _as_planned(report: Report) -> Report:
    """``report`` without what came of its plan."""
    return replace(report, topics=[_planned(topic) for topic in report.topics])


def _planned(topic: Topic) -> Topic:
    """``topic`` with the status that its plan gave it."""
    match topic.action:
        case Action.SKIP | Action.UNREADABLE:
            return topic
        case Action.CREATE if extent(topic) is Extent.WHOLE:
            return topic
        case Action.CREATE:
            refusal = None
        case Action.DRIFT | Action.DELETE:
            # A topic that somebody else changed has that as its refusal; the plan's is the first objection.
            refused = [Refusal(kind=each.kind, reason=each.message, way_out=each.remedy) for each in topic.objections]
            refusal = next(iter(refused), None)
            if any(is_refused(each) and each.status is TopicStatus.STALE for each in topic.changes):
                refusal = topic.refusal
    changes = [each if is_refused(each) else replace(each, status=TopicStatus.PLANNED) for each in topic.changes]
    statuses = {each.status for each in changes}
    status = next((each for each in (TopicStatus.STALE, TopicStatus.REFUSED) if each in statuses), TopicStatus.PLANNED)
    return replace(
        topic,
        status=TopicStatus.REFUSED if refusal is not None and status is TopicStatus.PLANNED else status,
        changes=changes,
        refusal=refusal,
        error=None,  # of a plan, what is refused tells it
        attempts=[],
        verification=None,
    )


def _has_shown_plan(report: Report) -> bool:
    """Whether an apply came as far as showing its plan; one that does not check its plan to the end ends before."""
    if report.cluster is None or report.plan is None:
        return False
    was_cancelled = any(each.code == "declined" for each in report.diagnostics)
    is_untouched = any(topic.status is TopicStatus.NOT_ATTEMPTED for topic in report.topics)
    return "write" in report.statistics.durations or was_cancelled or not is_untouched
