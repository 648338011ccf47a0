"""A plan with one line per topic."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from click import style

from reconciler.model import STATE
from reconciler.report.document import Change, Topic
from reconciler.report.layout import TextStyle, coloured
from reconciler.report.signs import sign_of
from reconciler.report.units import with_units


def fits_a_line(topic: Topic, layout: TextStyle) -> bool:
    """Whether one line can show ``topic``: of a new topic some settings may be left out, but no change of any other."""
    return topic.action == "create" or len(f"{_head(topic)}  {', '.join(_items(topic))}") <= layout.width


def compact_line(topic: Topic, layout: TextStyle) -> str:
    """Sign, name, and as many settings or changes as fit the width, at least one."""
    mark, head = sign_of(topic).mark, _head(topic)
    shown = head.replace(f"{mark} {topic.name}", f"{coloured(mark)} {style(topic.name, bold=True)}", 1)
    return f"{shown}  {fitting(list(_items(topic)), layout.width - len(head) - 2)}".rstrip()


def described(change: Change) -> str:
    """``retention.ms: 604800000 (7d) → 86400000 (1d)``."""
    if change.field == STATE:
        return "delete the topic"
    key = change.field.removeprefix("config.")
    not_shown = "(not set)" if change.after is not None else "(value not readable)"
    before = not_shown if change.before is None else with_units(key, str(change.before))
    after = "(broker default)" if change.after is None else with_units(key, str(change.after))
    return f"{key}: {before} → {after}"


def settings(topic: Topic) -> dict[str, str]:
    """The settings of a topic to create, by field; empty where it has none."""
    if topic.desired is None:
        return {}
    counts = {"partitions": topic.desired.partitions, "replication_factor": topic.desired.replication_factor}
    shown = {name: "broker default" if number is None else str(number) for name, number in counts.items()}
    return shown | {f"config.{key}": with_units(key, value) for key, value in topic.desired.config.items()}


def fitting(items: Sequence[str], width: int) -> str:
    """As many of ``items`` as fit ``width`` columns, at least one, and how many more there are."""
    for number in range(len(items), 0, -1):
        more = f", and {len(items) - number:,} more" if number < len(items) else ""
        text = f"{', '.join(items[:number])}{more}"
        if len(text) <= width or number == 1:
            return text
    return ""


def _head(topic: Topic) -> str:
    return f"{sign_of(topic).mark} {topic.name}" + (f"  ({topic.owner})" if topic.owner else "")


def _items(topic: Topic) -> Iterator[str]:
    if topic.unchecked is not None:
        yield "not validated by the broker"
    if topic.action == "create":
        for field, value in settings(topic).items():
            yield f"{field.removeprefix('config.')}: {value}"
    for change in topic.changes:
        yield described(change)
