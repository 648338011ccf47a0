"""Offsets of many partitions through librdkafka's C interface ("ListOffsets").

The Python binding builds five objects with locks for each partition; here each is a few calls into the library.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from ctypes import byref, c_size_t
from typing import Any

from reconciler.cluster.connection import GRACE_SECONDS, Connection
from reconciler.cluster.librdkafka import POLL_MS, library, new_client, new_options
from reconciler.cluster.offset_answers import NOT_TOLD, Found, Place

WORTH_A_CONNECTION = 1_500
"""From this number of partitions on, less time is spent here than the binding needs more."""

IN_FLIGHT = 2
"""Requests under way at once: the leaders prepare the next response while one is read."""

_OP_LIST_OFFSETS = 21
"""``RD_KAFKA_ADMIN_OP_LISTOFFSETS`` of rdkafka.h."""


def is_worth_it(connection: Connection, partitions: int) -> bool:
    """Whether this installation has the C interface, and so many partitions are faster with it."""
    return connection.makes_clients and partitions >= WORTH_A_CONNECTION and library() is not None


def list_offsets(connection: Connection, chunks: Sequence[Mapping[Place, int]]) -> Iterator[tuple[Place, Found]]:
    """What the leaders tell, a request for each of ``chunks``; without what they did not tell.

    The numbers asked for are those of the protocol: a time in milliseconds, or one of the negative ones.
    """
    functions = library()
    if functions is None:
        raise AssertionError("ask is_worth_it first")
    with ExitStack() as stack:
        client, queue = new_client(functions, connection, stack)
        for number in range(len(chunks) + IN_FLIGHT - 1):
            seconds = connection.read_timeout()
            if number < len(chunks):
                connection.requests["list_offsets"] += 1
                options = new_options(functions, client, _OP_LIST_OFFSETS, seconds, stack)
                _ask(functions, chunks[number], client, options, queue)
            if number < IN_FLIGHT - 1:
                continue
            event = _next_event(functions, connection, queue, seconds)
            if event is None:
                stack.pop_all()  # freeing a client that hangs would hang
                connection.connect_anew()
                return
            yield from _found(functions, event)
            functions["event_destroy"](event)
            connection.limit.restart()


def _ask(functions: Mapping[str, Any], chunk: Mapping[Place, int], client: int, options: int, queue: int) -> None:
    asked = functions["topic_partition_list_new"](len(chunk))
    for place, number in chunk.items():
        added = functions["topic_partition_list_add"](asked, place.topic.encode(), place.partition)
        added.contents.offset = number
    functions["ListOffsets"](client, asked, options, queue)
    functions["topic_partition_list_destroy"](asked)


def _next_event(functions: Mapping[str, Any], connection: Connection, queue: int, seconds: float) -> int | None:
    """The response to any of the requests under way; ``None`` where there is none within ``seconds``."""
    began = time.monotonic()
    while time.monotonic() < began + seconds + GRACE_SECONDS:
        event: int | None = functions["queue_poll"](queue, POLL_MS)
        if event:
            return event
        connection.still_waiting(began)
    return None


def _found(functions: Mapping[str, Any], event: int) -> Iterator[tuple[Place, Found]]:
    result = functions["event_ListOffsets_result"](event)
    if functions["event_error"](event) or not result:
        return
    number = c_size_t()
    infos = functions["ListOffsets_result_infos"](result, byref(number))
    place_of, time_of = functions["ListOffsetsResultInfo_topic_partition"], functions["ListOffsetsResultInfo_timestamp"]
    for info in infos[: number.value]:
        place = place_of(info).contents
        if not place.err and place.offset != NOT_TOLD:
            yield Place(place.topic.decode(), place.partition), Found(place.offset, time_of(info))
