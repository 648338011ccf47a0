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
_OF_GROUP = "DESCRIBE on the group"
_NO_OFFSET = 0
_NO_SUCH_GROUP = 69
"""GROUP_ID_NOT_FOUND: a coordinator has answered, and there is no such group."""

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


def topics_with_offsets(asking: Asking, group: str) -> frozenset[str] | KafkaFailure:
    """The topics that ``group`` has committed offsets of, or why they could not be read; none where there is no group.

    A broker leaves out topics that this principal may not describe.
    """

    def send(names: Collection[str], seconds: float) -> Mapping[str, Future[Any]]:
        asked = [ConsumerGroupTopicPartitions(name) for name in names]
        return asking.connection.admin.list_consumer_group_offsets(asked, request_timeout=seconds)

    failure = _await_coordinator(asking, group)
    if failure is not None:
        return failure
    told = asking.ask([group], send, api="list_consumer_group_offsets", permission=_OF_GROUP, each=True)
    if group in told.failures:
        return told.failures[group]
    return frozenset(each.topic for each in told.results[group].topic_partitions if each.offset >= _NO_OFFSET)


def _await_coordinator(asking: Asking, group: str) -> KafkaFailure | None:
    """Wait until the coordinator of ``group`` answers; why it does not, after some tries.

    On a cluster that has just started, the broker that is to be the coordinator answers first that it is none. To a
    request for offsets librdkafka takes that answer as a consumer would, and the process crashes
    (https://github.com/confluentinc/librdkafka/issues/5040). To this request it takes it as an error. Of groups that
    brokers list the coordinator is there already.
    """

    def send(names: Collection[str], seconds: float) -> Mapping[str, Future[Any]]:
        return asking.connection.admin.describe_consumer_groups(list(names), request_timeout=seconds)

    told = asking.ask([group], send, api="describe_consumer_groups", permission=_OF_GROUP, each=True)
    failure = told.failures.get(group)
    return failure if failure is not None and failure.code != _NO_SUCH_GROUP else None


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
