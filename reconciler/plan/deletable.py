"""Whether this principal may delete the topics that are to be deleted."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import replace
from typing import Protocol

from reconciler.model import (
    FATAL,
    Delete,
    Facet,
    InSync,
    KafkaFailure,
    LiveState,
    Plan,
    Query,
    TopicPlan,
    Unreadable,
)

_DELETE = "DELETE"
_DENIED = KafkaFailure(
    code=29,
    name="TOPIC_AUTHORIZATION_FAILED",
    error_class=FATAL,
    message="this principal may not delete the topic",
    # DELETE on the cluster permits it as well (ControllerApis.deleteTopics of Kafka).
    remedy="grant this principal DELETE on the topic, unless it has DELETE on the cluster, which brokers do not show",
)


class ReadsTopics(Protocol):
    """What is needed of a cluster."""

    def read(self, query: Query) -> LiveState:
        """The live state that ``query`` asks for."""


def with_denied_deletes(plan: Plan, *, reader: ReadsTopics) -> Plan:
    """``plan`` with what is permitted on every topic that is to be deleted, and with the deletes that would be denied.

    Brokers cannot validate a delete, but tell which operations are permitted (KIP-430). A plan without deletes costs no
    request.
    """
    names = [topic.name for topic in plan.topics if _is_to_ask(topic)]
    if not names:
        return plan
    live = reader.read(Query(names=names, facets=frozenset({Facet.OPERATIONS})))
    topics: list[TopicPlan] = []
    for topic in plan.topics:
        topics += _found(topic, live) if isinstance(topic, Delete) and _is_to_ask(topic) else [topic]
    return replace(plan, topics=tuple(topics))


def _is_to_ask(topic: TopicPlan) -> bool:
    return isinstance(topic, Delete) and topic.live.operations is None


def _found(topic: Delete, live: LiveState) -> Iterator[TopicPlan]:
    """``topic`` as it is now; nothing where an unmanaged one is gone meanwhile."""
    failure, found = live.unreadable.get(topic.name), live.topics.get(topic.name)
    if failure is not None:
        yield Unreadable(desired=topic.desired, failure=failure)
    elif found is not None:
        # The id stays the one that was compared with the manifest: one that has another by now is another topic.
        live_topic = replace(topic.live, operations=found.operations)
        yield replace(topic, live=live_topic, unchecked=None if _may_delete(found.operations) else _DENIED)
    elif not topic.is_unmanaged:
        yield InSync(desired=topic.desired, live=None)


def _may_delete(operations: Collection[str] | None) -> bool:
    """Whether ``operations`` of a topic permit to delete it, or the broker does not tell them."""
    return operations is None or _DELETE in operations
