"""Runs that are to be undone, and what an undo of them refuses."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from hypothesis import strategies as st

from reconciler.errors import Location
from reconciler.model import (
    DesiredState,
    Plan,
    RefusalKind,
    Refused,
    TopicSpec,
    Undo,
    changes_of,
    refusal_of,
)
from reconciler.report.document import Report
from reconciler.report.undo import touched_topics
from tests.plan.facts import desired_states

MANIFEST = Location("topics.yaml", 3, 3)


def wanted(*specs: TopicSpec) -> DesiredState:
    return DesiredState(topics=sorted(specs, key=lambda each: each.name))


def spec(name: str, partitions: int | None = None, **config: str) -> TopicSpec:
    keys = {key.replace("_", "."): value for key, value in config.items()}
    return TopicSpec(name=name, origin=MANIFEST, partitions=partitions, config=keys)


def absent(name: str) -> TopicSpec:
    return TopicSpec(name=name, origin=MANIFEST, is_absent=True)


def undo_of(report: Report, manifest: DesiredState) -> Undo:
    touched = touched_topics(report, lambda _name: Location("run.json", 7, 1))
    return Undo(report="run.json", run_id=report.run.id, topics=touched, manifest=manifest)


def refusals(plan: Plan) -> Mapping[str, tuple[RefusalKind, str]]:
    """What is refused, by topic and field."""
    found = {}
    for topic in plan.topics:
        whole = refusal_of(topic)
        if whole is not None:
            found[topic.name] = (whole.kind, whole.reason)
        for change in changes_of(topic):
            if isinstance(change.decision, Refused):
                found[f"{topic.name}.{change.field}"] = (change.decision.refusal.kind, change.decision.refusal.reason)
    return found


@st.composite
def with_absent(draw: st.DrawFn) -> DesiredState:
    desired = draw(desired_states())
    return replace(desired, topics=[replace(each, is_absent=draw(st.booleans())) for each in desired.topics])
