"""Unmanaged topics as text: those in the manifest's scope that it does not list."""

from __future__ import annotations

from collections.abc import Iterator

from click import style

from reconciler.configs.units import with_units
from reconciler.report.document import Report, UnmanagedTopic
from reconciler.report.layout import Detail, TextStyle, count, wrapped

_MAX_LISTED = 50


def render_unmanaged(report: Report, layout: TextStyle) -> Iterator[str]:
    """A section with a line per unmanaged topic, and a blank line; nothing where there are none, or in a summary."""
    topics = report.unmanaged
    if not topics or layout.detail is Detail.SUMMARY:
        return
    yield f"Not in the manifest, but in its scope: {count(len(topics), 'topic')}"
    listed = topics if layout.detail is Detail.ALL else topics[:_MAX_LISTED]
    for topic in listed:
        first, *more = wrapped(f"{topic.name}  {_settings(topic)}", layout, start=4, indent=8)
        yield first.replace(topic.name, style(topic.name, bold=True), 1)
        yield from more
    if len(listed) < len(topics):
        yield f"    and {len(topics) - len(listed)} more; -v lists all"
    yield ""


def _settings(topic: UnmanagedTopic) -> str:
    overrides = [
        f"{key}: {'(value not readable)' if value is None else with_units(key, value)}"
        for key, value in topic.config.items()
    ]
    counts = [count(topic.partitions, "partition"), f"replication factor {topic.replication_factor}"]
    return ", ".join([*counts, *overrides])
