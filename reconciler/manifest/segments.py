"""Settings of segments that keep compaction from starting, or that make more files than a broker can map."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from reconciler.configs import TOPIC_CONFIGS
from reconciler.errors import Diagnostic
from reconciler.manifest.problems import warning
from reconciler.model import TopicSpec

_DAY = 24 * 60 * 60 * 1000
_LONG_TIME = 30 * _DAY
"""Far more than the 7 days after which a segment is closed by default."""
_YEAR = 365 * _DAY
_MAPS_OF_A_SEGMENT = 2
"""The offset index and the time index are mapped into memory."""
_MAX_MAPS = 65_530
"""The default of ``vm.max_map_count`` in Linux; a broker that reaches it stops."""


def segment_warnings(topics: Sequence[TopicSpec]) -> Iterator[Diagnostic]:
    """Warnings about the segments of ``topics``."""
    for topic in topics:
        if topic.is_absent:
            continue
        if "compact" in topic.config.get("cleanup.policy", ""):
            yield from _late_compaction(topic)
        if "segment.ms" in topic.config or "segment.bytes" in topic.config:
            yield from _many_segments(topic)


def _late_compaction(topic: TopicSpec) -> Iterator[Diagnostic]:
    """The segment that is being written is never compacted; it is closed by time or size."""
    lag = _value(topic, "max.compaction.lag.ms")
    if float(topic.config.get("min.cleanable.dirty.ratio", 0)) >= 1 and lag > _LONG_TIME:
        message = "min.cleanable.dirty.ratio 1 keeps compaction from ever starting"
        hint = "set it below 1, such as 0.5, or set max.compaction.lag.ms"
        yield warning(topic, "no-compaction", message, hint, field="config.min.cleanable.dirty.ratio")
    rolls = min(_value(topic, "segment.ms"), lag)
    if rolls > _LONG_TIME:
        message = f"compaction starts late or never: segment.ms keeps a segment open for {_days(rolls)}, unless it "
        message += (
            f"reaches segment.bytes ({_value(topic, 'segment.bytes'):,}) before, and open segments are not compacted"
        )
        hint = "lower segment.ms, or set max.compaction.lag.ms"
        yield warning(topic, "no-compaction", message, hint, field="config.segment.ms")


def _many_segments(topic: TopicSpec) -> Iterator[Diagnostic]:
    """The number of brokers is not known: if there are as many as replicas, each of them has every partition."""
    counts = [each for each in (_by_time(topic), _by_size(topic)) if each is not None]
    if not counts or "delete" not in topic.config.get("cleanup.policy", "delete"):
        return
    each, field, within = max(counts)
    partitions = topic.partitions or 1
    maps = each * partitions * _MAPS_OF_A_SEGMENT
    if maps <= _MAX_MAPS // 2:
        return
    message = f"{field} makes up to {each:,} segments a partition within {within}: {maps:,} memory maps on a broker"
    message += f" that has all {partitions:,} partitions" if partitions > 1 else ""
    message += f"; Linux allows {_MAX_MAPS:,} by default (vm.max_map_count), and a broker without any left stops"
    hint = f"raise {field}, or raise vm.max_map_count on the brokers; with more brokers than replicas, each has fewer"
    yield warning(topic, "many-segments", message, hint, field=f"config.{field}")


def _by_time(topic: TopicSpec) -> tuple[int, str, str] | None:
    """Segments in the time that records are kept, what makes them so many, and that time."""
    if "segment.ms" not in topic.config:
        return None
    kept = _value(topic, "retention.ms")
    within = f"retention.ms ({_days(kept)})" if kept >= 0 else "a year"
    return (kept if kept >= 0 else _YEAR) // _value(topic, "segment.ms"), "segment.ms", within


def _by_size(topic: TopicSpec) -> tuple[int, str, str] | None:
    kept = _value(topic, "retention.bytes")
    if "segment.bytes" not in topic.config or kept < 0:
        return None
    return kept // _value(topic, "segment.bytes"), "segment.bytes", f"retention.bytes ({kept:,})"


def _value(topic: TopicSpec, key: str) -> int:
    """The value of a number, by default that of Kafka."""
    return int(topic.config.get(key, TOPIC_CONFIGS[key].default))


def _days(milliseconds: int) -> str:
    days = milliseconds / _DAY
    return f"{days:,.0f} days" if days >= 2 else f"{milliseconds / 3_600_000:,.1f} hours"  # noqa: PLR2004
