"""The report of a run that wrote to a cluster, to what the run changed and what was there before."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from reconciler.errors import Location, ReportNotRead
from reconciler.model import (
    Action,
    ChangedTopic,
    Command,
    CreatedTopic,
    DeletedTopic,
    ErrorClass,
    FormerCount,
    FormerValue,
    Operation,
    RiskKind,
    TopicStatus,
    TouchedTopic,
    Verification,
)
from reconciler.printable import quoted, unmistakable
from reconciler.report.document import Change, Live, Report, Topic

_CONFIG = "config."
_WRITING = frozenset({Command.APPLY, Command.ENSURE})


def check_can_be_undone(report: Report, name: str) -> str:
    """The id of the cluster that the run changed; ``name`` is that of the report's file, for messages.

    Raises ReportNotRead for a run that cannot have changed a cluster, or where it is not known which.
    """
    if report.command not in _WRITING:
        raise ReportNotRead.because(
            "undo-not-applied",
            f"{unmistakable(name)}: this is the report of '{report.command}', which changes nothing on a cluster",
            hint="--undo takes the JSON report of an apply",
        )
    if report.cluster is None:
        raise ReportNotRead.because(
            "undo-not-applied",
            f"{unmistakable(name)}: the run did not read a cluster, so it changed nothing",
            hint="there is nothing to undo",
        )
    if report.cluster.id is None:
        raise ReportNotRead.because(
            "undo-no-cluster-id",
            f"{unmistakable(name)}: the report does not have the id of the cluster, which may be another one",
            hint="write the former settings into the manifest and run apply",
        )
    return report.cluster.id


def touched_topics(report: Report, place: Callable[[str], Location]) -> Sequence[TouchedTopic]:
    """What the run changed, or may have changed without noticing, by topic; sorted by name.

    What somebody else did is left out, although the run found it as wanted. ``place`` gives the place of a topic in the
    report. Raises ReportNotRead where the report does not have what was there before.
    """
    return sorted(_touched(report, place), key=lambda topic: topic.name)


def _touched(report: Report, place: Callable[[str], Location]) -> Iterator[TouchedTopic]:
    for topic in report.topics:
        origin = place(topic.name)
        match topic.action:
            case Action.CREATE if _is_possible(topic, topic.status) and _was_sent(topic, Operation.CREATE_TOPICS):
                yield _created(topic, origin)
            case Action.DELETE if _is_possible(topic, topic.status) and _was_sent(topic, Operation.DELETE_TOPICS):
                yield _deleted(topic, _live(topic, origin), origin)
            case Action.DRIFT:
                changes = [each for each in topic.changes if _is_possible(topic, each.status) and not each.found_done]
                if changes:
                    yield _changed(topic, changes, _live(topic, origin), origin)
            case Action.CREATE | Action.DELETE | Action.SKIP | Action.UNREADABLE:
                pass


def _is_possible(topic: Topic, status: TopicStatus) -> bool:
    """Whether what has ``status`` may have been done; the cluster shows whether it was."""
    match status:
        case TopicStatus.APPLIED | TopicStatus.UNKNOWN:
            return True
        case TopicStatus.FAILED:
            return topic.verification is not None and topic.verification.status is Verification.MISMATCH
        case _:
            return False


def _was_sent(topic: Topic, operation: Operation) -> bool:
    """Whether a request of the run may have done ``operation``, not somebody else before it."""
    return any(
        attempt.operation == operation and (attempt.error is None or attempt.error.class_ is not ErrorClass.EXPECTED)
        for attempt in topic.attempts
    )


def _created(topic: Topic, origin: Location) -> CreatedTopic:
    wanted = topic.desired
    return CreatedTopic(
        name=topic.name,
        origin=origin,
        topic_id=topic.verification.topic_id if topic.verification is not None else None,
        partitions=wanted.partitions if wanted is not None else None,
        replication_factor=wanted.replication_factor if wanted is not None else None,
        config=wanted.config if wanted is not None else {},
    )


def _deleted(topic: Topic, live: Live, origin: Location) -> DeletedTopic:
    impacts = [change.impact for change in topic.changes if change.impact is not None]
    return DeletedTopic(
        name=topic.name,
        origin=origin,
        topic_id=live.topic_id,
        partitions=live.partitions,
        replication_factor=live.replication_factor,
        config={key: value for key, value in live.config.items() if value is not None},
        hidden=frozenset(key for key, value in live.config.items() if value is None),
        records=next((impact.records for impact in impacts), None),
    )


def _changed(topic: Topic, changes: Sequence[Change], live: Live, origin: Location) -> ChangedTopic:
    config: dict[str, FormerValue] = {}
    hidden: set[str] = set()
    partitions: FormerCount | None = None
    replicas: FormerCount | None = None
    for change in changes:
        key = change.field.removeprefix(_CONFIG)
        if change.field == "partitions" and isinstance(change.after, int):
            partitions = FormerCount(before=live.partitions, left=change.after)
        elif key == change.field:
            if isinstance(change.before, int) and isinstance(change.after, int):
                replicas = FormerCount(before=change.before, left=change.after)
        elif key in live.config and live.config[key] is None:
            hidden.add(key)
        else:
            inherited = None if key in live.config else _text(change.before)
            config[key] = FormerValue(live.config.get(key), _text(change.after), inherited)
    return ChangedTopic(
        name=topic.name,
        origin=origin,
        topic_id=live.topic_id,
        config=config,
        hidden=frozenset(hidden),
        partitions=partitions,
        replicas=replicas,
        removed={
            change.field: change.impact.records if change.impact is not None else None
            for change in changes
            if _has_removed(change)
        },
    )


def _has_removed(change: Change) -> bool:
    """Whether the change may have removed records."""
    is_loss = change.verdict == "risky" and change.consent is not None and change.consent.kind is RiskKind.DATA_LOSS
    return is_loss and (change.impact is None or change.impact.records != 0)


def _live(topic: Topic, origin: Location) -> Live:
    if topic.live is None:
        raise ReportNotRead.because(
            "undo-no-former-state",
            f"the report does not tell how topic {quoted(topic.name)} was before the run: live is null",
            hint="write the former settings into the manifest and run apply",
            origin=origin,
        )
    return topic.live


def _text(value: int | str | None) -> str | None:
    return None if value is None else str(value)
