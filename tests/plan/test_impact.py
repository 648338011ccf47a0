"""What is measured of risky changes, and which of them turn out to be safe."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import pytest

from reconciler.model import (
    Difference,
    Drift,
    Impact,
    LiveGroup,
    LivePartition,
    Measure,
    Measured,
    PartitionOffsets,
    RiskKind,
    Risky,
    Safe,
    Unmeasured,
    Wanted,
)
from reconciler.plan.impact import with_impact
from reconciler.plan.impact.assess import assessed
from reconciler.plan.impact.open_risk import OpenRisk
from reconciler.plan.impact.wanted import wanted
from tests.plan.facts import told
from tests.plan.risks import change, create, delete, drift, measured_risk, plan_of, risk

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
NOW = int(NOON.timestamp() * 1000)
SIX_MINUTES = 360_000
TIERED = {"remote.storage.enable": "true"}
OLD, LARGE, ALL = Measure.OLD_RECORDS, Measure.LARGE_PARTITIONS, Measure.ALL_RECORDS


@dataclass
class Cluster:
    """Tells what it is asked for, and counts how often it is asked."""

    measured: Measured = field(default_factory=Measured)
    defaults: Mapping[str, str] = field(default_factory=dict)
    calls: list[Any] = field(default_factory=list)

    def broker_defaults(self, keys: Collection[str]) -> Mapping[str, str]:
        self.calls.append(keys)
        return {key: value for key, value in self.defaults.items() if key in keys}

    def measure(self, wanted: Wanted) -> Measured:
        self.calls.append(wanted)
        return told(self.measured, wanted)


def opened(
    *measures: Measure, topic: Drift | None = None, defaults: Mapping[str, str] | None = None, **more: Any
) -> OpenRisk:
    found = risk(more.pop("kind", RiskKind.DATA_LOSS), *measures, decisive=frozenset(more.pop("decisive", ())))
    changed = change(found, **more)
    topic = topic or drift(changed)
    return OpenRisk(topic=topic, change=changed, risk=found, defaults=defaults or {}, now=NOON)


def outcome(found: OpenRisk, measured: Measured) -> Risky | Safe:
    decision = assessed(found, told(measured, wanted([found])))
    assert isinstance(decision, Risky | Safe)
    return decision


def impact(found: OpenRisk, measured: Measured) -> Impact:
    decided = outcome(found, measured).risk
    assert decided is not None
    assert decided.impact is not None
    return decided.impact


def of_orders(**facts: Any) -> Measured:
    everything = {"offsets": {0: PartitionOffsets(10, 100, 40)}, "sizes": {0: 5000}, **facts}
    groups = everything.pop("groups", ())
    unknown = everything.pop("unknown", {})
    by_topic: dict[str, Any] = {key: {"orders": value} for key, value in everything.items()}
    return Measured(groups=groups, unknown=unknown, **by_topic)


def reader(name: str = "billing", committed: Mapping[int, int] | None = None, **more: Any) -> LiveGroup:
    facts = {"type": "classic", "state": "stable", **more}
    return LiveGroup(name=name, committed={"orders": committed} if committed else {}, **facts)


def test_without_risks_nothing_is_asked() -> None:
    cluster = Cluster()
    settled = drift(change(measured_risk()))
    plan = plan_of(create("a"), drift(change()), settled)
    assert with_impact(plan, cluster=cluster, now=NOON) == plan
    assert cluster.calls == []


def test_any_number_of_risks_is_one_question_and_is_asked_once() -> None:
    cluster = Cluster(Measured(offsets={"a": {0: PartitionOffsets(0, 5)}}))
    unmeasured = plan_of(delete("a", risk(RiskKind.DELETE)), delete("b", risk(RiskKind.DELETE)))
    made = with_impact(unmeasured, cluster=cluster, now=NOON)
    _keys, asked = cluster.calls
    assert set(asked.records) == set(asked.newest) == {"a", "b"}
    assert with_impact(made, cluster=cluster, now=NOON) == made
    assert len(cluster.calls) == 2


def test_a_change_is_judged_again_with_the_defaults_of_the_brokers() -> None:
    cluster = Cluster(defaults={"retention.ms": "604800000"})
    reset = change(risk(), field="config.unknown.key", after=None)
    (topic,) = with_impact(plan_of(drift(reset)), cluster=cluster, now=NOON).topics
    assert isinstance(topic, Drift)
    assert isinstance(topic.changes[0].decision, Safe)
    assert "cleanup.policy" in cluster.calls[0]


def test_the_cut_is_the_new_retention_before_the_moment_of_effect() -> None:
    assert wanted([opened(OLD, after="1000")]).cuts == {"orders": NOW - 1000 + SIX_MINUTES}


def test_the_check_interval_of_the_brokers_counts() -> None:
    found = opened(OLD, after="1000", defaults={"log.retention.check.interval.ms": "1000"})
    assert found.cut == NOW - 1000 + 61_000
    assert impact(found, of_orders()).takes_effect == "within 2 minutes"


def test_a_reset_leads_to_the_retention_of_the_brokers() -> None:
    assert opened(OLD, after=None, defaults={"retention.ms": "1000"}).cut == NOW - 1000 + SIX_MINUTES


def test_where_brokers_differ_nobody_knows_what_a_reset_leads_to() -> None:
    reset = change(risk(RiskKind.DATA_LOSS, OLD), after=None)
    topic = drift(reset, disputed={"retention.ms": {1: "1000", 2: "5000"}})
    assert opened(OLD, topic=topic, after=None, defaults={"retention.ms": "1000"}).cut is None


def test_the_retention_that_holds_after_a_change_of_the_policy() -> None:
    policy = change(
        risk(RiskKind.DATA_LOSS, OLD),
        field="config.cleanup.policy",
        before="compact",
        after="delete",
    )
    longer = change(before="1000", after="5000")
    topic = drift(policy, longer)
    assert opened(OLD, topic=topic, field="config.cleanup.policy").cut == NOW - 5000 + SIX_MINUTES


def test_records_before_the_cut_are_removed_at_most() -> None:
    found = impact(opened(OLD), of_orders())
    assert (found.records, found.bytes, found.takes_effect) == (30, 5000, "within 6 minutes")
    assert found.unknown == ()


@pytest.mark.parametrize(("cut", "records"), [(10, 0), (5, 0), (100, 90), (120, 90)])
def test_a_cut_outside_the_partition_is_its_nearest_end(cut: int, records: int) -> None:
    assert impact(opened(OLD), of_orders(offsets={0: PartitionOffsets(10, 100, cut)})).records == records


def test_where_no_record_is_old_enough_the_change_is_safe() -> None:
    decision = outcome(opened(OLD, decisive=[OLD]), of_orders(offsets={0: PartitionOffsets(10, 100, 10)}))
    assert isinstance(decision, Safe)
    assert decision.note == "nothing is removed: no record is old enough"
    assert decision.risk is not None
    assert decision.risk.impact is not None


def test_where_offsets_are_not_known_the_change_stays_risky_and_says_why() -> None:
    unknown = {"orders": [Unmeasured(what="records", why="partition 0 has no leader")]}
    decision = outcome(opened(OLD, decisive=[OLD]), Measured(unknown=unknown, sizes={"orders": {0: 1}}))
    assert isinstance(decision, Risky)
    assert decision.risk.impact is not None
    assert decision.risk.impact.records is None
    assert [each.what for each in decision.risk.impact.unknown] == ["records", "bytes"]
    assert decision.risk.impact.unknown[0].why == "partition 0 has no leader"


def test_a_retention_that_is_not_known_counts_all_records() -> None:
    found = opened(OLD, after=None, decisive=[OLD])
    assert wanted([found]).cuts == {}
    assert impact(found, of_orders()).records == 90


def test_unlimited_retention_removes_nothing() -> None:
    topic = drift(
        change(risk(RiskKind.DATA_LOSS, OLD), field="config.cleanup.policy", after="delete"), change(after="-1")
    )
    assert isinstance(outcome(opened(OLD, topic=topic, decisive=[OLD]), of_orders()), Safe)


def _size_limit(limit: str | None, **more: Any) -> OpenRisk:
    return opened(LARGE, field="config.retention.bytes", after=limit, decisive=[LARGE], **more)


def test_a_lower_size_limit_counts_all_records_of_larger_partitions() -> None:
    offsets = {0: PartitionOffsets(10, 100), 1: PartitionOffsets(0, 7)}
    found = impact(_size_limit("4000"), of_orders(offsets=offsets, sizes={0: 5000, 1: 4000}))
    assert (found.records, found.bytes) == (90, 1000)


def test_a_size_limit_above_every_partition_is_safe() -> None:
    decision = outcome(_size_limit("5000"), of_orders())
    assert isinstance(decision, Safe)
    assert decision.note == "nothing is removed: no partition is larger than the new limit"


def test_without_sizes_all_records_count_and_the_reason_is_told() -> None:
    unknown = {"": [Unmeasured(what="bytes", why="log directories cannot be read")]}
    found = impact(_size_limit("5000"), of_orders(sizes={}, unknown=unknown))
    assert (found.records, found.bytes) == (90, None)
    assert found.unknown == tuple(unknown[""])


def test_disks_do_not_tell_the_size_of_a_topic_with_tiered_storage() -> None:
    found = _size_limit("5000", topic=drift(change(field="config.retention.bytes", after="5000"), overrides=TIERED))
    assert wanted([found]).sizes == set()
    measured = impact(found, of_orders())
    assert (measured.records, measured.bytes) == (90, None)
    (why,) = measured.unknown
    assert why.why == "the topic has records in remote storage, which brokers do not measure"


def test_an_empty_topic_loses_nothing() -> None:
    empty = of_orders(offsets={0: PartitionOffsets(100, 100)})
    assert isinstance(outcome(opened(ALL, decisive=[ALL]), empty), Safe)


def test_a_partition_increase_counts_records_and_removes_none() -> None:
    found = opened(ALL, Measure.READERS, kind=RiskKind.PARTITION_INCREASE, field="partitions", before=1, after=2)
    told_of = impact(found, of_orders(groups=[reader(committed={0: 20})]))
    assert (told_of.records, told_of.bytes) == (90, None)
    assert told_of.readers is not None
    assert (told_of.readers[0].lag, told_of.readers[0].unread_records_lost) == (80, None)
    assert wanted([found]).sizes == set()


def _increase() -> OpenRisk:
    both = [ALL, Measure.READERS]
    return opened(*both, kind=RiskKind.PARTITION_INCREASE, field="partitions", before=1, after=2, decisive=both)


def test_a_partition_increase_without_records_and_readers_is_safe() -> None:
    empty = of_orders(offsets={0: PartitionOffsets(0, 0)})
    decision = outcome(_increase(), empty)
    assert isinstance(decision, Safe)
    assert decision.note == "the topic has no records and no group reads it"


@pytest.mark.parametrize(
    "groups", [None, [reader(assigned=frozenset({"orders"}))]], ids=["not permitted", "a group without commits"]
)
def test_a_partition_increase_stays_risky_where_somebody_may_read(groups: Any) -> None:
    measured = of_orders(offsets={0: PartitionOffsets(0, 0)}, groups=groups)
    assert isinstance(outcome(_increase(), measured), Risky)


def test_groups_that_are_not_all_known_are_not_none() -> None:
    unknown = {"orders": [Unmeasured(what="readers", why="group secret: not authorized")]}
    decision = outcome(_increase(), of_orders(offsets={0: PartitionOffsets(0, 0)}, unknown=unknown))
    assert isinstance(decision, Risky)
    assert decision.risk.impact is not None
    assert decision.risk.impact.unknown == tuple(unknown["orders"])


def test_kafka_streams_stops() -> None:
    groups = [reader("app", {0: 1}, type="streams")]
    (found,) = impact(_increase(), of_orders(groups=groups)).readers or ()
    assert found.note is not None
    assert found.note.startswith("stops: a Kafka Streams application fails")


@pytest.mark.parametrize(
    ("committed", "lag", "lost"), [(0, 90, 30), (10, 90, 30), (25, 75, 15), (40, 60, 0), (99, 1, 0), (120, 0, 0)]
)
def test_a_group_loses_what_it_has_not_read_below_the_cut(committed: int, lag: int, lost: int) -> None:
    (found,) = impact(opened(OLD, Measure.READERS), of_orders(groups=[reader(committed={0: committed})])).readers or ()
    assert (found.lag, found.unread_records_lost, found.note) == (lag, lost, None)


def test_a_partition_without_a_commit_counts_as_unread() -> None:
    offsets = {0: PartitionOffsets(10, 100, 40), 1: PartitionOffsets(0, 50, 20)}
    measured = of_orders(offsets=offsets, groups=[reader(committed={0: 100})])
    (found,) = impact(opened(OLD, Measure.READERS), measured).readers or ()
    assert (found.lag, found.unread_records_lost) == (0, 20)


def test_members_without_commits_are_readers_with_a_note() -> None:
    measured = of_orders(groups=[reader(assigned=frozenset({"orders"}))])
    (found,) = impact(opened(OLD, Measure.READERS), measured).readers or ()
    assert (found.lag, found.unread_records_lost) == (None, None)
    assert found.note == "has committed no offsets, so the records that it has not read are not known"


def test_those_that_lose_most_come_first() -> None:
    groups = [reader("a", {0: 40}), reader("b", {0: 10}), reader("c", {0: 20})]
    found = impact(opened(OLD, Measure.READERS), of_orders(groups=groups)).readers or ()
    assert [each.group for each in found] == ["b", "c", "a"]


def test_partitions_that_would_refuse_writes_are_counted() -> None:
    replicas = [
        LivePartition(0, 1, (1, 2), (1, 2)),
        LivePartition(1, 1, (1, 2), (1,)),
        LivePartition(2, None, (1,), ()),
        LivePartition(3, 1, (1,), (1,)),
    ]
    more: dict[str, Any] = {"kind": RiskKind.AVAILABILITY_LOSS, "field": "config.min.insync.replicas", "before": "1"}
    found = opened(Measure.IN_SYNC, after="2", decisive=[Measure.IN_SYNC], **more)
    assert impact(found, of_orders(replicas=replicas)).partitions == 2
    decision = outcome(found, of_orders(replicas=replicas[:1]))
    assert isinstance(decision, Safe)
    assert decision.note == "every partition has enough in-sync replicas"
    assert isinstance(outcome(found, Measured()), Risky)


def test_partitions_without_a_leader_are_counted() -> None:
    replicas = [LivePartition(0, 1, (1, 2), (1, 2)), LivePartition(2, None, (1,), ())]
    more: dict[str, Any] = {"kind": RiskKind.DURABILITY_LOSS, "field": "config.unclean.leader.election.enable"}
    found = impact(opened(Measure.LEADERLESS, after="true", **more), of_orders(replicas=replicas))
    assert (found.partitions, found.takes_effect) == (1, "within 5 minutes")


def test_a_delete_tells_when_the_last_record_was_written() -> None:
    found = opened(ALL, kind=RiskKind.DELETE, field="state", before="present", after="absent")
    assert impact(found, of_orders(newest=1_700_000_000_000)).last_record == 1_700_000_000_000
    assert impact(found, of_orders(newest=None)).unknown == ()


@pytest.mark.parametrize(
    ("what", "measures"),
    [
        ("records", [ALL]),
        ("bytes", [ALL]),
        ("last record", [ALL]),
        ("readers", [Measure.READERS]),
        ("replicas", [Measure.LEADERLESS]),
    ],
)
def test_the_reason_is_told_of_everything_that_could_not_be_measured(what: str, measures: list[Measure]) -> None:
    reason = Unmeasured(what=what, why="not authorized")
    found = opened(*measures, kind=RiskKind.DELETE, field="state", before="present", after="absent")
    assert reason in impact(found, Measured(unknown={"orders": [reason]})).unknown


def test_the_difference_of_a_risk_stays_the_same() -> None:
    plan = plan_of(drift(change(risk(RiskKind.DATA_LOSS, OLD))))
    (before,) = plan.topics
    (after,) = with_impact(plan, cluster=Cluster(), now=NOON).topics
    assert isinstance(before, Drift)
    assert isinstance(after, Drift)
    kept: Difference = after.changes[0]
    assert (kept.field, kept.before, kept.after) == ("config.retention.ms", "1000", "500")
