"""Pruning: topics in the manifest's scope that it does not list are to be deleted."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import replace

from reconciler.errors import Diagnostic, Severity
from reconciler.model import Delete, DesiredState, LiveTopic, Plan, TopicSpec
from reconciler.plan.diff import differences
from reconciler.plan.loss import counted
from reconciler.plan.rules import Change, judged
from reconciler.printable import quoted


def with_pruning(plan: Plan, *, desired: DesiredState) -> Plan:
    """``plan`` with the delete of every unmanaged topic.

    One whose name differs only in ``.`` and ``_`` from that of a topic in the manifest stays unmanaged: it may be the
    same topic, misspelt.
    """
    names = _alike(desired)
    kept = [topic for topic in plan.unmanaged if _merged(topic.name) in names]
    pruned = [_delete(topic, desired) for topic in plan.unmanaged if _merged(topic.name) not in names]
    topics = sorted((*plan.topics, *pruned), key=lambda topic: topic.name)
    return replace(plan, topics=tuple(topics), unmanaged=tuple(kept))


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


def _delete(topic: LiveTopic, desired: DesiredState) -> Delete:
    origin = desired.scope.origin
    if origin is None:
        raise AssertionError("a scope that has topics has a place")
    spec = TopicSpec(name=topic.name, origin=origin, is_absent=True)
    changes = tuple(
        judged(Change(difference=each, desired=spec, live=topic)) for each in differences(spec, topic, desired.policy)
    )
    return Delete(desired=spec, live=topic, changes=changes, is_unmanaged=True)


def _alike(desired: DesiredState) -> Collection[str]:
    return {_merged(name) for name in (*(spec.name for spec in desired.topics), *desired.left_out)}


def _merged(name: str) -> str:
    """The same for all names that Kafka's metrics cannot tell apart (``Topic.unifyCollisionChars``)."""
    return name.replace(".", "_")
