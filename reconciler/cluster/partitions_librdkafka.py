"""Partitions and their replicas as one broker knows them, through librdkafka's public C interface.

The Python binding cannot choose the broker that answers a metadata request.
"""

from __future__ import annotations

import ctypes
import time
from collections.abc import Collection, Mapping, Sequence
from contextlib import ExitStack
from ctypes import byref, c_char_p, c_size_t
from typing import Any, NamedTuple

from reconciler.cluster.connection import Connection
from reconciler.cluster.librdkafka import MESSAGE_BYTES, POLL_MS, library, new_client, new_options

_OP_DESCRIBE_TOPICS = 19
"""``RD_KAFKA_ADMIN_OP_DESCRIBETOPICS`` of rdkafka.h."""


class Counts(NamedTuple):
    """How many partitions a topic has, and how many replicas: the fewest and the most of a partition."""

    partitions: int
    lowest: int
    highest: int


def is_available(connection: Connection) -> bool:
    """Whether each broker can be asked by itself."""
    return connection.makes_clients and library() is not None


def partitions_at(
    connection: Connection, nodes: Collection[int], names: Sequence[str], seconds: float
) -> Mapping[int, Mapping[str, Counts]]:
    """The counts of the topics ``names`` by broker, 0 where the broker does not show the topic.

    A broker that does not answer within ``seconds`` is left out.
    """
    functions = library()
    if functions is None:
        raise AssertionError("ask is_available first")
    with ExitStack() as stack:
        client, queue = new_client(functions, connection, stack)
        encoded = [name.encode() for name in names]
        topics = functions["TopicCollection_of_topic_names"]((c_char_p * len(names))(*encoded), len(names))
        stack.callback(functions["TopicCollection_destroy"], topics)
        message = ctypes.create_string_buffer(MESSAGE_BYTES)
        for node in nodes:
            options = new_options(functions, client, _OP_DESCRIBE_TOPICS, seconds, stack)
            functions["AdminOptions_set_broker"](options, node, message, MESSAGE_BYTES)
            functions["AdminOptions_set_opaque"](options, node)
            functions["DescribeTopics"](client, topics, options, queue)
        started, found = time.monotonic(), {}
        for _ in nodes:
            while not (event := functions["queue_poll"](queue, POLL_MS)):
                connection.still_waiting(started)
            # An opaque of 0, the id of a broker too, comes back as None.
            node = functions["event_opaque"](event) or 0
            if not functions["event_error"](event):
                found[node] = _partitions(functions, event)
            functions["event_destroy"](event)
        return found


def _partitions(functions: Mapping[str, Any], event: int) -> Mapping[str, Counts]:
    result = functions["event_DescribeTopics_result"](event)
    number = c_size_t()
    topics = functions["DescribeTopics_result_topics"](result, byref(number))
    found = {}
    for topic in topics[: number.value]:
        partitions, replicas = c_size_t(), c_size_t()
        numbers = []
        for partition in functions["TopicDescription_partitions"](topic, byref(partitions))[: partitions.value]:
            functions["TopicPartitionInfo_replicas"](partition, byref(replicas))
            numbers.append(replicas.value)
        counts = Counts(partitions.value, min(numbers, default=0), max(numbers, default=0))
        found[functions["TopicDescription_name"](topic).decode()] = counts
    return found
