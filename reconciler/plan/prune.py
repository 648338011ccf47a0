"""Pruning: topics in the manifest's scope that it does not list are to be deleted."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import replace

from reconciler.errors import Diagnostic, Severity
from reconciler.model import Delete, DesiredState, LiveTopic, Plan, TopicSpec
from reconciler.plan.diff import differences
from reconciler.plan.loss import counted
from reconciler.plan.planner import unmanaged_by
from reconciler.plan.rules import Change, judged
from reconciler.printable import quoted


def with_pruning(plan: Plan, *, desired: DesiredState, named: Collection[str] | None = None) -> Plan:
    """``plan`` with the delete of every unmanaged topic, or of those that are ``named``.

    One whose name differs only in ``.`` and ``_`` from that of a topic in the manifest stays unmanaged: it may be the
    same topic, misspelt.
    """
    names = _alike(desired)
    pruned = {
        topic.name: _delete(topic, desired)
        for topic in plan.unmanaged
        if _merged(topic.name) not in names and (named is None or topic.name in named)
    }
    topics = sorted((*plan.topics, *pruned.values()), key=lambda topic: topic.name)
    return replace(
        plan, topics=tuple(topics), unmanaged=tuple(topic for topic in plan.unmanaged if topic.name not in pruned)
    )


def pruned_spec(name: str, desired: DesiredState) -> TopicSpec:
    """An unmanaged topic as the manifest wants it: absent, because of its scope."""
    if desired.scope.origin is None:
        raise AssertionError("a scope that has topics has a place")
    return TopicSpec(name=name, origin=desired.scope.origin, is_absent=True)


def not_pruned(plan: Plan) -> Iterator[Diagnostic]:
    """Warnings about unmanaged topics that are never pruned: they cannot be read, or are probably misspelt."""
    yield from _not_read(plan)
    yield from _misspelt(plan)


def _not_read(plan: Plan) -> Iterator[Diagnostic]:
    if plan.unlisted:
        (name, failure), *more = plan.unlisted.items()
        others = f" and {counted(len(more), 'more topic')}" if more else ""
        yield Diagnostic(
            severity=Severity.WARNING,
            code="unmanaged-not-read",
            message=f"{quoted(name)}{others} in the scope of the manifest cannot be read, "
            f"so the list of unmanaged topics is not complete: {failure.name}: {failure.message}",
            hint=failure.remedy,
        )


def _misspelt(plan: Plan) -> Iterator[Diagnostic]:
    listed = {_merged(topic.name): topic for topic in plan.topics}
    for unmanaged in plan.unmanaged:
        alike = listed.get(_merged(unmanaged.name))
        if alike is not None:
            yield Diagnostic(
                severity=Severity.WARNING,
                code="name-collision",
                message=f"{quoted(unmanaged.name)} is not in the manifest and differs only in . and _ "
                f"from {quoted(alike.name)}, which is; --prune does not delete it",
                hint=f"correct the name in the manifest; to delete {unmanaged.name}, list it with state: absent",
                topic=alike.name,
                origin=alike.desired.origin,
            )


def prunable(desired: DesiredState, topics: Iterable[str]) -> frozenset[str]:
    """Those of the names ``topics`` that pruning by ``desired`` would delete, if they are on the cluster."""
    alike = _alike(desired)
    return frozenset(name for name in unmanaged_by(desired, topics) if _merged(name) not in alike)


def _delete(topic: LiveTopic, desired: DesiredState) -> Delete:
    spec = pruned_spec(topic.name, desired)
    changes = tuple(
        judged(Change(difference=each, desired=spec, live=topic)) for each in differences(spec, topic, desired.policy)
    )
    return Delete(desired=spec, live=topic, changes=changes, is_unmanaged=True)


def _alike(desired: DesiredState) -> Collection[str]:
    return {_merged(spec.name) for spec in desired.all_topics}


def _merged(name: str) -> str:
    """The same for all names that Kafka's metrics cannot tell apart (``Topic.unifyCollisionChars``)."""
    return name.replace(".", "_")
