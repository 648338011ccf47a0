"""A plan with one line per topic."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from click import style

from reconciler.configs.units import with_units
from reconciler.model import STATE
from reconciler.plan.unchecked import NOT_ALLOWED
from reconciler.report.document import Change, Error, Settings, Topic
from reconciler.report.layout import TextStyle, coloured
from reconciler.report.signs import sign_of


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
    return f"{key}: {value_before(change)} → {value_after(change.field, change.after)}"


def value_before(change: Change) -> str:
    """The live value of what ``change`` changes."""
    if change.before is None:
        return "(not set)" if change.after is not None else "(value not readable)"
    return with_units(change.field.removeprefix("config."), str(change.before))


def value_after(field: str, after: int | str | None) -> str:
    """The value that a change of ``field`` leads to."""
    return "(broker default)" if after is None else with_units(field.removeprefix("config."), str(after))


def settings(desired: Settings | None) -> dict[str, str]:
    """The settings of a topic to create, by field; empty where it has none."""
    if desired is None:
        return {}
    counts = {"partitions": desired.partitions, "replication_factor": desired.replication_factor}
    shown = {name: "broker default" if number is None else str(number) for name, number in counts.items()}
    return shown | {f"config.{key}": with_units(key, value) for key, value in desired.config.items()}


def fitting(items: Sequence[str], width: int) -> str:
    """As many of ``items`` as fit ``width`` columns, at least one, and how many more there are."""
    most = max(1, width // 3 + 1)  # with a comma and a space, each has three characters
    for number in range(min(len(items), most), 0, -1):
        more = f", and {len(items) - number:,} more" if number < len(items) else ""
        text = f"{', '.join(items[:number])}{more}"
        if len(text) <= width or number == 1:
            return text
    return ""


def unchecked(error: Error) -> str:
    """That the broker did not validate a topic, or that it would deny its changes."""
    words = "apply would be denied" if error.code in NOT_ALLOWED else "not validated by the broker"
    return f"{words}: {error.name}"


def _head(topic: Topic) -> str:
    return f"{sign_of(topic).mark} {topic.name}" + (f"  ({topic.owner})" if topic.owner else "")


def _items(topic: Topic) -> Iterator[str]:
    if topic.unchecked is not None:
        yield unchecked(topic.unchecked)
    if topic.action == "create":
        for field, value in settings(topic.desired).items():
            yield f"{field.removeprefix('config.')}: {value}"
    for change in topic.changes:
        yield described(change)
