"""Replicas that are being moved: the replication factor counts as what it becomes.

While Kafka moves replicas it lists old and new ones together (KIP-455), so the number read meanwhile is neither the old
nor the new one.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace

from reconciler.errors import Diagnostic, Severity
from reconciler.model import DesiredState, LiveState, LiveTopic, Moving, Plan, TopicPlan, live_of
from reconciler.printable import quoted


def may_be_moving(desired: DesiredState, live: LiveState) -> list[str]:
    """The topics whose replication factor is not as wanted, or not the same in all partitions, sorted.

    Brokers show a topic that was just created without partitions: nothing of that is being moved.
    """
    wanted = {spec.name: spec.replication_factor for spec in desired.topics if spec.replication_factor is not None}
    return sorted(
        name
        for name, topic in live.topics.items()
        if name in wanted and topic.partitions and (topic.replication_factor != wanted[name] or _is_uneven(topic))
    )


def may_be_moving_unseen(desired: DesiredState, live: LiveState) -> list[str]:
    """The topics whose replication factor is as wanted, and of which some replica is not in sync, sorted.

    A reassignment shows the number of replicas that it leads to from its first moment on; or a broker is down.
    """
    wanted = {spec.name: spec.replication_factor for spec in desired.topics}
    return sorted(
        name for name, topic in live.topics.items() if topic.is_lagging and topic.replication_factor == wanted.get(name)
    )


def with_moving(live: LiveState, moving: Mapping[str, Moving], asked: Collection[str] = ()) -> LiveState:
    """``live`` with the topics whose replicas are being moved marked as such, and others of ``asked`` as settled."""
    found = {
        name: replace(live.topics[name], moving=moving.get(name), is_settled=name not in moving)
        for name in {*moving, *asked} & live.topics.keys()
    }
    return replace(live, topics={name: found.get(name, topic) for name, topic in live.topics.items()})


def reassignments(plan: Plan) -> Iterator[Diagnostic]:
    """What is to be said of topics whose replicas are being moved, or seem to be."""
    for topic in plan.topics:
        live = live_of(topic)
        if live is not None and live.moving is not None and live.moving.replication_factor is not None:
            yield _under_way(topic, live)
        elif live is not None and not live.is_settled and (_is_uneven(live) or live.moving is not None):
            yield _suspected(topic, live)


def _is_uneven(live: LiveTopic) -> bool:
    return live.highest_replication_factor not in {None, live.replication_factor}


def _under_way(topic: TopicPlan, live: LiveTopic) -> Diagnostic:
    return Diagnostic(
        severity=Severity.INFO,
        code="reassignment-under-way",
        message=f"replicas of {quoted(topic.name)} are being moved; "
        f"its replication factor is then {live.settled_replication_factor}",
        hint="until then the cluster lists old and new replicas together",
        topic=topic.name,
        origin=topic.desired.origin,
    )


def _suspected(topic: TopicPlan, live: LiveTopic) -> Diagnostic:
    numbers = sorted({live.replication_factor, live.highest_replication_factor or live.replication_factor})
    return Diagnostic(
        severity=Severity.WARNING,
        code="reassignment-suspected",
        message=f"the partitions of {quoted(topic.name)} have between {numbers[0]} and {numbers[-1]} replicas"
        if len(numbers) > 1
        else f"replicas of {quoted(topic.name)} are not in sync",
        hint="a reassignment is probably in progress; run plan again when it is complete",
        topic=topic.name,
        origin=topic.desired.origin,
    )
