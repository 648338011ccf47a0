"""Pairs of topics, one new and one that goes, that look like one topic under two names."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from typing import NamedTuple

from reconciler.configs import TOPIC_CONFIGS, InvalidValue, ValueType, canonical
from reconciler.model import LiveTopic, TopicSpec

MAX_COMPARISONS = 200_000
"""Of names. Beyond that no pairs are looked for: they would take seconds, and few people read so many."""
_SIMILAR = 0.5
"""The least similarity of names where several topics have the same settings."""

Overrides = frozenset[tuple[str, str | None]]


class Pair(NamedTuple):
    """A new topic and the topics that it may have been: several where their names are equally similar."""

    new: TopicSpec
    old: tuple[LiveTopic, ...]


class _Match(NamedTuple):
    similarity: float
    new: str
    old: str


def pairs(new: Iterable[TopicSpec], old: Iterable[LiveTopic]) -> Sequence[Pair]:
    """Pairs with the same overrides, and the same counts where the new topic sets them; sorted by the new name.

    Where several topics have the same settings, the most similar names belong together.
    """
    created, going = {spec.name: spec for spec in new}, {topic.name: topic for topic in old}
    by_settings: dict[Overrides, list[LiveTopic]] = defaultdict(list)
    for topic in going.values():
        by_settings[_settings(topic.overrides)].append(topic)
    alike = [(spec, by_settings.get(_settings(spec.config), ())) for spec in created.values()]
    if sum(len(topics) for _, topics in alike) > MAX_COMPARISONS:
        return ()
    matches = [
        _Match(similarity(spec.name, topic.name), spec.name, topic.name)
        for spec, topics in alike
        for topic in topics
        if _has_counts(spec, topic)
    ]
    found = _matched(list(_likely(matches, [spec.name for spec, _ in alike if _is_telling(spec)])))
    return [Pair(created[name], tuple(going[each] for each in sorted(names))) for name, names in sorted(found.items())]


def similarity(one: str, other: str) -> float:
    """The part of the longer name that both begin and end with: from 0 to 1."""
    start = _common(one, other)
    end = _common(one[start:][::-1], other[start:][::-1])
    return (start + end) / max(len(one), len(other))


def _common(one: str, other: str) -> int:
    """How many characters both texts begin with."""
    shorter = min(len(one), len(other))
    if one[:shorter] == other[:shorter]:
        return shorter
    return next(place for place in range(shorter) if one[place] != other[place])


def _likely(matches: Sequence[_Match], telling: Collection[str]) -> Iterator[_Match]:
    """Those between similar names, and those that are the only one for both topics, if the new one is ``telling``."""
    telling = frozenset(telling)
    for_new, for_old = _counts(match.new for match in matches), _counts(match.old for match in matches)
    for match in matches:
        is_only = for_new[match.new] == for_old[match.old] == 1
        if (is_only and match.new in telling) or match.similarity >= _SIMILAR:
            yield match


def _matched(matches: Collection[_Match]) -> Mapping[str, Collection[str]]:
    """The old names of each new one, the most similar first; each old name belongs to one similarity only."""
    found: dict[str, set[str]] = {}
    taken: set[str] = set()
    for _, equal in groupby(sorted(matches, reverse=True), lambda match: match.similarity):
        free = [match for match in equal if match.new not in found and match.old not in taken]
        for match in free:
            found.setdefault(match.new, set()).add(match.old)
        taken |= {match.old for match in free}
    return found


def _is_telling(spec: TopicSpec) -> bool:
    """Whether ``spec`` has settings of its own: topics without any are all alike."""
    return bool(spec.config) or spec.partitions is not None


def _has_counts(spec: TopicSpec, topic: LiveTopic) -> bool:
    return spec.partitions in {None, topic.partitions} and spec.replication_factor in {None, topic.replication_factor}


def _settings(config: Mapping[str, str | None]) -> Overrides:
    return frozenset((key, _spelt(key, value)) for key, value in config.items())


def _spelt(key: str, value: str | None) -> str | None:
    config = TOPIC_CONFIGS.get(key)
    if value is None or config is None:
        return value
    try:
        spelt = canonical(key, value)
    except InvalidValue:
        return value
    return ",".join(sorted(spelt.split(","))) if config.type is ValueType.SET else spelt


def _counts(names: Iterable[str]) -> Mapping[str, int]:
    numbers: dict[str, int] = defaultdict(int)
    for name in names:
        numbers[name] += 1
    return numbers
