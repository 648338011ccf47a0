"""The numbers of a plan against a simulation of what Kafka removes: never too low."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import NamedTuple

from hypothesis import given
from hypothesis import strategies as st

from reconciler.model import (
    Impact,
    LiveGroup,
    Measure,
    Measured,
    PartitionOffsets,
    RiskKind,
    Risky,
    Safe,
    Wanted,
)
from reconciler.plan.impact.assess import assessed
from reconciler.plan.impact.open_risk import OpenRisk
from reconciler.plan.impact.wanted import wanted
from tests.plan.facts import told
from tests.plan.risks import change, drift, risk

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
NOW = int(NOON.timestamp() * 1000)
CHECK_INTERVAL = 300_000
HOUR = 3_600_000


class Record(NamedTuple):
    offset: int
    timestamp: int


class Segment(NamedTuple):
    """Records that go together, or stay."""

    records: Sequence[Record]
    size: int


@dataclass(frozen=True)
class Log:
    """A partition as Kafka stores it: what of it goes is decided by ``LocalLog.deletableSegments``."""

    segments: Sequence[Segment]

    @property
    def records(self) -> Sequence[Record]:
        return [record for segment in self.segments for record in segment.records]

    @property
    def size(self) -> int:
        return sum(segment.size for segment in self.segments)

    def offsets(self, cut: int | None) -> PartitionOffsets:
        """As ListOffsets answers: for a time, the first record that is not older."""
        begin, end = self.records[0].offset, self.records[-1].offset + 1
        if cut is None:
            return PartitionOffsets(begin, end)
        return PartitionOffsets(begin, end, next((each.offset for each in self.records if each.timestamp >= cut), end))

    def after_retention_of(self, milliseconds: int, at: int) -> Log:
        """Whole segments go, oldest first, until one has a record that is young enough."""
        kept = list(self.segments)
        while kept and at - max(record.timestamp for record in kept[0].records) > milliseconds:
            kept.pop(0)
        return Log(kept)

    def after_limit_of(self, size: int) -> Log:
        """Whole segments go, oldest first, as long as the rest is at least as large as the limit."""
        kept, excess = list(self.segments), self.size - size
        while kept and excess - kept[0].size >= 0:
            excess -= kept.pop(0).size
        return Log(kept)


@st.composite
def logs(draw: st.DrawFn) -> Log:
    """Records mostly in the order of time, some from long ago or the future; offsets with the gaps of a compaction."""
    offset, time = draw(st.integers(0, 50)), NOW - draw(st.integers(0, 8)) * HOUR
    segments = []
    for _ in range(draw(st.integers(1, 4))):
        records = []
        for _ in range(draw(st.integers(1, 4))):
            stray = draw(st.sampled_from([0, 0, 0, -5, 5])) * HOUR
            records.append(Record(offset, time + stray))
            offset += draw(st.sampled_from([1, 1, 3]))
            time += draw(st.sampled_from([0, 1, CHECK_INTERVAL, HOUR]))
        segments.append(Segment(records, draw(st.integers(1, 9))))
    return Log(segments)


PARTITIONS = st.dictionaries(st.integers(0, 2), logs(), min_size=1)


@dataclass(frozen=True)
class Cluster:
    partitions: Mapping[int, Log]
    groups: Sequence[LiveGroup] = ()
    tells_sizes: bool = True

    def measure(self, wanted: Wanted) -> Measured:
        cut = wanted.cuts.get("orders")
        offsets = {number: log.offsets(cut) for number, log in self.partitions.items()}
        sizes = {number: log.size for number, log in self.partitions.items()} if self.tells_sizes else {}
        return told(Measured(offsets={"orders": offsets}, sizes={"orders": sizes}, groups=self.groups), wanted)


class Removed(NamedTuple):
    """What really goes of a topic."""

    records: int
    size: int
    unread: int


def removed(before: Mapping[int, Log], after: Mapping[int, Log], committed: Mapping[int, int] | None = None) -> Removed:
    """What went from ``before`` to ``after``; ``committed`` are the offsets of a group that starts at the earliest."""
    lost = {number: log.records[: len(log.records) - len(after[number].records)] for number, log in before.items()}
    return Removed(
        records=sum(map(len, lost.values())),
        size=sum(log.size - after[number].size for number, log in before.items()),
        unread=sum(each.offset >= (committed or {}).get(number, 0) for number, some in lost.items() for each in some),
    )


def predicted(cluster: Cluster, field: str, value: int, *measures: Measure) -> tuple[bool, Impact]:
    """Whether the change is called safe, and its impact."""
    found = risk(RiskKind.DATA_LOSS, *measures, Measure.READERS, decisive=frozenset(measures))
    lowered = change(found, field=field, before="-1", after=str(value))
    opened = OpenRisk(topic=drift(lowered), change=lowered, risk=found, defaults={}, now=NOON)
    decision = assessed(opened, cluster.measure(wanted([opened])))
    assert isinstance(decision, Risky | Safe)
    assert decision.risk is not None
    assert decision.risk.impact is not None
    return isinstance(decision, Safe), decision.risk.impact


def assert_not_below(found: Impact, is_safe: bool, real: Removed) -> None:
    assert found.records is not None
    assert found.records >= real.records
    assert found.bytes is None or found.bytes >= real.size
    assert not is_safe or real.records == 0
    for reader in found.readers or ():
        assert reader.unread_records_lost is not None
        assert reader.unread_records_lost >= real.unread


COMMITTED = st.dictionaries(st.integers(0, 2), st.integers(0, 80), min_size=1)


def group(committed: Mapping[int, int]) -> LiveGroup:
    return LiveGroup(name="g", type="classic", state="empty", committed={"orders": committed})


@given(PARTITIONS, st.integers(0, 6 * HOUR), st.integers(0, CHECK_INTERVAL), COMMITTED)
def test_a_lower_retention_never_removes_more_than_predicted(
    partitions: Mapping[int, Log], retention: int, delay: int, committed: Mapping[int, int]
) -> None:
    cluster = Cluster(partitions, [group(committed)])
    is_safe, found = predicted(cluster, "config.retention.ms", retention, Measure.OLD_RECORDS)
    after = {number: log.after_retention_of(retention, NOW + delay) for number, log in partitions.items()}
    assert_not_below(found, is_safe, removed(partitions, after, committed))


@given(PARTITIONS, st.integers(0, 40), COMMITTED, st.booleans())
def test_a_lower_size_limit_never_removes_more_than_predicted(
    partitions: Mapping[int, Log], limit: int, committed: Mapping[int, int], tells_sizes: bool
) -> None:
    cluster = Cluster(partitions, [group(committed)], tells_sizes=tells_sizes)
    is_safe, found = predicted(cluster, "config.retention.bytes", limit, Measure.LARGE_PARTITIONS)
    after = {number: log.after_limit_of(limit) for number, log in partitions.items()}
    assert_not_below(found, is_safe, removed(partitions, after, committed))


@given(PARTITIONS, st.integers(0, 6 * HOUR), st.integers(0, 40), COMMITTED)
def test_both_limits_together_never_remove_more_than_predicted(
    partitions: Mapping[int, Log], retention: int, limit: int, committed: Mapping[int, int]
) -> None:
    found = risk(RiskKind.DATA_LOSS, Measure.OLD_RECORDS, Measure.LARGE_PARTITIONS, Measure.READERS)
    policy = change(found, field="config.cleanup.policy", before="compact", after="delete")
    topic = drift(policy, change(after=str(retention)), change(field="config.retention.bytes", after=str(limit)))
    opened = OpenRisk(topic=topic, change=policy, risk=found, defaults={}, now=NOON)
    decision = assessed(opened, Cluster(partitions, [group(committed)]).measure(wanted([opened])))
    assert isinstance(decision, Risky)
    assert decision.risk.impact is not None
    after = {
        number: log.after_retention_of(retention, NOW + CHECK_INTERVAL).after_limit_of(limit)
        for number, log in partitions.items()
    }
    assert_not_below(decision.risk.impact, False, removed(partitions, after, committed))
