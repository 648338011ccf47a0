"""The partitions of topics, from the list of topics."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence

from confluent_kafka import KafkaException
from confluent_kafka.admin import ClusterMetadata

from reconciler.cluster.failures import failure_of
from reconciler.cluster.listed import topic_of
from reconciler.model import LivePartition

_SHOWN = 5
NOT_LISTED = "the cluster does not list the topic; it was deleted, or this principal lacks DESCRIBE on it"


def partitions_of(
    topics: Collection[str], metadata: ClusterMetadata
) -> tuple[Mapping[str, Sequence[LivePartition]], Mapping[str, str]]:
    """The partitions of each of ``topics``, and the reason for each that has none."""
    found: dict[str, Sequence[LivePartition]] = {}
    reasons: dict[str, str] = {}
    for name in sorted(topics):
        topic = metadata.topics.get(name)
        if topic is None:
            reasons[name] = NOT_LISTED
        elif topic.error is not None:
            failure = failure_of(KafkaException(topic.error))
            reasons[name] = f"{failure.message}; {failure.remedy}"
        else:
            found[name] = topic_of(name, topic, replicas=True).replicas or ()
    return found, reasons


def replicas_by_broker(metadata: ClusterMetadata) -> Counter[int]:
    """How many replicas each broker has, of all topics."""
    partitions = (partition for topic in metadata.topics.values() for partition in topic.partitions.values())
    return Counter(broker for partition in partitions for broker in partition.replicas)


def without_leader(partitions: Sequence[LivePartition], *, of: str = "") -> str | None:
    """The reason why not all of ``partitions`` answer: some have no leader; ``of`` is added to their numbers."""
    leaderless = [each.partition for each in partitions if each.leader is None]
    if not leaderless:
        return None
    shown = ", ".join(map(str, leaderless[:_SHOWN])) + (", …" if len(leaderless) > _SHOWN else "")
    which = f"partition {shown}{of} has" if len(leaderless) == 1 else f"partitions {shown}{of} have"
    return f"{which} no leader; start the brokers that are down"
