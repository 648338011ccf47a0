"""A manifest and a cluster that change from night to night, and an audit every night, each compared with the last."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from reconciler.manifest.load import load
from reconciler.model import (
    FATAL,
    Base,
    Command,
    DesiredState,
    KafkaFailure,
    LiveState,
    LiveTopic,
    Moving,
    Plan,
    Record,
)
from reconciler.plan import notes, plan, sealed, with_moving
from reconciler.plan.audit import Facts, audit_notes, audited
from reconciler.plan.outlook import outlook
from reconciler.report.base import base_of
from reconciler.report.build import build
from reconciler.report.document import Report
from reconciler.report.formats import FORMATS
from reconciler.report.former_audit import former_audit
from reconciler.report.former_ids import former_ids
from reconciler.report.json import render_file
from reconciler.report.layout import Detail, TextStyle
from reconciler.report.read import report_in
from reconciler.session.choosing import chosen
from tests.support.command import REPORT_SCHEMA

FIRST_DAY = date(2026, 12, 1)
HIDDEN = KafkaFailure(
    code=29, name="TOPIC_AUTHORIZATION_FAILED", error_class=FATAL, message="not authorized", remedy="grant DESCRIBE"
)


class World:
    """A cluster whose topics have ids, overrides, and the defaults of its brokers for everything else."""

    def __init__(self, manifest: Path, defaults: Mapping[str, str]) -> None:
        self.manifest = manifest
        self.defaults = dict(defaults)
        self.topics: dict[str, LiveTopic] = {}
        self.hidden: set[str] = set()
        self.moving: dict[str, Moving] = {}
        self._ids = 0
        self.last: Report | None = None

    def create(self, name: str, *, partitions: int = 3, **overrides: str) -> None:
        """Create a topic, or create it again; keys have ``_`` for ``.``."""
        self._ids += 1
        set_on_it = {key.replace("_", "."): value for key, value in overrides.items()}
        self.topics[name] = LiveTopic(
            name=name, partitions=partitions, replication_factor=3, overrides=set_on_it, topic_id=f"id-{self._ids}"
        )

    def set(self, name: str, key: str, value: str | None) -> None:
        """Set an override, or remove it."""
        topic = self.topics[name]
        overrides = {each: it for each, it in topic.overrides.items() if each != key}
        self.topics[name] = replace(topic, overrides=overrides | ({key: value} if value is not None else {}))

    def move(self, name: str, replicas: int, *, target: int | None) -> None:
        """Let a topic have so many replicas, until it has ``target``; ``None`` where that is not known."""
        self.topics[name] = replace(self.topics[name], replication_factor=replicas)
        self.moving = {name: Moving(replication_factor=target)}

    def live(self) -> LiveState:
        shown = {name: replace(topic, inherited=self.defaults) for name, topic in self.topics.items()}
        live = LiveState(
            cluster_id="4L6g3nShT-eMCtK--X86sw",
            brokers=3,
            topics={name: topic for name, topic in shown.items() if name not in self.hidden},
            unreadable=dict.fromkeys(self.hidden, HIDDEN),
        )
        return with_moving(live, self.moving)

    def night(self, day: int, *, base: Report | None = None, only: Sequence[str] = ()) -> Night:
        """Audit at five in the morning of ``day``, counted from 0, compared with the audit before."""
        now = datetime.combine(FIRST_DAY + timedelta(days=day), time(5), UTC)
        desired = load([self.manifest], None, {}, today=now.date())
        desired = chosen(desired, only) if only else desired
        former = self.last
        made = sealed(plan(desired, self.live()))
        facts = Facts(
            desired=desired,
            now=now,
            former=former_audit(former, "last.json") if former is not None else None,
            former_ids=former_ids(former, "last.json") if former is not None else {},
            base=base_of(base, "base.json") if base is not None else None,
        )
        report = build(_record(made, desired, facts, self.live()))
        written = render_file(report).encode()
        REPORT_SCHEMA.validate(json.loads(written))
        self.last = report_in(written, "last.json")
        return Night(self.last, now)


def _record(made: Plan, desired: DesiredState, facts: Facts, live: LiveState) -> Record:
    found = audited(made, facts)
    base: Base | None = facts.base
    return Record(
        command=Command.DRIFT,
        version="0",
        id="00000000-0000-0000-0000-000000000000",
        started_at=facts.now,
        finished_at=facts.now,
        duration_seconds=0.0,
        bootstrap_servers="kafka:9092",
        environment="prod",
        desired=desired,
        live=live,
        plan=made,
        base=base,
        former_ids=facts.former_ids,
        outcomes=outlook(made),
        audit=found,
        diagnostics=[*desired.diagnostics, *notes(made), *audit_notes(found, facts)],
        tells_changes=True,
    )


class Night:
    """One audit, as its report tells it."""

    def __init__(self, report: Report, now: datetime) -> None:
        self.report, self.now = report, now

    @property
    def code(self) -> int:
        return self.report.run.exit_code

    @property
    def drift(self) -> dict[str, str]:
        """What no waiver accepts: by topic and field or class, its cause and its age in days."""
        return self._entries(waived=False)

    @property
    def waived(self) -> dict[str, str]:
        return self._entries(waived=True)

    @property
    def causes(self) -> list[tuple[str, int, int]]:
        """Kind, number of topics and greatest age of each cause of open drift, in the order of the report."""
        audit: Any = self.report.audit
        return [
            (str(each.kind), len(each.topics), self._age(each.first_seen_at))
            for each in audit.causes
            if each.waiver is None
        ]

    @property
    def healed(self) -> list[str]:
        audit: Any = self.report.audit
        return [f"{each.topic} {each.field or each.class_}" for each in audit.healed]

    @property
    def codes(self) -> list[str]:
        return [each.code for each in self.report.diagnostics]

    def shown(self, form: str) -> str:
        style = TextStyle(width=100, detail=Detail.FITTING)
        return FORMATS[form].renderer().render(self.report, style)

    def _entries(self, *, waived: bool) -> dict[str, str]:
        found = [(topic.name, topic.drift) for topic in self.report.topics]
        found += [(topic.name, topic.drift) for topic in self.report.unmanaged]
        return {
            f"{name} {each.field or each.class_}": f"{each.cause} {self._age(each.first_seen_at)}d"
            for name, drift in found
            for each in drift
            if (each.waiver is not None) == waived
        }

    def _age(self, first_seen_at: datetime) -> int:
        return (self.now - first_seen_at).days
