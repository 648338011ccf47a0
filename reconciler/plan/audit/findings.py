"""The differences in a plan, each with its cause as far as that can be seen."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from reconciler.model import (
    CauseKind,
    ChangeSource,
    Create,
    Delete,
    Drift,
    DriftClass,
    FieldChange,
    Finding,
    FindingKey,
    InSync,
    KafkaFailure,
    LiveTopic,
    Plan,
    TopicPlan,
    Unreadable,
    live_of,
)
from reconciler.plan.audit.facts import Facts
from reconciler.plan.sources import TopicSources, sources


def findings(plan: Plan, facts: Facts) -> Iterator[Finding]:
    """Every difference in ``plan`` as if it were seen for the first time, and accepted by nobody."""
    found = sources(plan, facts.base) if facts.base is not None else {}
    for topic in plan.topics:
        yield from _of_topic(topic, found, facts)
        yield from _recreated(topic, facts)
    for unmanaged in plan.unmanaged:
        yield _of_whole(unmanaged.name, DriftClass.UNMANAGED, CauseKind.UNMANAGED, facts)
    for name, failure in plan.unlisted.items():
        yield _of_whole(name, DriftClass.UNREADABLE, CauseKind.UNREADABLE, facts, failure=failure)


def _of_topic(topic: TopicPlan, found: Mapping[str, TopicSources], facts: Facts) -> Iterator[Finding]:
    source, owner = found.get(topic.name, TopicSources()), topic.desired.owner
    match topic:
        case Create():
            cause = CauseKind.MERGED if _is_merged(source.create, facts) else CauseKind.MISSING
            yield _of_whole(topic.name, DriftClass.MISSING, cause, facts, owner=owner)
        case Drift(live=live, changes=changes) | Delete(live=live, changes=changes):
            for change in changes:
                yield Finding(
                    kind=DriftClass.CHANGED,
                    topic=topic.name,
                    field=change.field,
                    live=change.before,
                    wanted=change.after,
                    owner=owner,
                    cause=_cause(change, live, source.changes.get(change.field), facts),
                    first_seen_at=facts.now,
                )
        case Unreadable(failure=failure):
            yield _of_whole(
                topic.name, DriftClass.UNREADABLE, CauseKind.UNREADABLE, facts, owner=owner, failure=failure
            )
        case InSync():
            pass
    yield from _moving(topic, facts)


def _moving(topic: TopicPlan, facts: Facts) -> Iterator[Finding]:
    """A replication factor that differs only until replicas are moved: the plan has no change of it."""
    live, wanted = live_of(topic), topic.desired.replication_factor
    if live is None or wanted is None or live.moving is None or live.replication_factor == wanted:
        return
    if live.moving.replication_factor is not None and live.replication_factor_beside(wanted) == wanted:
        yield Finding(
            kind=DriftClass.CHANGED,
            topic=topic.name,
            field="replication_factor",
            live=live.replication_factor,
            wanted=wanted,
            owner=topic.desired.owner,
            cause=CauseKind.REASSIGNMENT,
            first_seen_at=facts.now,
        )


def _cause(change: FieldChange, live: LiveTopic, source: ChangeSource | None, facts: Facts) -> CauseKind:
    if change.field == "replication_factor" and live.moving is not None and live.moving.replication_factor is None:
        return CauseKind.REASSIGNMENT  # until it is known what it becomes
    key = change.config_key
    is_inherited = key is not None and key not in live.overrides
    # A topic without a value of its own may have had the right one from a default that changed: that is seen more often
    # than a value that was merged, refused and forgotten.
    if _is_merged(source, facts) and not (is_inherited and source is ChangeSource.MERGED):
        return CauseKind.MERGED
    if not is_inherited:
        return CauseKind.TOPIC_VALUE
    return CauseKind.OVERRIDE_REMOVED if _had_own(change, live.name, facts) else CauseKind.BROKER_DEFAULT


def _had_own(change: FieldChange, topic: str, facts: Facts) -> bool:
    """Whether the topic had a value of its own in the earlier report, or when an audit before that saw it go."""
    if facts.former is None:
        return False
    before = facts.former.findings.get(FindingKey(DriftClass.CHANGED, topic, change.field))
    was_removed = before is not None and before.cause is CauseKind.OVERRIDE_REMOVED
    return was_removed or change.config_key in facts.former.overrides.get(topic, frozenset())


def _is_merged(source: ChangeSource | None, facts: Facts) -> bool:
    """Whether the manifest changed and nobody applied it; without a former run, only a change of now is sure."""
    is_known = facts.base is not None and facts.base.former is not None
    return source is ChangeSource.BRANCH or (source is ChangeSource.MERGED and is_known)


def _recreated(topic: TopicPlan, facts: Facts) -> Iterator[Finding]:
    live, former = live_of(topic), facts.former_ids.get(topic.name)
    if former is not None and live is not None and live.topic_id not in {None, former.topic_id}:
        yield _of_whole(topic.name, DriftClass.RECREATED, CauseKind.RECREATED, facts, owner=topic.desired.owner)


def _of_whole(
    topic: str,
    kind: DriftClass,
    cause: CauseKind,
    facts: Facts,
    *,
    owner: str | None = None,
    failure: KafkaFailure | None = None,
) -> Finding:
    former = facts.former_ids.get(topic) if kind in {DriftClass.RECREATED, DriftClass.UNREADABLE} else None
    return Finding(
        kind=kind,
        topic=topic,
        cause=cause,
        owner=owner,
        failure=failure,
        former_topic_id=former.topic_id if former is not None else None,
        first_seen_at=facts.now,
    )
