"""A session that undoes a former run, from the report of that run, which anybody may have written."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from fnmatch import fnmatchcase

from reconciler.errors import Diagnostic, ReconcilerError, ReportNotRead, Severity
from reconciler.manifest.checks import is_topic_name
from reconciler.manifest.limits import MAX_COUNTS, why_not_sent
from reconciler.model import ChangedTopic, CreatedTopic, DeletedTopic, DesiredState, LiveState, TouchedTopic, Undo
from reconciler.printable import quoted, unmistakable
from reconciler.report.places import place_in
from reconciler.report.read import ReportFile
from reconciler.report.undo import check_can_be_undone, touched_topics
from reconciler.session.choosing import nothing_matches
from reconciler.session.session import Session

_FROM_AN_APPLY = "give the JSON report of an apply, as it was written"
_LONGEST_SHOWN = 250


def restore(session: Session, file: ReportFile, manifest: DesiredState, *, only: Sequence[str] = ()) -> None:
    """Let ``session`` plan the state before the run whose report is ``file``, under the rules of its ``manifest``.

    With globs in ``only``, all other topics are ignored. Call it before ``plan``, which then raises ReconcilerError for
    another cluster than that of the run. Raises ReportNotRead for a report that tells of no run to undo, or that was
    edited, and WrongUsage if no topic matches.
    """
    name, report = unmistakable(file.name), file.report
    cluster_id = check_can_be_undone(report, file.name)
    if file.is_edited:
        raise ReportNotRead.because(
            "undo-edited",
            f"{name}: the report was changed after it was written, so it does not tell what the run did",
            hint=_FROM_AN_APPLY,
        )
    touched = touched_topics(report, place_in(file))
    problems = dict.fromkeys(_problems(touched))
    if problems:
        raise ReportNotRead(*problems)
    topics = [topic for topic in touched if not only or any(fnmatchcase(topic.name, glob) for glob in only)]
    if touched and not topics:
        raise nothing_matches(only, "the run changed no topic that matches")
    session.undoes(Undo(report=file.name, run_id=report.run.id, topics=topics, manifest=manifest))
    session.refuse_after_reading(lambda live: _refuse_other(live, cluster_id, name))
    if not touched:
        session.note(
            Diagnostic(
                severity=Severity.WARNING,
                code="undo-nothing",
                message=f"{name}: the run changed no topic, so there is nothing to undo",
            )
        )


def _refuse_other(live: LiveState, of: str, name: str) -> None:
    if live.cluster_id != of:
        raise ReconcilerError.because(
            "undo-of-another-cluster",
            f"{name} is the report of a run on the cluster {unmistakable(of)}, "
            f"but this is the cluster {live.cluster_id}",
            hint="give the report of a run on this cluster, or check --bootstrap-server",
        )


def _problems(topics: Sequence[TouchedTopic]) -> Iterator[Diagnostic]:
    """What no run of this program can have left or found, and what the Kafka client could not send."""
    numbers = Counter(topic.name for topic in topics)
    for topic in topics:
        if numbers[topic.name] > 1:
            yield _problem(topic, "is in the report twice")
        if not is_topic_name(topic.name):
            yield _problem(topic, "has a name that Kafka does not allow")
        for field, most in MAX_COUNTS.items():
            yield from _of_count(topic, field, _counts(topic).get(field), most)
        for text in _texts(topic):
            reason = why_not_sent(text)
            if reason is not None:
                yield _problem(topic, f"has a config key or value that {reason}")


def _of_count(topic: TouchedTopic, field: str, count: int | None, most: int) -> Iterator[Diagnostic]:
    if count is not None and not 1 <= count <= most:
        yield _problem(topic, f"has {field} {count}, which is not from 1 to {most:,}")


def _counts(topic: TouchedTopic) -> dict[str, int | None]:
    match topic:
        case ChangedTopic(partitions=partitions):
            return {"partitions": partitions.before if partitions is not None else None}
        case CreatedTopic() | DeletedTopic():
            return {"partitions": topic.partitions, "replication_factor": topic.replication_factor}


def _texts(topic: TouchedTopic) -> list[str]:
    """Config keys and values that would be sent."""
    match topic:
        case ChangedTopic(config=config):
            former = [each.before for each in config.values()]
            return [*config, *(value for value in former if value is not None)]
        case DeletedTopic(config=settings):
            return [*settings, *settings.values()]
        case CreatedTopic():
            return []


def _problem(topic: TouchedTopic, what: str) -> Diagnostic:
    return Diagnostic(
        severity=Severity.ERROR,
        code="report-invalid",
        message=f"topic {quoted(topic.name[:_LONGEST_SHOWN])} {what}",
        hint=_FROM_AN_APPLY,
        origin=topic.origin,
    )
