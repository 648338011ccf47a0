"""The brokers that are up, where replicas can go."""

from __future__ import annotations

from confluent_kafka.admin import ClusterMetadata

from reconciler.cluster.connection import Connection
from reconciler.cluster.descriptions import describe_cluster
from reconciler.cluster.partition_lists import replicas_by_broker
from reconciler.cluster.second_client import NotAsked, is_installed
from reconciler.extras import DISTRIBUTION
from reconciler.model import LiveBrokers


def read_brokers(connection: Connection, metadata: ClusterMetadata) -> LiveBrokers:
    """The brokers with their racks and replicas, and what is permitted on the cluster, by one more request.

    Raises ClusterUnavailable where the cluster does not answer, and DeadlinePassed.
    """
    described = describe_cluster(connection, operations=True)
    return LiveBrokers(
        racks={node.id: node.rack for node in described.nodes},
        replicas=replicas_by_broker(metadata),
        operations=described.operations,
    )


def obstacle_of(error: NotAsked) -> tuple[str, str | None]:
    """Why replicas cannot be moved where the second client cannot be asked, and the way out if there is one."""
    if not is_installed():
        return (
            "the Kafka client has no request that moves replicas",
            f"install the one that has: pip install '{DISTRIBUTION}[reassign]'",
        )
    return f"replicas cannot be moved: {error}", None
