"""How a topic differs from what a reviewed plan shows of it."""

from __future__ import annotations

from reconciler.configs import same_value
from reconciler.model import (
    Action,
    Create,
    Delete,
    Drift,
    FieldChange,
    InSync,
    LiveTopic,
    Policy,
    ReviewedChange,
    ReviewedTopic,
    live_of,
)
from reconciler.plan.diff import COUNTS, is_left_alone
from reconciler.plan.review.words import name_of, value_of

_CONFIG = "config."
_Values = dict[str, int | str | None]


def difference(topic: Create | Drift | Delete, was: ReviewedTopic | None, policy: Policy) -> str | None:
    """How ``topic`` differs from the reviewed one, in words; ``None`` where it does not."""
    if was is None:
        return "the reviewed plan does not show the topic"
    if was.action is Action.UNREADABLE:
        return "the topic could not be read for the reviewed plan"
    if isinstance(topic, Create):
        return _difference_of_create(was)
    return _difference_of_changes(topic, was, policy)


def is_recreated(topic: Drift | Delete | InSync, was: ReviewedTopic) -> bool:
    """Whether the topic has another id now (KIP-516); one that is not known does not count."""
    live = live_of(topic)
    if live is None or was.live is None or None in {live.topic_id, was.live.topic_id}:
        return False
    return live.topic_id != was.live.topic_id


def _difference_of_create(was: ReviewedTopic) -> str | None:
    if was.live is not None:
        return "the topic was deleted after the reviewed plan"
    return None if was.action is Action.CREATE else "the reviewed plan does not show the create"


def _difference_of_changes(topic: Drift | Delete, was: ReviewedTopic, policy: Policy) -> str | None:
    if was.live is None:
        told = "; ".join(map(_now, topic.changes))
        return f"the topic was created after the reviewed plan, otherwise than wanted: {told}"
    if is_recreated(topic, was):
        return "the topic was deleted and created again after the reviewed plan: it is another topic"
    by_field = {**_other_changes(topic, was), **_changed_live(topic, was, was.live, policy)}
    if not by_field:
        return None
    words = (by_field[field] for field in sorted(by_field, key=lambda each: (each not in COUNTS, each)))
    return f"the topic was changed after the reviewed plan: {'; '.join(words)}"


def _changed_live(topic: Drift | Delete, was: ReviewedTopic, then: LiveTopic, policy: Policy) -> dict[str, str]:
    """By field, what is set on the topic otherwise than reviewed, but for fields that are as wanted by now."""
    keys = {key for key in (*then.overrides, *topic.live.overrides) if _matters(key, topic, policy)}
    before, now = _values(then, keys), _values(topic.live, keys)
    found_done = was.changes.keys() - {change.field for change in topic.changes}
    # What a count was before is told by its change: partitions may have different numbers of replicas.
    told = found_done | (was.changes.keys() & set(COUNTS))
    return {
        field: _told(field, value, before[field])
        for field, value in now.items()
        if field not in told and not _same(field, before[field], value)
    }


def _matters(key: str, topic: Drift | Delete, policy: Policy) -> bool:
    """Whether an override of ``key`` matters: not if a plan leaves it alone."""
    return topic.desired.names(key) or not is_left_alone(key, topic.live, policy)


def _values(live: LiveTopic, keys: set[str]) -> _Values:
    counts: _Values = {field: getattr(live, field) for field in COUNTS}
    return counts | {f"{_CONFIG}{key}": live.overrides.get(key) for key in keys}


def _other_changes(topic: Drift | Delete, was: ReviewedTopic) -> dict[str, str]:
    """By field, the changes that the reviewed plan does not show, or shows with other values."""
    told = {change.field: _other_change(change, was.changes.get(change.field)) for change in topic.changes}
    return {field: words for field, words in told.items() if words is not None}


def _other_change(change: FieldChange, was: ReviewedChange | None) -> str | None:
    field = change.field
    if was is None:
        return f"the reviewed plan does not show a change of {name_of(field)}"
    if not _same(field, was.before, change.before):
        return _told(field, change.before, was.before)
    if not _same(field, was.after, change.after):
        return f"{name_of(field)} is to be {value_of(field, change.after)}, reviewed {value_of(field, was.after)}"
    return None


def _same(field: str, one: int | str | None, other: int | str | None) -> bool:
    if isinstance(one, str) and isinstance(other, str) and field.startswith(_CONFIG):
        return same_value(field.removeprefix(_CONFIG), one, other)
    return type(one) is type(other) and one == other


def _told(field: str, now: int | str | None, then: int | str | None) -> str:
    return f"{name_of(field)} is {value_of(field, now)}, reviewed {value_of(field, then)}"


def _now(change: FieldChange) -> str:
    field = change.field
    return f"{name_of(field)} is {value_of(field, change.before)}, wanted {value_of(field, change.after)}"
