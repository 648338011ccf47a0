"""A report as the base of another plan: what its run wanted, and how it left the cluster."""

from __future__ import annotations

from collections.abc import Mapping
from typing import assert_never

from reconciler.errors import Location, ReportNotRead
from reconciler.model import (
    STATE,
    Action,
    Base,
    DesiredState,
    FormerRun,
    FormerTopic,
    LiveTopic,
    TopicSpec,
    TopicStatus,
)
from reconciler.printable import unmistakable
from reconciler.report.document import Change, Report, Topic, UnmanagedTopic


def base_of(report: Report, path: str) -> Base:
    """What ``report``, read from the file ``path``, tells. Raises ReportNotRead if it has no plan."""
    if report.plan is None:
        raise ReportNotRead.because(
            "report-without-plan",
            f"{unmistakable(path)}: the report has no plan to compare with: it is of {report.command}, "
            f"with the status {report.run.status}",
            hint="use the report of a plan or of an apply",
        )
    run = former_run(report, path)
    topics = [_wanted(topic, path) for topic in report.topics if not _is_pruned(topic)]
    return Base(
        path=path,
        digest=report.manifest.digest if report.manifest is not None else None,
        desired=DesiredState(topics=topics, environment=report.environment),
        run=run,
        former=run,
    )


def former_run(report: Report, path: str) -> FormerRun:
    """How the run of ``report``, read from the file ``path``, left the cluster."""
    left = {topic.name: _former(topic) for topic in report.topics}
    left |= {topic.name: FormerTopic(live=_unmanaged(topic)) for topic in report.unmanaged}
    pruned = {topic.name for topic in report.topics if _is_pruned(topic)}
    return FormerRun(
        id=report.run.id,
        path=path,
        cluster_id=report.cluster.id if report.cluster is not None else None,
        topics={name: each for name, each in left.items() if each is not None},
        unmanaged=frozenset(pruned | {topic.name for topic in report.unmanaged}),
    )


def _unmanaged(topic: UnmanagedTopic) -> LiveTopic:
    return LiveTopic(
        name=topic.name,
        partitions=topic.partitions,
        replication_factor=topic.replication_factor,
        overrides=topic.config,
    )


def _is_pruned(topic: Topic) -> bool:
    return topic.action is Action.DELETE and topic.origin is None


def _wanted(topic: Topic, path: str) -> TopicSpec:
    place = Location(path, 1, 1)
    if topic.desired is None:
        return TopicSpec(name=topic.name, origin=place, is_absent=True)
    return TopicSpec(
        name=topic.name,
        origin=place,
        partitions=topic.desired.partitions,
        replication_factor=topic.desired.replication_factor,
        config=topic.desired.config,
    )


def _former(topic: Topic) -> FormerTopic | None:
    """The topic as the run left it; ``None`` where that is not known."""
    match topic.action:
        case Action.UNREADABLE:
            return None
        case Action.SKIP:
            return FormerTopic(live=_live(topic, {}), kept=_kept(topic))
        case Action.CREATE:
            return _former_create(topic)
        case Action.DELETE:
            return _former_delete(topic)
        case Action.DRIFT:
            applied = {each.field: each.after for each in topic.changes if each.status is TopicStatus.APPLIED}
            unknown = frozenset(each.field for each in topic.changes if not _is_told(each))
            return FormerTopic(live=_live(topic, applied), unknown=unknown, kept=_kept(topic))
        case _:
            assert_never(topic.action)


def _former_create(topic: Topic) -> FormerTopic | None:
    match topic.status:
        case TopicStatus.PLANNED | TopicStatus.REFUSED | TopicStatus.NOT_ATTEMPTED:
            return FormerTopic(live=None)
        case TopicStatus.APPLIED if topic.desired is not None:
            # Counts that the broker chose are not in the report; nobody wants others of them.
            return FormerTopic(
                live=LiveTopic(
                    name=topic.name,
                    partitions=topic.desired.partitions or 0,
                    replication_factor=topic.desired.replication_factor or 0,
                    overrides=topic.desired.config,
                )
            )
        case _:
            return None


def _former_delete(topic: Topic) -> FormerTopic | None:
    change = next((each for each in topic.changes if each.field == STATE), None)
    if change is None or not _is_told(change):
        return None
    return FormerTopic(live=None if change.status is TopicStatus.APPLIED else _live(topic, {}))


def _is_told(change: Change) -> bool:
    """Whether the report tells what came of ``change``."""
    return change.status not in {TopicStatus.FAILED, TopicStatus.STALE, TopicStatus.UNKNOWN}


def _live(topic: Topic, applied: Mapping[str, int | str | None]) -> LiveTopic | None:
    """What the run found, with the changes ``applied``, by field; ``None`` for a topic that was not there."""
    found = topic.live
    if found is None:
        return None
    counts = {"partitions": found.partitions, "replication_factor": found.replication_factor}
    counts |= {field: after for field, after in applied.items() if field in counts and isinstance(after, int)}
    configs = {field.removeprefix("config."): after for field, after in applied.items() if field.startswith("config.")}
    overrides = {key: value for key, value in found.config.items() if key not in configs}
    overrides |= {key: str(after) for key, after in configs.items() if after is not None}
    return LiveTopic(
        name=topic.name,
        partitions=counts["partitions"],
        replication_factor=counts["replication_factor"],
        overrides=overrides,
        topic_id=found.topic_id,
    )


def _kept(topic: Topic) -> frozenset[str]:
    """Config keys whose overrides the run was to leave as they are."""
    changed = {each.field.removeprefix("config.") for each in topic.changes}
    return frozenset(topic.live.config.keys() - changed) if topic.live is not None else frozenset()
