"""Deletes of unmanaged topics that a reviewed plan shows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

from reconciler.model import DesiredState, InSync, Plan, ReviewedPlan, TopicPlan, Unreadable
from reconciler.plan.passes import Pass
from reconciler.plan.prune import pruned_spec, with_pruning


def reviewed_pruning(desired: DesiredState, reviewed: ReviewedPlan) -> tuple[Pass, Pass]:
    """What adds the deletes of those unmanaged topics that ``reviewed`` deletes, and what adds those that are gone.

    The second one goes last: a topic may vanish while ids are read.
    """
    names = [name for name, topic in reviewed.topics.items() if topic.is_unmanaged]
    return partial(with_pruning, desired=desired, named=names), partial(_with_others, desired=desired, names=names)


def _with_others(plan: Plan, *, desired: DesiredState, names: Sequence[str]) -> Plan:
    there = {topic.name for topic in plan.topics} | {topic.name for topic in plan.unmanaged}
    others = [_other(name, desired, plan) for name in names if name not in there]
    return replace(plan, topics=tuple(sorted((*plan.topics, *others), key=lambda topic: topic.name)))


def _other(name: str, desired: DesiredState, plan: Plan) -> TopicPlan:
    """The topic ``name`` that is not among the topics that could be read."""
    failure = plan.unlisted.get(name)
    spec = pruned_spec(name, desired)
    return InSync(desired=spec, live=None) if failure is None else Unreadable(desired=spec, failure=failure)
