"""The ids of topics to delete: a topic that is created again under the same name is another one (KIP-516)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Protocol

from reconciler.model import Delete, Facet, InSync, LiveState, Plan, Query, TopicPlan, Unreadable


class ReadsTopics(Protocol):
    """What is needed of a cluster."""

    def read(self, query: Query) -> LiveState:
        """The live state that ``query`` asks for."""


def with_ids(plan: Plan, *, reader: ReadsTopics) -> Plan:
    """``plan`` with the id of every topic that is to be deleted.

    Ids are read before a delete's impact is measured: what is measured is then of that topic or of a later one, which
    has another id and is not deleted. A plan without deletes costs no request.
    """
    names = [topic.name for topic in plan.topics if _lacks_id(topic)]
    if not names:
        return plan
    live = reader.read(Query(names=names, facets=frozenset({Facet.IDS})))
    topics: list[TopicPlan] = []
    for topic in plan.topics:
        topics += _found(topic, live) if isinstance(topic, Delete) and _lacks_id(topic) else [topic]
    return replace(plan, topics=tuple(topics))


def _lacks_id(topic: TopicPlan) -> bool:
    return isinstance(topic, Delete) and topic.live.topic_id is None


def _found(topic: Delete, live: LiveState) -> Iterator[TopicPlan]:
    """``topic`` as it is now; nothing where an unmanaged one is gone meanwhile."""
    failure, found = live.unreadable.get(topic.name), live.topics.get(topic.name)
    if failure is not None:
        yield Unreadable(desired=topic.desired, failure=failure)
    elif found is not None:
        yield replace(topic, live=replace(topic.live, topic_id=found.topic_id))
    elif not topic.is_unmanaged:
        yield InSync(desired=topic.desired, live=None)
