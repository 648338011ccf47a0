"""Topic configs through librdkafka's C interface ("DescribeConfigs")."""

from __future__ import annotations

import ctypes
import time
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from ctypes import byref, c_char_p, c_int, c_size_t, c_void_p
from sys import intern
from typing import Any

from reconciler.cluster.configs_answers import CHUNK, COUNTS_AMONG_KEYS, IN_FLIGHT, Answer, Configs
from reconciler.cluster.connection import GRACE_SECONDS, Connection
from reconciler.cluster.failures import READING_CONFIGS, failure_of_code
from reconciler.cluster.librdkafka import MESSAGE_BYTES, POLL_MS, library, new_client, new_options
from reconciler.model import Query

# Enumerations of rdkafka.h.
_OP_DESCRIBE_CONFIGS = 5
_RESOURCE_TOPIC = 2
_SOURCE_TOPIC = 1
_EVENT_LOG = 0x4


def is_available() -> bool:
    """Whether this installation has the C interface."""
    return library() is not None


def describe_configs(connection: Connection, topics: Sequence[str], query: Query) -> Iterator[Answer]:
    """The configs of ``topics``, through a second client with the same properties."""
    functions = library()
    if functions is None:
        raise AssertionError("ask is_available first")
    with ExitStack() as stack:
        client = _Client(functions, connection, stack, query)
        chunks = [topics[start : start + CHUNK] for start in range(0, len(topics), CHUNK)]
        for number, chunk in enumerate(chunks):
            client.ask(chunk)
            if number >= IN_FLIGHT - 1:
                yield from client.answers()
        for _ in range(min(IN_FLIGHT - 1, len(chunks))):
            yield from client.answers()


class _Client:
    """A librdkafka client with one queue for its responses and log lines; ``stack`` frees both."""

    def __init__(self, functions: dict[str, Any], connection: Connection, stack: ExitStack, query: Query) -> None:
        self._f = functions
        self._connection = connection
        self._stack = stack
        self._query = query
        self._message = ctypes.create_string_buffer(MESSAGE_BYTES)
        self._client, self._queue = new_client(functions, connection, stack)
        functions["set_log_queue"](self._client, self._queue)
        self._options = new_options(functions, self._client, _OP_DESCRIBE_CONFIGS, connection.read_timeout(), stack)
        self._under_way: deque[tuple[float, float]] = deque()
        """When each request was sent and when to give it up, by the monotonic clock."""
        self._places: dict[str, int] = {}

    def ask(self, topics: Sequence[str]) -> None:
        """Send one request."""
        seconds = self._connection.read_timeout()
        self._connection.requests["describe_configs"] += 1
        self._f["AdminOptions_set_request_timeout"](self._options, int(seconds * 1000), self._message, MESSAGE_BYTES)
        sent_at = time.monotonic()
        self._under_way.append((sent_at, sent_at + seconds + GRACE_SECONDS))
        new, destroy = self._f["ConfigResource_new"], self._f["ConfigResource_destroy"]
        resources = [new(_RESOURCE_TOPIC, name.encode()) for name in topics]
        array = (c_void_p * len(resources))(*resources)
        self._f["DescribeConfigs"](self._client, array, len(resources), self._options, self._queue)
        for resource in resources:
            destroy(resource)

    def answers(self) -> Iterator[Answer]:
        """The answers of the next response. Raises ClusterUnavailable where there is none."""
        sent_at, end = self._under_way.popleft()
        event = self._next_answer(end)
        self._connection.took("describe_configs", sent_at)
        try:
            if self._f["event_error"](event):
                self._connection.connect_anew()
                raise self._connection.unavailable(self._f["event_error_string"](event).decode())
            result = self._f["event_DescribeConfigs_result"](event)
            count = c_size_t()
            resources = self._f["DescribeConfigs_result_resources"](result, byref(count))
            for resource in resources[: count.value]:
                yield self._answer(resource)
        finally:
            self._f["event_destroy"](event)

    def _next_answer(self, end: float) -> int:
        """The next event that is not a log line, waited for until ``end`` of the monotonic clock."""
        started = time.monotonic()
        while True:
            event: int | None = self._f["queue_poll"](self._queue, POLL_MS)
            if event and self._f["event_type"](event) != _EVENT_LOG:
                return event
            if event:
                self._pass_on(event)
            self._connection.still_waiting(started)
            if time.monotonic() > end:
                self._stack.pop_all()  # freeing a client that hangs would hang
                self._connection.connect_anew()
                raise self._connection.unavailable("the Kafka client does not return")

    def _pass_on(self, event: int) -> None:
        facility, words, level = c_char_p(), c_char_p(), c_int()
        self._f["event_log"](event, byref(facility), byref(words), byref(level))
        parts = ((part.value or b"").decode(errors="replace") for part in (facility, words))
        self._connection.diagnosis.take_log_line("{} [describe] {}".format(*parts))
        self._f["event_destroy"](event)

    def _answer(self, resource: int) -> Answer:
        topic = self._f["ConfigResource_name"](resource).decode()
        code = self._f["ConfigResource_error"](resource)
        if code:
            message = self._f["ConfigResource_error_string"](resource) or b""
            return topic, failure_of_code(code, message.decode(), permission=READING_CONFIGS)
        count = c_size_t()
        entries = self._f["ConfigResource_configs"](resource, byref(count))[: count.value]
        source, name, value = (self._f[f"ConfigEntry_{what}"] for what in ("source", "name", "value"))
        overrides = {
            intern(key): text.decode() if (text := value(entry)) is not None else None
            for entry in entries
            if source(entry) == _SOURCE_TOPIC and (key := name(entry).decode()) not in COUNTS_AMONG_KEYS
        }
        wanted = self._query.keys_of(topic)
        keys = [intern(name(entry).decode()) for entry in entries] if wanted is None else wanted
        inherited = {
            key: intern(text.decode())
            for key in keys
            if key not in overrides and key not in COUNTS_AMONG_KEYS
            if (entry := self._entry(key, entries)) and (text := value(entry)) is not None
        }
        return topic, Configs(dict(sorted(overrides.items())), inherited)

    def _entry(self, key: str, entries: Sequence[int]) -> int | None:
        """The entry of ``key``, tried first at its place in the last topic, which is nearly always the same."""
        name, wanted = self._f["ConfigEntry_name"], key.encode()
        place = self._places.get(key, 0)
        if place < len(entries) and name(entries[place]) == wanted:
            return entries[place]
        for place, entry in enumerate(entries):
            if name(entry) == wanted:
                self._places[key] = place
                return entry
        return None
