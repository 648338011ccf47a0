"""The sizes of partitions, and what is free, on the disks of brokers (``DescribeLogDirs``, KIP-113, KIP-827)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from reconciler.cluster.connection import Connection
from reconciler.cluster.second_client import ask_second_client
from reconciler.model import LivePartition, Room

_NOT_PERMITTED = "a broker shows no log directory; grant this principal DESCRIBE on the cluster"
_NOT_SHOWN = "partition {} is not in a log directory that a broker shows; start the brokers that are down"
_UNKNOWN = -1
"""What a broker before Kafka 3.3 has free."""


class LogDirs(NamedTuple):
    """The bytes of each partition, of its largest replica, and the reason for each topic that is not shown.

    ``room`` is what brokers have free; without those that do not tell.
    """

    sizes: Mapping[str, Mapping[int, int]]
    reasons: Mapping[str, str]
    room: Mapping[int, Room]


def read_log_dirs(connection: Connection, partitions: Mapping[str, Sequence[LivePartition]]) -> LogDirs:
    """What the log directories of all brokers have of ``partitions``, and free.

    Raises NotAsked where the client for it is not there, or gets no answer.
    """
    wanted = {topic: [each.partition for each in of_topic] for topic, of_topic in partitions.items()}
    answers: Sequence[Any] = ask_second_client(
        connection, lambda client: client.describe_log_dirs(wanted), api="describe_log_dirs"
    )
    sizes = _sizes(answers)
    is_hidden = any(not answer["log_dirs"] for answer in answers)
    found: dict[str, Mapping[int, int]] = {}
    reasons: dict[str, str] = {}
    for topic, numbers in wanted.items():
        missing = [number for number in numbers if number not in sizes.get(topic, {})]
        if missing:
            reasons[topic] = _NOT_PERMITTED if is_hidden else _NOT_SHOWN.format(missing[0])
        else:
            found[topic] = dict(sorted(sizes[topic].items()))
    rooms = {answer["broker"]: _room(answer["log_dirs"]) for answer in answers}
    return LogDirs(found, reasons, {broker: room for broker, room in sorted(rooms.items()) if room is not None})


def _sizes(answers: Sequence[Any]) -> Mapping[str, Mapping[int, int]]:
    sizes: dict[str, dict[int, int]] = defaultdict(dict)
    for log_dir in (each for answer in answers for each in answer["log_dirs"]):
        for topic in log_dir["topics"]:
            of_topic = sizes[topic["name"]]
            for replica in topic["partitions"]:
                number, size = replica["partition_index"], replica["partition_size"]
                of_topic[number] = max(size, of_topic.get(number, 0))
    return sizes


def _room(log_dirs: Sequence[Any]) -> Room | None:
    """What a broker has free for new replicas: none go to a directory that is offline or cordoned (KIP-1066)."""
    free = [
        each.get("usable_bytes", _UNKNOWN)
        for each in log_dirs
        if not each["error_code"] and not each.get("is_cordoned")
    ]
    if not log_dirs or any(number == _UNKNOWN for number in free):
        return None
    return Room(sum(free), min(free, default=0))
