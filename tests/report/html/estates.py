"""Reports for tests of the page: frozen ones, and one of many topics."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from reconciler.model import CauseKind, Command, DriftClass
from reconciler.report.document import (
    Audit,
    AuditBaseline,
    Cause,
    DriftEntry,
    FormerDrift,
    NotRestored,
    OwnerCount,
    OwnerDrift,
    Place,
    Report,
    Topic,
    Undo,
    Waiver,
)
from reconciler.report.read import report_in
from tests.support.command import PROJECT

CASES = PROJECT / "tests/cases"


def read(path: str) -> Report:
    return report_in((CASES / path).read_bytes(), Path(path).name)


APPLY = read("report/1.0.json")
BASE = read("plan/base/plan.json")
IN_SYNC = read("plan/nothing-to-do/plan.json")
MOVES = read("report/moves.json")
POLICY = read("plan/policy-violations/plan.json")
RECREATED = read("plan/recreated/plan.json")
RISKY = read("plan/risky-and-routine/plan.json")
UNDO = replace(
    RISKY,
    undo=Undo(
        report="run.json",
        run_id="00000000-0000-0000-0000-000000000001",
        patch={"topics": {"orders": {"config": {"retention.ms": "604800000"}}, "wide": None}},
        not_in_patch=[NotRestored(topic="short", field="config.min.insync.replicas", why="a variable sets it")],
        not_restored=[NotRestored(topic="old.events", field="records", why="at most 12,000 records were deleted")],
    ),
)

_PLACE = Place(file="w.yaml", line=3, column=5)
_WAIVER = Waiver(
    topic="shop.9*",
    field=None,
    reason="incident 42",
    owner="sre",
    expires=None,
    origin=_PLACE,
)


def audit(number: int) -> Report:
    """An audit with so many topics that miss what they should have, the tenth part of them waived."""
    start = RISKY.run.started_at
    (orders,) = [each for each in RISKY.topics if each.name == "orders"]
    topics: list[Topic] = []
    for place in range(number):
        waiver = _WAIVER if place % 10 == 9 else None
        entry = DriftEntry(
            class_=DriftClass.CHANGED,
            field="config.retention.ms",
            first_seen_at=start - timedelta(days=place % 7),
            cause=CauseKind.TOPIC_VALUE,
            waiver=waiver,
            former_topic_id=None,
        )
        owner = f"team-{place % 3}" if place % 4 else None
        topics.append(replace(orders, name=f"shop.{place % 10}.{place:05}", owner=owner, drift=[entry]))
    waived = [topic for topic in topics if topic.drift[0].waiver is not None]
    drifted = [topic for topic in topics if topic.drift[0].waiver is None]
    found = Audit(
        baseline=AuditBaseline(path="last.json", run_id="0", made_at=start - timedelta(days=7)),
        causes=[_cause(drifted), _cause(waived, _WAIVER)],
        owners=[_owner(name, drifted, waived) for name in (None, "team-0", "team-1", "team-2")],
        healed=[FormerDrift(class_=DriftClass.MISSING, topic="shop.back", field=None, first_seen_at=start)],
        unconfirmed=[FormerDrift(class_=DriftClass.CHANGED, topic="x", field="partitions", first_seen_at=start)],
    )
    summary = replace(RISKY.summary, drifted=len(drifted), waived=len(waived), healed=1)
    return replace(
        RISKY, command=Command.DRIFT, topics=[*topics, *IN_SYNC.topics], unmanaged=[], audit=found, summary=summary
    )


def _cause(topics: Sequence[Topic], waiver: Waiver | None = None) -> Cause:
    owners = Counter(topic.owner for topic in topics)
    return Cause(
        class_=DriftClass.CHANGED,
        kind=CauseKind.TOPIC_VALUE,
        field="config.retention.ms",
        live="604800000",
        wanted=["86400000"],
        error=None,
        waiver=waiver,
        first_seen_at=min(topic.drift[0].first_seen_at for topic in topics),
        topics=[topic.name for topic in topics],
        owners=[OwnerCount(owner=owner, topics=number) for owner, number in owners.most_common()],
    )


def _owner(owner: str | None, drifted: Sequence[Topic], waived: Sequence[Topic]) -> OwnerDrift:
    one, other = ([topic for topic in topics if topic.owner == owner] for topics in (drifted, waived))
    return OwnerDrift(
        owner=owner,
        drifted=len(one),
        waived=len(other),
        missing=0,
        changed=len(one) + len(other),
        unmanaged=0,
        recreated=0,
        unreadable=0,
    )


def many(report: Report, number: int) -> Report:
    """``report`` with so many topics, of which no two are alike, and of ten owners."""
    topics = [
        replace(
            topic,
            name=f"shop.{topic.name}.{place:05}",
            owner=f"team-{place % 10}",
            changes=[replace(change, after=f"{change.after}{place}") for change in topic.changes],
        )
        for place in range(number)
        for topic in [report.topics[place % len(report.topics)]]
    ]
    return replace(report, topics=topics)


def alike(report: Report, name: str, number: int) -> Report:
    """``report`` with nothing but so many topics like the one called ``name``, of two owners."""
    (topic,) = [each for each in report.topics if each.name == name]
    topics = [replace(topic, name=f"shop.{place:04}", owner=f"team-{place % 2}") for place in range(number)]
    return replace(report, topics=topics)
