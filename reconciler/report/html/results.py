"""What became of each topic in a run that writes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from reconciler.model import Command, TopicStatus
from reconciler.report.came_of import came_of
from reconciler.report.document import Attempt, Report, Topic
from reconciler.report.html.rows import ACTIONS
from reconciler.report.layout import count
from reconciler.report.reassigned import partition_lines
from reconciler.report.result_lines import result_lines

_WORST_FIRST = (
    TopicStatus.FAILED,
    TopicStatus.UNKNOWN,
    TopicStatus.STALE,
    TopicStatus.NOT_ATTEMPTED,
    TopicStatus.REFUSED,
    TopicStatus.PLANNED,
    TopicStatus.APPLIED,
    TopicStatus.UNCHANGED,
)
_KINDS = {TopicStatus.APPLIED: "done", TopicStatus.UNCHANGED: "done", TopicStatus.PLANNED: "routine"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What a row shows of a topic, in words."""

    name: str
    owner: str
    action: str
    status: str
    rank: int
    kind: str
    """``done``, ``routine``, ``consented`` or ``person``: its colour."""
    lines: Sequence[str]
    moves: Sequence[str]
    """Every partition that gets other replicas, and how far that is."""
    requests: str
    attempts: Sequence[str]
    """Every request, where there is more to tell than their number."""
    verification: str
    checked_at: str


def results(report: Report) -> Iterator[Result]:
    """The topics of which there is something to tell, the worst first; none if the run was not to write."""
    if report.plan is None or report.command not in {Command.APPLY, Command.ENSURE}:
        return
    told = [
        topic
        for topic in report.topics
        if topic.status is not TopicStatus.UNCHANGED or topic.found_done or topic.reassignment
    ]
    yield from map(_result, sorted(told, key=lambda topic: _WORST_FIRST.index(topic.status)))


def _result(topic: Topic) -> Result:
    refused = topic.status is TopicStatus.REFUSED
    checked = topic.verification
    is_simple = len(topic.attempts) == 1 and topic.attempts[0].error is None
    return Result(
        name=topic.name,
        owner=topic.owner or "",
        action=ACTIONS.get(topic.action, str(topic.action)),
        status=came_of(topic),
        rank=_WORST_FIRST.index(topic.status),
        kind="consented" if refused else _KINDS.get(topic.status, "person"),
        lines=list(result_lines(topic)),
        moves=partition_lines(topic.reassignment) if topic.reassignment is not None else [],
        requests=_requests(topic.attempts),
        attempts=[] if is_simple else [_attempt(each) for each in topic.attempts],
        verification=checked.status.replace("_", " ") if checked is not None else "",
        checked_at=f"{checked.checked_at:%H:%M:%S}" if checked is not None else "",
    )


def _requests(attempts: Sequence[Attempt]) -> str:
    if not attempts:
        return "none"
    kinds = ", ".join(dict.fromkeys(each.operation.replace("_", " ") for each in attempts))
    return kinds if len(attempts) == 1 else f"{count(len(attempts), 'request')}: {kinds}"


def _attempt(attempt: Attempt) -> str:
    what = f"{attempt.started_at:%H:%M:%S} {attempt.operation.replace('_', ' ')}, attempt {attempt.number}"
    took = f"{what}, {attempt.duration_seconds:,.2f} s"
    if attempt.error is None:
        return f"{took}: accepted"
    answer = f"{took}: {attempt.error.name}: {attempt.error.message}"
    return f"{answer}; found applied all the same" if attempt.found_applied else answer
