"""The brokers of partitions that are added to a topic.

A broker that places them puts the replicas of each in different racks too, but starts at a random broker, whatever the
topic has where. So replicas and leaders of a topic that grows several times are uneven in the end.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from confluent_kafka.admin import ClusterMetadata

from reconciler.cluster.connection import Connection
from reconciler.cluster.descriptions import describe_cluster
from reconciler.cluster.partition_lists import partitions_of, replicas_by_broker
from reconciler.errors import ClusterUnavailable
from reconciler.model import LivePartition
from reconciler.plan.placement import Brokers, new_partitions

Assigned = Mapping[str, list[list[int]]]
"""The broker ids of the replicas of each new partition, the preferred leader first, by topic."""


class Assignments:
    """Chooses brokers where each has a rack and there are several racks; elsewhere it is left to the broker.

    What was read of the cluster is kept until it is to be read ``anew``.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._metadata: ClusterMetadata | None = None
        self._brokers: Brokers | None = None

    def anew(self) -> None:
        """Read the cluster again next time: a broker may have gone, or a topic may have grown."""
        self._metadata = self._brokers = None

    def of(self, totals: Mapping[str, int]) -> Assigned:
        """The brokers of the partitions that are added to reach ``totals``. Raises DeadlinePassed, ClusterUnavailable.

        Without the topics whose partitions have different numbers of replicas: these are probably being moved.
        """
        metadata, brokers = self._read()
        if not brokers.know_racks or len(set(brokers.racks.values())) == 1:
            return {}
        existing, _ = partitions_of(totals.keys(), metadata)
        found = {name: _new(existing[name], totals[name], brokers) for name in sorted(existing)}
        return {name: new for name, new in found.items() if new}

    def _read(self) -> tuple[ClusterMetadata, Brokers]:
        if self._metadata is None or self._brokers is None:
            self._metadata = self._connection.metadata()
            self._brokers = Brokers(racks=self._racks(), replicas=replicas_by_broker(self._metadata))
        return self._metadata, self._brokers

    def _racks(self) -> Mapping[int, str | None]:
        try:
            nodes = describe_cluster(self._connection, operations=False).nodes
        except ClusterUnavailable:
            return {}  # the broker places them
        return {node.id: node.rack for node in nodes}


def _new(existing: Sequence[LivePartition], total: int, brokers: Brokers) -> list[list[int]]:
    factors = {len(each.replicas) for each in existing}
    number = total - len(existing)
    if len(factors) != 1 or number <= 0 or max(factors) > len(brokers.racks):
        return []
    replicas = new_partitions([each.replicas for each in existing], number, max(factors), brokers)
    return [list(each) for each in replicas]
