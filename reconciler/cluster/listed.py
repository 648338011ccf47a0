"""A topic as the list of topics shows it."""

from __future__ import annotations

from typing import Any

from confluent_kafka.admin import PartitionMetadata, TopicMetadata

from reconciler.cluster.configs_answers import Configs
from reconciler.model import LivePartition, LiveTopic

_NO_LEADER = -1


_NO_CONFIGS = Configs({}, {})


def topic_of(name: str, metadata: TopicMetadata, configs: Configs = _NO_CONFIGS, *, replicas: bool) -> LiveTopic:
    """The topic with its ``configs``; with the ``replicas`` of each partition only where they are asked for."""
    partitions = metadata.partitions.values()
    numbers: Any = [len(partition.replicas) for partition in partitions]
    return LiveTopic(
        name=name,
        partitions=len(partitions),
        replication_factor=min(numbers, default=0),
        highest_replication_factor=max(numbers, default=0),
        is_lagging=sum(numbers) > sum(len(partition.isrs) for partition in partitions),
        overrides=configs.overrides,
        inherited=configs.inherited,
        sources=configs.sources,
        replicas=tuple(sorted(map(_partition, partitions))) if replicas else None,
    )


def _partition(partition: PartitionMetadata) -> LivePartition:
    return LivePartition(
        partition=partition.id,
        leader=partition.leader if partition.leader != _NO_LEADER else None,
        replicas=tuple(partition.replicas),
        in_sync=tuple(sorted(partition.isrs)),
    )
