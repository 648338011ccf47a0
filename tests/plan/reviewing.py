"""A plan saved and read back, and today's plan beside it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from reconciler.model import (
    Command,
    DesiredState,
    LiveState,
    LiveTopic,
    Measured,
    Outcome,
    Permission,
    Plan,
    Query,
    Record,
    ReviewedPlan,
    Wanted,
)
from reconciler.plan import outlook, passed, passes, plan, sealed
from reconciler.plan.review import reviewed_passes
from reconciler.report.build import build
from reconciler.report.json import render_file
from reconciler.report.read import report_file_in
from reconciler.report.reviewed import reviewed_plan
from tests.plan.facts import told

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)


@dataclass(frozen=True)
class Cluster:
    """Live topics, and what can be measured of them."""

    topics: Mapping[str, LiveTopic] = field(default_factory=dict)
    measured: Measured = field(default_factory=lambda: Measured(groups=[]))
    id: str = "c"

    @classmethod
    def of(cls, *topics: LiveTopic) -> Cluster:
        return cls({topic.name: topic for topic in topics})

    @property
    def live(self) -> LiveState:
        return LiveState(cluster_id=self.id, brokers=3, topics=self.topics)

    def read(self, query: Query) -> LiveState:
        return replace(self.live, topics={name: each for name, each in self.topics.items() if name in query.names})

    def broker_defaults(self, keys: Collection[str]) -> Mapping[str, str]:
        return dict.fromkeys({"min.insync.replicas"}.intersection(keys), "1")

    def measure(self, wanted: Wanted) -> Measured:
        return told(self.measured, wanted)


def saved(desired: DesiredState, cluster: Cluster, permission: Permission | None = None) -> ReviewedPlan:
    """The plan of ``desired``, written and read back."""
    through = passes(desired, permission or Permission(), cluster=cluster, reader=cluster, now=NOON)
    return as_saved(passed(plan(desired, cluster.live), through), desired, cluster)


def as_saved(made: Plan, desired: DesiredState, cluster: Cluster) -> ReviewedPlan:
    record = Record(
        command=Command.PLAN,
        version="0",
        id="0",
        started_at=NOON,
        finished_at=NOON,
        duration_seconds=1.0,
        bootstrap_servers="kafka:9092",
        environment=desired.environment,
        desired=desired,
        live=cluster.live,
        plan=sealed(made),
        outcomes=outlook(made),
    )
    return reviewed_plan(report_file_in(render_file(build(record)).encode(), "plan.json"))


def carried_out(
    reviewed: ReviewedPlan, desired: DesiredState, cluster: Cluster, permission: Permission | None = None
) -> Plan:
    """Today's plan, limited to what was reviewed."""
    through = reviewed_passes(reviewed, desired, permission or Permission(), cluster=cluster, reader=cluster, now=NOON)
    made = passed(plan(desired, cluster.live), through)
    assert passed(made, through) == made, "a plan may go through it again"
    return made


def outcome(made: Plan, name: str = "orders") -> Outcome:
    return outlook(made)[name]
