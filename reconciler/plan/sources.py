"""Where the changes of a plan come from: this branch, a merge before it, or the cluster.

A change is this branch's unless the base would make the same one of the same live topic. Of a change that both would
make, nothing is stored, so what is there has to tell: how a former run left the topic, or else whether the topic has
a value of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import partial

from reconciler.configs import same_value
from reconciler.model import (
    STATE,
    Base,
    ChangeSource,
    Create,
    Delete,
    Difference,
    Drift,
    FormerRun,
    InSync,
    LiveTopic,
    Plan,
    Policy,
    TopicPlan,
    TopicSpec,
    Unreadable,
    live_of,
)
from reconciler.plan.diff import differences
from reconciler.plan.prune import prunable


@dataclass(frozen=True, slots=True, kw_only=True)
class TopicSources:
    """Where the create or the changes of a topic come from, and what the base would do instead.

    ``changes`` and ``instead`` are by field; ``instead`` has the fields that the base would change to another value.
    """

    create: ChangeSource | None = None
    base_create: TopicSpec | None = None
    """The topic as the base would create it, where that has other settings."""
    changes: Mapping[str, ChangeSource] = field(default_factory=dict)
    instead: Mapping[str, Difference] = field(default_factory=dict)


Tell = Callable[[TopicPlan, Difference | None], ChangeSource]
"""Tells ``MERGED`` from ``CLUSTER`` of what the base would do, too, with a topic, or with a field of it."""


def sources(plan: Plan, base: Base) -> Mapping[str, TopicSources]:
    """The sources of each topic in ``plan``, by name; every change and every create has exactly one."""
    tell: Tell = _inferred if base.former is None else partial(_since, base.former)
    specs = {spec.name: spec for spec in base.desired.all_topics}
    extra = [topic.name for topic in plan.topics if isinstance(topic, Delete) and topic.is_unmanaged]
    pruned = base.run.unmanaged if base.run is not None else prunable(base.desired, extra)
    found: dict[str, TopicSources] = {}
    for topic in plan.topics:
        spec = specs.get(topic.name)
        match topic:
            case Create():
                found[topic.name] = _of_create(topic, spec, tell)
            case Drift():
                found[topic.name] = _of_drift(topic, spec, tell, _policy(base, topic.name, plan.policy))
            case Delete():
                found[topic.name] = _of_delete(topic, spec, tell, is_pruned=topic.is_unmanaged and topic.name in pruned)
            case InSync() | Unreadable():
                found[topic.name] = TopicSources()
    return found


def _of_create(topic: Create, spec: TopicSpec | None, tell: Tell) -> TopicSources:
    if spec is None or spec.is_absent:
        return TopicSources(create=ChangeSource.BRANCH)
    if not _same_settings(spec, topic.desired):
        return TopicSources(create=ChangeSource.BRANCH, base_create=spec)
    return TopicSources(create=tell(topic, None))


def _of_delete(topic: Delete, spec: TopicSpec | None, tell: Tell, *, is_pruned: bool) -> TopicSources:
    """``is_pruned``: pruning by the base would delete the topic."""
    is_theirs = is_pruned if spec is None else spec.is_absent
    as_theirs = replace(topic, is_unmanaged=spec is None)
    return TopicSources(changes={STATE: tell(as_theirs, topic.changes[0]) if is_theirs else ChangeSource.BRANCH})


def _same_settings(one: TopicSpec, other: TopicSpec) -> bool:
    counts = [(each.partitions, each.replication_factor) for each in (one, other)]
    return (
        counts[0] == counts[1]
        and one.config.keys() == other.config.keys()
        and all(same_value(key, value, other.config[key]) for key, value in one.config.items())
    )


def _of_drift(topic: Drift, spec: TopicSpec | None, tell: Tell, policy: Policy) -> TopicSources:
    """``policy`` is that of the base. What deletes the topic changes none of its fields."""
    if spec is None:
        return TopicSources(changes={change.field: ChangeSource.BRANCH for change in topic.changes})
    theirs = {each.field: each for each in differences(spec, topic.live, policy)}
    shared = {each.field for each in topic.changes if each.field in theirs and _same(each, theirs[each.field])}
    return TopicSources(
        changes={
            each.field: tell(topic, each) if each.field in shared else ChangeSource.BRANCH for each in topic.changes
        },
        instead={each.field: theirs[each.field] for each in topic.changes if each.field in theirs.keys() - shared},
    )


def _policy(base: Base, topic: str, policy: Policy) -> Policy:
    """The policy of ``base``; a run tells of its own only which overrides it left alone, and else has ``policy``."""
    if base.run is None:
        return replace(base.desired.policy, service=base.desired.cluster)
    kept = base.run.topics[topic].kept if topic in base.run.topics else ()
    return replace(policy, ignore_config=(*policy.ignore_config, *kept))


def _same(one: Difference, other: Difference) -> bool:
    """Whether two changes of a field lead to the same value."""
    if one.config_key is None or one.after is None or other.after is None:
        return one.after == other.after
    return same_value(one.config_key, str(one.after), str(other.after))


def _inferred(topic: TopicPlan, change: Difference | None) -> ChangeSource:
    """``CLUSTER`` where the topic has something of its own that nobody wants, ``MERGED`` where it lacks something."""
    match topic, change:
        case Delete(is_unmanaged=has_own), _:
            pass
        case Drift(), Difference(field="partitions", before=int(before), after=int(after)):
            has_own = before > after  # a topic can only get more
        case Drift(), Difference(field="replication_factor"):
            has_own = True
        case Drift(live=live), Difference(config_key=key):
            has_own = key in live.overrides
        case _:
            has_own = False
    return ChangeSource.CLUSTER if has_own else ChangeSource.MERGED


def _since(run: FormerRun, topic: TopicPlan, change: Difference | None) -> ChangeSource:
    """``CLUSTER`` where something is not as ``run`` left it, ``MERGED`` where it is, or the run does not tell."""
    former, now = run.topics.get(topic.name), live_of(topic)
    if former is None:
        is_new = isinstance(topic, Delete) and topic.is_unmanaged
    elif change is not None and change.field in former.unknown:
        is_new = False
    elif former.live is None or now is None:
        is_new = former.live is not now
    else:
        is_new = _is_another(former.live, now) or (change is not None and not _is_unchanged(change, former.live, now))
    return ChangeSource.CLUSTER if is_new else ChangeSource.MERGED


def _is_unchanged(change: Difference, before: LiveTopic, now: LiveTopic) -> bool:
    """Whether what is set on the topic itself for a field is as it was."""
    key = change.config_key
    if key is None:
        return change.field == STATE or bool(getattr(before, change.field) == getattr(now, change.field))
    is_set = key in before.overrides
    return is_set == (key in now.overrides) and same_value(key, before.overrides.get(key), now.overrides.get(key))


def _is_another(before: LiveTopic, now: LiveTopic) -> bool:
    """Whether the topic was deleted and created again."""
    return None not in {before.topic_id, now.topic_id} and before.topic_id != now.topic_id
