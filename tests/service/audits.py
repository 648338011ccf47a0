"""Audits of any plan, for tests of what is told about them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime

from reconciler.errors import ClusterUnavailable, Location
from reconciler.model import (
    Command,
    DesiredState,
    LiveState,
    LiveTopic,
    Outcome,
    Plan,
    Record,
    TopicPlan,
    TopicSpec,
    Unreadable,
)
from reconciler.plan import outlook
from reconciler.report.build import build
from reconciler.service.serve import Audit

PLACE = Location("topics.yaml", 3, 3)
BEGAN, ENDED = datetime(2026, 1, 1, 11, 59, 59, tzinfo=UTC), datetime(2026, 1, 1, 12, tzinfo=UTC)


def spec(name: str, owner: str | None = None) -> TopicSpec:
    return TopicSpec(name=name, origin=PLACE, owner=owner)


def live(name: str) -> LiveTopic:
    return LiveTopic(name=name, partitions=1, replication_factor=1)


def record_of(
    topics: Iterable[TopicPlan],
    *,
    outcomes: Mapping[str, Outcome] | None = None,
    unmanaged: Iterable[LiveTopic] = (),
) -> Record:
    plan = Plan(topics=sorted(topics, key=lambda each: each.name), unmanaged=list(unmanaged))
    return Record(
        command=Command.PLAN if outcomes is None else Command.APPLY,
        version="0",
        id="0",
        started_at=BEGAN,
        finished_at=ENDED,
        duration_seconds=1,
        bootstrap_servers="kafka:9092",
        desired=DesiredState(topics=[each.desired for each in plan.topics]),
        live=LiveState(
            cluster_id="c",
            brokers=1,
            topics={},
            unreadable={each.name: each.failure for each in plan.topics if isinstance(each, Unreadable)},
        ),
        plan=plan,
        outcomes={**outlook(plan), **(outcomes or {})},
        requests={"metadata": 2},
        request_seconds={"metadata": [0.02]},
        durations={"manifest": 0.1, "read": 0.2, "measure": 0.3, "check": 0.4},
    )


def audit_of(record: Record) -> Audit:
    return Audit(record=record, report=build(record), is_complete=True)


def failed_audit(words: str = "cannot connect to kafka:9092") -> Audit:
    error = ClusterUnavailable.because("cluster-unavailable", words, hint="check the network")
    record = replace(record_of([]), plan=None, outcomes={}, live=None, ended_by=error, diagnostics=error.diagnostics)
    return Audit(record=record, report=build(record), is_complete=False)
