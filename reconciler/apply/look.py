"""One look at topics of a plan, with what tells whether each is as planned."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Protocol

from reconciler.model import Delete, Facet, LiveState, LiveTopic, Query, TopicPlan, live_of


class Looks(Protocol):
    """What is needed of a cluster."""

    def look(self, query: Query) -> LiveState:
        """The live state now; topics that are not there are left out."""

    def look_by_name(self, query: Query) -> LiveState:
        """The same; topics that exist and are not listed are unreadable."""


def look_at(topics: Iterable[TopicPlan], reader: Looks) -> LiveState:
    """What a look shows of ``topics``; one that is to be deleted is unreadable where it exists and is not listed.

    Raises ClusterUnavailable and DeadlinePassed.
    """
    return _looked(topics, reader.look, reader)


def look_by_name(topics: Iterable[TopicPlan], reader: Looks) -> LiveState:
    """The same, with every topic unreadable that exists and is not listed."""
    return _looked(topics, reader.look_by_name, reader)


def _looked(topics: Iterable[TopicPlan], look: Callable[[Query], LiveState], reader: Looks) -> LiveState:
    """Ids of topics that are to be deleted; of the others all that a plan compares."""
    topics = list({topic.name: topic for topic in topics}.values())
    deleted = [topic.name for topic in topics if isinstance(topic, Delete)]
    others = [topic.desired for topic in topics if not isinstance(topic, Delete)]
    if not deleted:
        return look(Query.of(others))
    shown = reader.look_by_name(Query(names=deleted, facets=frozenset({Facet.IDS})))
    if not others:
        return shown
    rest = look(Query.of(others))
    return replace(rest, topics={**shown.topics, **rest.topics}, unreadable={**shown.unreadable, **rest.unreadable})


def planned_in(state: LiveState, topic: TopicPlan) -> LiveTopic | None:
    """``topic`` in what a look shows, ``None`` where it is not there, or not readable, or has another id by now."""
    return None if is_created_again(state, topic) else state.topics.get(topic.name)


def is_created_again(state: LiveState, topic: TopicPlan) -> bool:
    """Whether another topic now has the name of one that there was when it was planned (KIP-516)."""
    planned, now = live_of(topic), state.topics.get(topic.name)
    if planned is None or now is None:
        return False
    return None not in {planned.topic_id, now.topic_id} and planned.topic_id != now.topic_id
