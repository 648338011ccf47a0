"""A cluster that carries plans out at once, and the reports of the runs that do, for what several runs lead to."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from itertools import count

from reconciler.model import (
    Attempt,
    Command,
    Consent,
    ConsentForTopics,
    Create,
    Delete,
    DesiredState,
    Drift,
    InSync,
    LiveState,
    LiveTopic,
    Measured,
    Operation,
    Outcome,
    Permission,
    Plan,
    Query,
    Record,
    Refusal,
    RiskKind,
    TopicPlan,
    TopicStatus,
    Undo,
    Unreadable,
    Verification,
    Wanted,
)
from reconciler.plan import outlook, passed, passes, plan, sealed
from reconciler.plan.undo import state_before
from reconciler.report.build import build
from reconciler.report.document import Report, Topic
from tests.plan.facts import told
from tests.support.steps import NOON, operations_of

EVERY_CONSENT = [ConsentForTopics(glob="*", consent=Consent(kind=kind, given_by="--allow")) for kind in RiskKind]
EVERYTHING = Permission(exceeding_limits=True, consents=EVERY_CONSENT)
DEFAULTS = {"retention.ms": "604800000", "cleanup.policy": "delete", "min.insync.replicas": "1"}
"""What brokers give a topic that sets nothing."""


@dataclass
class SimulatedCluster:
    """A cluster with ``topics``; a topic that is created gets an id that no other ever had."""

    topics: dict[str, LiveTopic] = field(default_factory=dict)
    measured: Measured = field(default_factory=Measured)
    """What it tells of records and groups."""
    _ids: count[int] = field(default_factory=count)

    def create(self, name: str, partitions: int = 1, **overrides: str | None) -> LiveTopic:
        """Create a topic; ``retention_ms`` is the key ``retention.ms``."""
        config = {key.replace("_", "."): value for key, value in overrides.items()}
        return self._create(name, partitions, 1, config)

    def change(self, name: str, **fields: object) -> None:
        self.topics[name] = replace(self.topics[name], **fields)  # type: ignore[arg-type]  # as a test writes them

    def settings(self) -> Mapping[str, tuple[int, int, Mapping[str, str | None]]]:
        """All that an undo can restore: an override with the value that brokers give counts as none."""
        return {
            name: (
                topic.partitions,
                topic.replication_factor,
                {key: value for key, value in topic.overrides.items() if DEFAULTS.get(key) != value},
            )
            for name, topic in self.topics.items()
        }

    def read(self, query: Query | None = None) -> LiveState:
        names = self.topics.keys() if query is None else query.names
        return LiveState(
            cluster_id="c",
            brokers=1,
            topics={name: self.topics[name] for name in self.topics if name in names},
        )

    def broker_defaults(self, keys: Collection[str]) -> Mapping[str, str]:
        return {key: value for key, value in DEFAULTS.items() if key in keys}

    def measure(self, wanted: Wanted) -> Measured:
        return told(self.measured, wanted)

    def planned(self, desired: DesiredState, permission: Permission = EVERYTHING, undo: Undo | None = None) -> Plan:
        through = passes(desired, permission, cluster=self, reader=self, now=NOON, undo=undo)
        return sealed(passed(plan(desired, self.read()), through))

    def planned_undo(self, undo: Undo, permission: Permission = EVERYTHING) -> Plan:
        return self.planned(state_before(undo), permission, undo)

    def apply(self, desired: DesiredState, permission: Permission = EVERYTHING, undo: Undo | None = None) -> Report:
        """Apply, and the report of it, with the ids of what was created."""
        made = self.planned(desired, permission, undo)
        record = replace(self._planned_record(desired, made, undo), command=Command.APPLY)
        report = build(replace(record, outcomes={topic.name: self._carried_out(topic) for topic in made.topics}))
        return replace(report, topics=[self._with_id(topic) for topic in report.topics])

    def undo(self, undo: Undo, permission: Permission = EVERYTHING) -> Report:
        return self.apply(state_before(undo), permission, undo)

    def shown(self, undo: Undo, permission: Permission = EVERYTHING) -> Report:
        """The report of only planning an undo."""
        desired = state_before(undo)
        return build(self._planned_record(desired, self.planned(desired, permission, undo), undo))

    def _planned_record(self, desired: DesiredState, made: Plan, undo: Undo | None) -> Record:
        return Record(
            command=Command.PLAN,
            version="0",
            id="7d1c",
            started_at=NOON,
            finished_at=NOON,
            duration_seconds=1,
            bootstrap_servers="kafka:9092",
            desired=desired,
            live=self.read(),
            plan=made,
            outcomes=outlook(made),
            undo=undo,
        )

    def _with_id(self, topic: Topic) -> Topic:
        if topic.action != "create" or topic.verification is None:
            return topic
        return replace(topic, verification=replace(topic.verification, topic_id=self.topics[topic.name].topic_id))

    def _carried_out(self, topic: TopicPlan) -> Outcome:
        planned = outlook(Plan(topics=[topic]))[topic.name]
        match topic:
            case InSync() | Unreadable() | Create(refusal=Refusal()):
                return planned
            case Create(desired=spec):
                self._create(topic.name, spec.partitions or 1, spec.replication_factor or 1, dict(spec.config))
            case Delete():
                if topic.has_work:
                    del self.topics[topic.name]
            case Drift():
                self._change(topic)
        statuses = {
            field: TopicStatus.APPLIED if status is TopicStatus.PLANNED else status
            for field, status in planned.changes.items()
        }
        is_done = planned.status is TopicStatus.PLANNED
        return replace(
            planned,
            status=TopicStatus.APPLIED if is_done else planned.status,
            changes=statuses,
            attempts=[_attempt(operation) for operation in operations_of(topic)],
            verification=Verification.VERIFIED,
            verified_at=NOON,
        )

    def _create(self, name: str, partitions: int, replicas: int, config: Mapping[str, str | None]) -> LiveTopic:
        self.topics[name] = _with_defaults(
            LiveTopic(
                name=name,
                partitions=partitions,
                replication_factor=replicas,
                overrides=config,
                topic_id=f"id-{next(self._ids)}",
            )
        )
        return self.topics[name]

    def _change(self, topic: Drift) -> None:
        live = self.topics[topic.name]
        overrides, partitions = dict(live.overrides), live.partitions
        for change in topic.made_changes:
            if change.config_key is None:
                partitions = int(change.after or 0)
            elif change.after is None:
                del overrides[change.config_key]
            else:
                overrides[change.config_key] = str(change.after)
        self.topics[topic.name] = _with_defaults(replace(live, partitions=partitions, overrides=overrides))


def _with_defaults(topic: LiveTopic) -> LiveTopic:
    return replace(topic, inherited={key: each for key, each in DEFAULTS.items() if key not in topic.overrides})


def _attempt(operation: Operation) -> Attempt:
    return Attempt(operation=operation, number=1, started_at=NOON, duration_seconds=0)
