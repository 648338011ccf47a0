"""Where the changes of a plan come from, compared with a base: its parts, and the words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from enum import IntEnum

from click import style

from reconciler.model import Action, ChangeSource
from reconciler.report.compact import settings, value_after
from reconciler.report.document import BaseIdentity, Change, Report, Topic
from reconciler.report.layout import TextStyle, count, wrapped

_ORDER = tuple(ChangeSource)


class Part(IntEnum):
    """A part of a plan that was compared with a base, in the order in which they are shown."""

    UNREADABLE = 0
    """Without a title: what needs a person comes first."""
    BRANCH = 1
    MERGED = 2
    CLUSTER = 3
    UNCHANGED = 4


def sources_of(topic: Topic) -> Sequence[ChangeSource]:
    """The sources of the create or the changes of ``topic``, this branch first; none without a base."""
    found = {topic.source, *(change.source for change in topic.changes)}
    return [each for each in _ORDER if each in found]


def part_of(topic: Topic) -> Part:
    """The part of the plan that shows ``topic``: that of its first source."""
    match sources_of(topic):
        case [ChangeSource.BRANCH, *_]:
            return Part.BRANCH
        case [ChangeSource.MERGED, *_]:
            return Part.MERGED
        case [ChangeSource.CLUSTER, *_]:
            return Part.CLUSTER
        case _:
            return Part.UNREADABLE if topic.action is Action.UNREADABLE else Part.UNCHANGED


def title(part: Part, base: BaseIdentity, topics: int, layout: TextStyle) -> Iterator[str]:
    """The title of a ``part`` with so many ``topics``."""
    match part:
        case Part.UNREADABLE:
            return
        case Part.BRANCH:
            words = sentence(in_words(ChangeSource.BRANCH, base))
        case Part.MERGED:
            words = sentence(in_words(ChangeSource.MERGED, base))
        case Part.CLUSTER:
            words = sentence(in_words(ChangeSource.CLUSTER, base))
        case Part.UNCHANGED:
            words = "Unchanged"
    yield from (style(line, bold=True) for line in wrapped(f"{words}: {count(topics, 'topic')}", layout))
    yield ""


def behind_change(change: Change, topic: Topic, base: BaseIdentity | None) -> str:
    """The source of ``change``, to follow it on the line, where the title above ``topic`` does not tell it."""
    if base is None or change.source is None or change.source is sources_of(topic)[0]:
        return ""
    return f"  ({in_words(change.source, base)})"


def instead(change: Change) -> str | None:
    """What the base wants, where that is neither what this branch wants nor what the cluster has."""
    if change.base is None:
        return None
    after = change.base.after
    words = "resets it to the broker default" if after is None else f"wants {value_after(change.field, after)}"
    return f"the base {words}"


def instead_of_create(topic: Topic) -> str | None:
    """The settings with which the base would create ``topic``, where they are others."""
    if topic.base is None:
        return None
    ours, theirs = settings(topic.desired), settings(topic.base)
    fields = [field for field in {**ours, **theirs} if ours.get(field) != theirs.get(field)]
    listed = [f"{field.removeprefix('config.')}: {theirs.get(field, 'broker default')}" for field in fields]
    return f"the base creates it with {', '.join(listed)}"


def is_contested(topic: Topic) -> bool:
    """Whether the base would do something else with ``topic``, which has to be shown."""
    return topic.base is not None or any(change.base is not None for change in topic.changes)


def comparison(report: Report) -> str | None:
    """How many topics change because of what, in a sentence; ``None`` for a plan that was compared with no base."""
    base = report.plan.base if report.plan is not None else None
    if base is None:
        return None
    summary = report.summary
    numbers = {ChangeSource.MERGED: summary.merged_before, ChangeSource.CLUSTER: summary.changed_on_cluster}
    others = [f"{number:,} {in_words(source, base, but=' and')}" for source, number in numbers.items() if number]
    ours = f"{count(summary.from_branch, 'topic')} from this branch" if summary.from_branch else None
    found = [ours or "nothing from this branch", *others] if ours or others else ["no changes"]
    several = sum(len(sources_of(topic)) > 1 for topic in report.topics)
    more = f"; {count(several, 'topic')} in more than one of these" if several else ""
    return f"Compared with {base.path}: {', '.join(found)}{more}."


def in_words(source: ChangeSource, base: BaseIdentity, *, but: str = ",") -> str:
    """``source`` in words that tell no more than is seen; ``but`` stands before "not"."""
    match source:
        case ChangeSource.BRANCH:
            return "from this branch"
        case ChangeSource.MERGED:
            return f"merged before{but} not applied"
        case ChangeSource.CLUSTER if base.since is None:
            return f"on the cluster{but} not in the base"
        case ChangeSource.CLUSTER:
            return f"changed on the cluster since {base.since}"


def sentence(words: str) -> str:
    """``words`` with a capital letter."""
    return f"{words[:1].upper()}{words[1:]}"
