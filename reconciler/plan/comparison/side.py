"""One side of a comparison: its topics, with the values that it gives or knows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from fnmatch import fnmatchcase
from typing import NamedTuple

from reconciler.model import INTERNAL_TOPICS, STATE, DesiredState, FormerRun, LiveState, LiveTopic, Policy, TopicSpec
from reconciler.plan.diff import COUNTS
from reconciler.plan.explained import Value as Content
from reconciler.plan.explained import explained

CONFIG = "config."


class Kind(StrEnum):
    """What a side is."""

    MANIFEST = "manifest"
    REPORT = "report"
    CLUSTER = "cluster"


class Given(StrEnum):
    """How a side has a value."""

    SET = "set"
    """In the manifest, or on the topic itself."""
    INHERITED = "inherited"
    """All brokers give the topic this value."""
    BROKER_DECIDES = "broker-decides"
    """The manifest leaves it to the broker."""
    HIDDEN = "hidden"
    """It is set, and the cluster does not show the value."""
    DISPUTED = "disputed"
    """Brokers have different defaults."""
    UNKNOWN = "unknown"
    """The report does not tell what came of a change."""


class Value(NamedTuple):
    """A value of a field, and how the side has it."""

    content: Content
    given: Given = Given.SET


Fields = Mapping[str, Value]


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """The topics by name, each with its fields as a manifest names them; a config that is not set has none."""

    kind: Kind
    label: str
    """What it is, in words."""
    topics: Mapping[str, Fields]
    covered: frozenset[str] | None = None
    """The topics of which it tells whether they are there; ``None`` for all."""
    unreadable: frozenset[str] = frozenset()

    def only(self, globs: Iterable[str]) -> Side:
        """This side with the topics only that match one of ``globs``, if there are any."""
        wanted = list(globs)
        if not wanted:
            return self
        chosen = {name for name in (*self.topics, *self.unreadable) if any(fnmatchcase(name, each) for each in wanted)}
        return replace(
            self,
            topics={name: fields for name, fields in self.topics.items() if name in chosen},
            unreadable=self.unreadable & chosen,
        )


def of_manifest(desired: DesiredState, label: str) -> Side:
    """The topics that a manifest wants to be there."""
    present = [spec for spec in desired.topics if not spec.is_absent]
    topics = {spec.name: dict(_fields_of_spec(spec)) for spec in present}
    return Side(kind=Kind.MANIFEST, label=label, topics=topics)


def of_live(live: LiveState, label: str) -> Side:
    """The topics of a cluster, without those that brokers make for themselves and that no manifest has by default."""
    policy = Policy()
    names = sorted(
        name for name in (*live.topics, *live.unreadable) if name not in INTERNAL_TOPICS and not policy.protects(name)
    )
    return Side(
        kind=Kind.CLUSTER,
        label=label,
        topics={name: _fields_of_live(live.topics[name]) for name in names if name in live.topics},
        unreadable=frozenset(name for name in names if name in live.unreadable),
    )


def of_run(run: FormerRun, label: str) -> Side:
    """The topics of a cluster as a run left them, as far as its report tells."""
    topics: dict[str, Fields] = {}
    for name, former in sorted(run.topics.items()):
        if former.live is not None:
            unknown = {each: Value(None, Given.UNKNOWN) for each in former.unknown}
            counts = {each: Value(None, Given.UNKNOWN) for each in COUNTS if not getattr(former.live, each)}
            topics[name] = {**_fields_of_live(former.live), **counts, **unknown}
    return Side(kind=Kind.REPORT, label=label, topics=topics, covered=frozenset(run.topics))


def explicit_keys(side: Side) -> frozenset[str]:
    """The config keys that any topic of ``side`` sets."""
    return frozenset(
        each.removeprefix(CONFIG) for fields in side.topics.values() for each in fields if each.startswith(CONFIG)
    )


def _fields_of_spec(spec: TopicSpec) -> Iterator[tuple[str, Value]]:
    for setting in explained(spec, None, Policy()):
        is_left = setting.value is None
        if setting.field in COUNTS:
            yield setting.field, Value(setting.value, Given.BROKER_DECIDES if is_left else Given.SET)
        elif not is_left and setting.field != STATE:
            yield setting.field, Value(setting.value)


def _fields_of_live(live: LiveTopic) -> dict[str, Value]:
    counts = {each: Value(getattr(live, each)) for each in COUNTS}
    inherited = {f"{CONFIG}{key}": Value(value, Given.INHERITED) for key, value in live.inherited.items()}
    disputed = {f"{CONFIG}{key}": Value(None, Given.DISPUTED) for key in live.disputed}
    overrides = {
        f"{CONFIG}{key}": Value(value, Given.HIDDEN if value is None else Given.SET)
        for key, value in live.overrides.items()
    }
    return {**counts, **inherited, **disputed, **overrides}
