"""Replicas that are being moved (``ListPartitionReassignments``, KIP-455)."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from reconciler.cluster.connection import Connection
from reconciler.cluster.reader import Reader
from reconciler.cluster.second_client import NotAsked, ask_second_client
from reconciler.model import Facet, LivePartition, Move, Moving, Query


def read_moving(connection: Connection, reader: Reader, topics: Collection[str]) -> Mapping[str, Moving]:
    """Those of ``topics`` whose replicas are being moved, with the replication factor that each gets.

    Asked for are those that seem to: replicas are missing from the in-sync ones, or partitions have different numbers
    of them. Without a second client, or the permission DESCRIBE on the cluster, that is all there is to know.
    Raises ClusterUnavailable and DeadlinePassed.
    """
    if not topics:
        return {}
    live = reader.look(Query(names=topics, facets=frozenset({Facet.REPLICAS}))).topics
    partitions = {name: topic.replicas or () for name, topic in live.items() if _seems_moving(topic.replicas or ())}
    if not partitions:
        return {}
    try:
        return _asked(connection, partitions)
    except NotAsked:
        return dict.fromkeys(partitions, Moving())


def moves_in_flight(connection: Connection, *, at_most: float = math.inf) -> Mapping[str, Mapping[int, Move]]:
    """All moves under way in the cluster, by topic and partition, asked for ``at_most`` so many seconds.

    Raises NotAsked, DeadlinePassed, and what ``check`` of the connection raises.
    """
    answer: Mapping[Any, Any] = ask_second_client(
        connection,
        lambda client: client.list_partition_reassignments(),
        api="list_partition_reassignments",
        at_most=at_most,
    )
    found: dict[str, dict[int, Move]] = defaultdict(dict)
    for at, moving in answer.items():
        before = tuple(broker for broker in moving["replicas"] if broker not in moving["adding_replicas"])
        found[at.topic][at.partition] = Move(at.partition, before, _target(moving))
    return found


def _asked(connection: Connection, partitions: Mapping[str, Sequence[LivePartition]]) -> Mapping[str, Moving]:
    wanted = {name: [each.partition for each in of_topic] for name, of_topic in partitions.items()}
    answer: Mapping[Any, Any] = ask_second_client(
        connection, lambda client: client.list_partition_reassignments(wanted), api="list_partition_reassignments"
    )
    found: dict[str, dict[int, tuple[int, ...]]] = defaultdict(dict)
    renumbered: set[str] = set()
    for each, moving in answer.items():
        found[each.topic][each.partition] = _target(moving)
        if len(moving["adding_replicas"]) != len(moving["removing_replicas"]):
            renumbered.add(each.topic)
    numbers = {
        name: [len(targets.get(each.partition, each.replicas)) for each in partitions[name]]
        for name, targets in found.items()
        if name in partitions
    }
    return {
        name: Moving(
            replication_factor=min(numbers[name]),
            highest_replication_factor=max(numbers[name]),
            targets=dict(sorted(found[name].items())),
            changes_number=name in renumbered,
        )
        for name in numbers
    }


def _target(moving: Mapping[str, Any]) -> tuple[int, ...]:
    return tuple(broker for broker in moving["replicas"] if broker not in moving["removing_replicas"])


def _seems_moving(partitions: Sequence[LivePartition]) -> bool:
    numbers = {len(each.replicas) for each in partitions}
    return len(numbers) > 1 or any(len(each.in_sync) < len(each.replicas) for each in partitions)
