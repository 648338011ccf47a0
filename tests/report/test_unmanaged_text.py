"""The section about topics that are in the manifest's scope, but not in the manifest."""

from __future__ import annotations

from datetime import UTC, datetime

from click import unstyle

from reconciler.model import Command, LiveState, LiveTopic, Plan, Record
from reconciler.report.build import build
from reconciler.report.layout import Detail, TextStyle
from reconciler.report.unmanaged_text import render_unmanaged

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)


def text(*topics: LiveTopic, layout: TextStyle | None = None) -> list[str]:
    live = LiveState(cluster_id="c", brokers=1, topics={})
    record = Record(
        command=Command.PLAN,
        version="0",
        id="0",
        started_at=NOON,
        finished_at=NOON,
        duration_seconds=0,
        live=live,
        plan=Plan(topics=(), unmanaged=topics, fingerprint=""),
    )
    report = build(record)
    assert report.summary.unmanaged == len(report.unmanaged) == len(topics)
    return [unstyle(line) for line in render_unmanaged(report, layout or TextStyle())]


def topic(name: str, **overrides: str | None) -> LiveTopic:
    keys = {key.replace("_", "."): value for key, value in overrides.items()}
    return LiveTopic(name=name, partitions=3, replication_factor=1, overrides=keys)


def test_unmanaged_topics_are_listed_with_partitions_and_overrides() -> None:
    assert text(topic("a"), topic("b", retention_ms="86400000", vendor_key=None)) == [
        "Not in the manifest, but in its scope: 2 topics",
        "    a  3 partitions, replication factor 1",
        "    b  3 partitions, replication factor 1, retention.ms: 86400000 (1d), vendor.key: (value not",
        "        readable)",
        "",
    ]


def test_nothing_is_said_where_there_are_none_or_in_a_summary() -> None:
    assert text() == []
    assert text(topic("a"), layout=TextStyle(detail=Detail.SUMMARY)) == []


def test_many_are_counted_and_all_shown_on_demand() -> None:
    many = [topic(f"t{number:03}") for number in range(120)]
    assert text(*many)[-2] == "    and 70 more; -v lists all"
    assert len(text(*many, layout=TextStyle(detail=Detail.ALL))) == 122
