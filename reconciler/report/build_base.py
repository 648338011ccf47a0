"""The report document of a plan with where its changes come from, compared with a base."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

from reconciler.model import Base, ChangeSource, Plan, TopicSpec
from reconciler.plan.sources import TopicSources, sources
from reconciler.report import document


def compared(report: document.Report, plan: Plan, base: Base) -> document.Report:
    """``report`` of ``plan`` with the base, and the source of each create and change."""
    found = sources(plan, base)
    kinds = Counter(kind for each in found.values() for kind in {each.create, *each.changes.values()})
    return replace(
        report,
        plan=report.plan and replace(report.plan, base=_identity(base)),
        summary=replace(
            report.summary,
            from_branch=kinds[ChangeSource.BRANCH],
            merged_before=kinds[ChangeSource.MERGED],
            changed_on_cluster=kinds[ChangeSource.CLUSTER],
        ),
        topics=[_topic(topic, found[topic.name]) for topic in report.topics],
    )


def _identity(base: Base) -> document.BaseIdentity:
    return document.BaseIdentity(
        path=base.path,
        digest=base.digest,
        run_id=base.run.id if base.run is not None else None,
        since=base.former.path if base.former is not None else None,
    )


def _topic(topic: document.Topic, found: TopicSources) -> document.Topic:
    return replace(
        topic,
        changes=[_change(change, found) for change in topic.changes],
        source=found.create,
        base=_settings(found.base_create) if found.base_create is not None else None,
    )


def _change(change: document.Change, found: TopicSources) -> document.Change:
    instead = found.instead.get(change.field)
    return replace(
        change,
        source=found.changes[change.field],
        base=document.BaseChange(after=instead.after) if instead is not None else None,
    )


def _settings(spec: TopicSpec) -> document.Settings:
    return document.Settings(
        partitions=spec.partitions, replication_factor=spec.replication_factor, config=dict(spec.config)
    )
