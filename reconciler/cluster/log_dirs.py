"""The sizes of partitions on the disks of brokers (``DescribeLogDirs``, KIP-113)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from reconciler.cluster.connection import Connection
from reconciler.cluster.second_client import ask_second_client
from reconciler.model import LivePartition

_NOT_PERMITTED = "a broker shows no log directory; grant this principal DESCRIBE on the cluster"
_NOT_SHOWN = "partition {} is not in a log directory that a broker shows; start the brokers that are down"


def read_sizes(
    connection: Connection, partitions: Mapping[str, Sequence[LivePartition]]
) -> tuple[Mapping[str, Mapping[int, int]], Mapping[str, str]]:
    """The bytes of each partition, of its largest replica, and the reason for each topic that is not shown.

    Raises NotAsked where the client for it is not there, or gets no answer.
    """
    wanted = {topic: [each.partition for each in of_topic] for topic, of_topic in partitions.items()}
    answers: Sequence[Any] = ask_second_client(
        connection, lambda client: client.describe_log_dirs(wanted), api="describe_log_dirs"
    )
    sizes: dict[str, dict[int, int]] = defaultdict(dict)
    for log_dir in (each for answer in answers for each in answer["log_dirs"]):
        for topic in log_dir["topics"]:
            of_topic = sizes[topic["name"]]
            for replica in topic["partitions"]:
                number, size = replica["partition_index"], replica["partition_size"]
                of_topic[number] = max(size, of_topic.get(number, 0))
    is_hidden = any(not answer["log_dirs"] for answer in answers)
    found: dict[str, Mapping[int, int]] = {}
    reasons: dict[str, str] = {}
    for topic, numbers in wanted.items():
        missing = [number for number in numbers if number not in sizes[topic]]
        if missing:
            reasons[topic] = _NOT_PERMITTED if is_hidden else _NOT_SHOWN.format(missing[0])
        else:
            found[topic] = dict(sorted(sizes[topic].items()))
    return found, reasons
