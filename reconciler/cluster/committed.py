"""The committed offsets of groups."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from confluent_kafka import ConsumerGroupTopicPartitions, TopicPartition

from reconciler.cluster.asking import Asking
from reconciler.cluster.failures import failure_of_code
from reconciler.model import KafkaFailure, LivePartition

AT_ONCE = 1_000
"""Groups asked at the same time, one small request each."""
FEW_PARTITIONS = 20
"""Up to here a group is asked for these partitions, else for all that it has: no group has read all of many topics."""

_PERMISSION = "DESCRIBE on the group and the topic"
_NO_OFFSET = 0

ByTopic = Mapping[str, Mapping[int, int]]


@dataclass(slots=True)
class Committed:
    """Offsets by group, topic and partition; only groups that have some. ``failures`` are by group."""

    offsets: dict[str, ByTopic] = field(default_factory=dict)
    failures: dict[str, KafkaFailure] = field(default_factory=dict)


def committed_offsets(
    asking: Asking, groups: Collection[str], partitions: Mapping[str, Sequence[LivePartition]]
) -> Committed:
    """What ``groups`` have committed of the topics in ``partitions``."""
    number = sum(map(len, partitions.values()))
    places = [(topic, each.partition) for topic, of_topic in partitions.items() for each in of_topic]
    found = Committed()

    def send(names: Collection[str], seconds: float) -> Mapping[str, Future[Any]]:
        admin = asking.connection.admin
        answers: dict[str, Future[Any]] = {}
        for name in names:
            wanted = [TopicPartition(*place) for place in places] if number <= FEW_PARTITIONS else None
            asked = ConsumerGroupTopicPartitions(name, wanted)
            answers |= admin.list_consumer_group_offsets([asked], request_timeout=seconds)
        return answers

    left = iter(groups)
    while some := list(islice(left, AT_ONCE)):
        told = asking.ask(some, send, api="list_consumer_group_offsets", permission=_PERMISSION, each=True)
        found.failures.update(told.failures)
        for name, answer in told.results.items():
            _take(name, answer.topic_partitions, partitions, found)
    return found


def _take(name: str, answers: Sequence[TopicPartition], topics: Collection[str], found: Committed) -> None:
    offsets: dict[str, dict[int, int]] = {}
    for each in answers:
        if each.topic not in topics:
            continue
        if each.error is not None:
            found.failures[name] = failure_of_code(each.error.code(), each.error.str(), permission=_PERMISSION)
        elif each.offset >= _NO_OFFSET:
            offsets.setdefault(each.topic, {})[each.partition] = each.offset
    if offsets:
        found.offsets[name] = offsets
