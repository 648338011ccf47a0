"""One look at topics of a plan, with what tells whether each is as planned."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Protocol

from reconciler.model import Delete, Facet, LiveState, LiveTopic, Query, TopicPlan


class Looks(Protocol):
    """What is needed of a cluster."""

    def look(self, query: Query) -> LiveState:
        """The live state now; topics that are not there are left out."""


def look_at(topics: Iterable[TopicPlan], reader: Looks) -> LiveState:
    """What a look shows of ``topics``: ids of those that are to be deleted, configs of the others.

    Raises ClusterUnavailable and DeadlinePassed.
    """
    topics = list({topic.name: topic for topic in topics}.values())
    deleted = [topic.name for topic in topics if isinstance(topic, Delete)]
    others = [topic.desired for topic in topics if not isinstance(topic, Delete)]
    if not deleted:
        return reader.look(Query.of(others))
    shown = reader.look(Query(names=deleted, facets=frozenset({Facet.IDS})))
    if not others:
        return shown
    rest = reader.look(Query.of(others))
    return replace(rest, topics={**shown.topics, **rest.topics}, unreadable={**shown.unreadable, **rest.unreadable})


def planned_in(state: LiveState, topic: TopicPlan) -> LiveTopic | None:
    """``topic`` in what a look shows, ``None`` where it is not there, or not readable.

    A topic to delete is not there either if one with another id has its name.
    """
    return None if is_created_again(state, topic) else state.topics.get(topic.name)


def is_created_again(state: LiveState, topic: TopicPlan) -> bool:
    """Whether another topic now has the name of one that is to be deleted (KIP-516)."""
    if not isinstance(topic, Delete) or topic.name not in state.topics:
        return False
    planned, now = topic.live.topic_id, state.topics[topic.name].topic_id
    return planned is not None and now is not None and planned != now
