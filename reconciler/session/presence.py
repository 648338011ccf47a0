"""Whether topics exist: those that could not be read or are not as planned, and those that only some brokers show."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Protocol

from reconciler.clock import Clock, TimeLimit
from reconciler.model import FATAL, LiveState, LiveTopic, Operation, Query, Record, TopicStatus, Unreadable

_FIRST_PAUSE, _LONGEST_PAUSE = 0.05, 1.0
_UNCLEAR = frozenset({TopicStatus.STALE, TopicStatus.UNKNOWN, TopicStatus.FAILED})


class Looks(Protocol):
    """What is needed of a cluster."""

    def look(self, query: Query) -> LiveState:
        """The live state now; topics that are not listed are left out."""

    def look_at_each(self, query: Query, operation: Operation) -> Mapping[int, Mapping[str, LiveTopic]]:
        """What each broker that answers shows, by broker id; of a delete, the topics that it knows."""


def await_listed(record: Record, *, reader: Looks, limit: TimeLimit, clock: Clock) -> Mapping[str, LiveTopic]:
    """Those topics of the plan that the cluster lists, of all whose existence the outcomes do not show.

    Listing needs DESCRIBE only, reading settings DESCRIBE_CONFIGS too. Waits within ``limit`` for topics that could not
    be read because brokers do not show them yet. Raises ClusterUnavailable and DeadlinePassed.
    """
    plans = record.plan.topics if record.plan is not None else ()
    unclear = [topic for topic in plans if record.outcomes[topic.name].status in _UNCLEAR]
    if not unclear:
        return {}
    awaited = {topic.name for topic in unclear if isinstance(topic, Unreadable) and topic.failure.error_class != FATAL}
    limit.restart()
    pause = _FIRST_PAUSE
    while True:
        listed = reader.look(Query(names=[topic.name for topic in unclear], facets=frozenset())).topics
        if awaited <= listed.keys() or not limit.remaining():
            return listed
        clock.sleep(min(pause, limit.remaining()))
        pause = min(2 * pause, _LONGEST_PAUSE)


def await_everywhere(names: Collection[str], *, reader: Looks, limit: TimeLimit, clock: Clock) -> Sequence[int]:
    """Wait within ``limit`` until every broker that answers knows the topics ``names``; the ids of those that do not.

    Raises ClusterUnavailable and DeadlinePassed.
    """
    limit.restart()
    pause = _FIRST_PAUSE
    while True:
        shown = reader.look_at_each(Query(names=names), Operation.DELETE_TOPICS)
        lagging = sorted(node for node, topics in shown.items() if not topics.keys() >= set(names))
        if not lagging or not limit.remaining():
            return lagging
        clock.sleep(min(pause, limit.remaining()))
        pause = min(2 * pause, _LONGEST_PAUSE)
