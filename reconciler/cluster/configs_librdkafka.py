"""Topic configuration through librdkafka's public C interface, of the library that the binding brings.

https://docs.confluent.io/platform/current/clients/librdkafka/html/rdkafka_8h.html, "DescribeConfigs".
"""

from __future__ import annotations

import ctypes
import functools
import time
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from ctypes import POINTER, byref, c_char_p, c_int, c_size_t, c_void_p
from sys import intern
from typing import Any

from confluent_kafka import cimpl

from reconciler.cluster.configs import CHUNK, COUNTS_AMONG_KEYS, IN_FLIGHT, Answer, Configs
from reconciler.cluster.connection import GRACE_SECONDS, Connection
from reconciler.cluster.failures import READING_CONFIGS, failure_of_code
from reconciler.model import TopicSpec

# Enumerations of rdkafka.h.
_PRODUCER = 0
_CONF_OK = 0
_OP_DESCRIBE_CONFIGS = 5
_RESOURCE_TOPIC = 2
_SOURCE_TOPIC = 1
_EVENT_LOG = 0x4

_POLL_MS = 50
_MESSAGE_BYTES = 512

_FUNCTIONS: dict[str, tuple[Any, list[Any]]] = {
    "conf_new": (c_void_p, []),
    "conf_set": (c_int, [c_void_p, c_char_p, c_char_p, c_char_p, c_size_t]),
    "conf_destroy": (None, [c_void_p]),
    "new": (c_void_p, [c_int, c_void_p, c_char_p, c_size_t]),
    "destroy": (None, [c_void_p]),
    "set_log_queue": (c_int, [c_void_p, c_void_p]),
    "queue_new": (c_void_p, [c_void_p]),
    "queue_destroy": (None, [c_void_p]),
    "queue_poll": (c_void_p, [c_void_p, c_int]),
    "AdminOptions_new": (c_void_p, [c_void_p, c_int]),
    "AdminOptions_set_request_timeout": (c_int, [c_void_p, c_int, c_char_p, c_size_t]),
    "AdminOptions_destroy": (None, [c_void_p]),
    "ConfigResource_new": (c_void_p, [c_int, c_char_p]),
    "ConfigResource_destroy": (None, [c_void_p]),
    "ConfigResource_name": (c_char_p, [c_void_p]),
    "ConfigResource_error": (c_int, [c_void_p]),
    "ConfigResource_error_string": (c_char_p, [c_void_p]),
    "ConfigResource_configs": (POINTER(c_void_p), [c_void_p, POINTER(c_size_t)]),
    "ConfigEntry_source": (c_int, [c_void_p]),
    "ConfigEntry_name": (c_char_p, [c_void_p]),
    "ConfigEntry_value": (c_char_p, [c_void_p]),
    "DescribeConfigs": (None, [c_void_p, POINTER(c_void_p), c_size_t, c_void_p, c_void_p]),
    "DescribeConfigs_result_resources": (POINTER(c_void_p), [c_void_p, POINTER(c_size_t)]),
    "event_type": (c_int, [c_void_p]),
    "event_log": (c_int, [c_void_p, POINTER(c_char_p), POINTER(c_char_p), POINTER(c_int)]),
    "event_DescribeConfigs_result": (c_void_p, [c_void_p]),
    "event_error": (c_int, [c_void_p]),
    "event_error_string": (c_char_p, [c_void_p]),
    "event_destroy": (None, [c_void_p]),
    "AdminOptions_set_broker": (c_int, [c_void_p, c_int, c_char_p, c_size_t]),
    "AdminOptions_set_opaque": (None, [c_void_p, c_void_p]),
    "event_opaque": (c_void_p, [c_void_p]),
    "TopicCollection_of_topic_names": (c_void_p, [POINTER(c_char_p), c_size_t]),
    "TopicCollection_destroy": (None, [c_void_p]),
    "DescribeTopics": (None, [c_void_p, c_void_p, c_void_p, c_void_p]),
    "DescribeTopics_result_topics": (POINTER(c_void_p), [c_void_p, POINTER(c_size_t)]),
    "TopicDescription_name": (c_char_p, [c_void_p]),
    "TopicDescription_partitions": (POINTER(c_void_p), [c_void_p, POINTER(c_size_t)]),
    "event_DescribeTopics_result": (c_void_p, [c_void_p]),
}


@functools.cache
def library() -> dict[str, Any] | None:
    """The functions by their names without ``rd_kafka_``, or ``None`` where one cannot be found."""
    try:
        # The binding is linked to librdkafka, so that its symbols are found through it, wherever it lies.
        library = ctypes.CDLL(cimpl.__file__)
        functions = {name: getattr(library, f"rd_kafka_{name}") for name in _FUNCTIONS}
    except (OSError, AttributeError):
        return None
    for name, (result, arguments) in _FUNCTIONS.items():
        functions[name].restype = result
        functions[name].argtypes = arguments
    return functions


def is_available() -> bool:
    """Whether the C interface can be reached from here."""
    return library() is not None


def describe_configs(connection: Connection, topics: Sequence[TopicSpec]) -> Iterator[Answer]:
    """The configuration of ``topics``, through a client of its own with the same properties."""
    functions = library()
    if functions is None:
        raise AssertionError("ask is_available first")
    with ExitStack() as stack:
        client = _Client(functions, connection, stack)
        asked = {spec.name.encode(): spec for spec in topics}
        chunks = [topics[start : start + CHUNK] for start in range(0, len(topics), CHUNK)]
        for number, chunk in enumerate(chunks):
            client.ask(chunk)
            if number >= IN_FLIGHT - 1:
                yield from client.answers(asked)
        for _ in range(min(IN_FLIGHT - 1, len(chunks))):
            yield from client.answers(asked)


def new_client(functions: Mapping[str, Any], connection: Connection, stack: ExitStack) -> tuple[int, int]:
    """A client with the properties of ``connection``, and a queue for its answers; ``stack`` frees both.

    Raises ClusterUnavailable with what librdkafka says against a property, or all of them.
    """
    message = ctypes.create_string_buffer(_MESSAGE_BYTES)
    conf = functions["conf_new"]()
    for key, value in {**connection.properties, "log.queue": "true"}.items():
        if functions["conf_set"](conf, key.encode(), value.encode(), message, _MESSAGE_BYTES) != _CONF_OK:
            functions["conf_destroy"](conf)
            raise connection.not_made(message.value.decode(), key)
    client = functions["new"](_PRODUCER, conf, message, _MESSAGE_BYTES)
    if not client:
        functions["conf_destroy"](conf)
        raise connection.not_made(message.value.decode())
    stack.callback(functions["destroy"], client)
    queue = functions["queue_new"](client)
    stack.callback(functions["queue_destroy"], queue)
    return client, queue


def new_options(functions: Mapping[str, Any], client: int, operation: int, seconds: float, stack: ExitStack) -> int:
    """Options of a request of the kind ``operation`` that may take so long; ``stack`` frees them."""
    options: int = functions["AdminOptions_new"](client, operation)
    stack.callback(functions["AdminOptions_destroy"], options)
    message = ctypes.create_string_buffer(_MESSAGE_BYTES)
    functions["AdminOptions_set_request_timeout"](options, int(seconds * 1000), message, _MESSAGE_BYTES)
    return options


class _Client:
    """A librdkafka client with one queue for its answers and its log lines; ``stack`` frees both."""

    def __init__(self, functions: dict[str, Any], connection: Connection, stack: ExitStack) -> None:
        self._f = functions
        self._connection = connection
        self._stack = stack
        self._message = ctypes.create_string_buffer(_MESSAGE_BYTES)
        self._client, self._queue = new_client(functions, connection, stack)
        functions["set_log_queue"](self._client, self._queue)
        self._options = new_options(functions, self._client, _OP_DESCRIBE_CONFIGS, connection.read_timeout(), stack)
        self._ends: deque[float] = deque()
        self._places: dict[str, int] = {}

    def ask(self, topics: Sequence[TopicSpec]) -> None:
        """Send one request."""
        seconds = self._connection.read_timeout()
        self._connection.requests["describe_configs"] += 1
        self._f["AdminOptions_set_request_timeout"](self._options, int(seconds * 1000), self._message, _MESSAGE_BYTES)
        self._ends.append(time.monotonic() + seconds + GRACE_SECONDS)
        new, destroy = self._f["ConfigResource_new"], self._f["ConfigResource_destroy"]
        resources = [new(_RESOURCE_TOPIC, spec.name.encode()) for spec in topics]
        array = (c_void_p * len(resources))(*resources)
        self._f["DescribeConfigs"](self._client, array, len(resources), self._options, self._queue)
        for resource in resources:
            destroy(resource)

    def answers(self, asked: dict[bytes, TopicSpec]) -> Iterator[Answer]:
        """What one request is answered with. Raises ClusterUnavailable when that is no answer."""
        event = self._next_answer(self._ends.popleft())
        try:
            if self._f["event_error"](event):
                self._connection.connect_anew()
                raise self._connection.unavailable(self._f["event_error_string"](event).decode())
            result = self._f["event_DescribeConfigs_result"](event)
            count = c_size_t()
            resources = self._f["DescribeConfigs_result_resources"](result, byref(count))
            for resource in resources[: count.value]:
                yield self._answer(resource, asked[self._f["ConfigResource_name"](resource)])
        finally:
            self._f["event_destroy"](event)

    def _next_answer(self, end: float) -> int:
        """The next event that is no log line, which has to come before that moment of the monotonic clock."""
        started = time.monotonic()
        while True:
            event: int | None = self._f["queue_poll"](self._queue, _POLL_MS)
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
        self._connection.take_log_line("{} [describe] {}".format(*parts))
        self._f["event_destroy"](event)

    def _answer(self, resource: int, spec: TopicSpec) -> Answer:
        code = self._f["ConfigResource_error"](resource)
        if code:
            message = self._f["ConfigResource_error_string"](resource) or b""
            return spec.name, failure_of_code(code, message.decode(), permission=READING_CONFIGS)
        count = c_size_t()
        entries = self._f["ConfigResource_configs"](resource, byref(count))[: count.value]
        source, name, value = (self._f[f"ConfigEntry_{what}"] for what in ("source", "name", "value"))
        overrides = {
            intern(key): text.decode() if (text := value(entry)) is not None else None
            for entry in entries
            if source(entry) == _SOURCE_TOPIC and (key := name(entry).decode()) not in COUNTS_AMONG_KEYS
        }
        inherited = {}
        for key in spec.config.keys() - overrides.keys() - COUNTS_AMONG_KEYS:
            if (entry := self._entry(key, entries)) and (text := value(entry)) is not None:
                inherited[key] = text.decode()
        return spec.name, Configs(dict(sorted(overrides.items())), inherited)

    def _entry(self, key: str, entries: Sequence[int]) -> int | None:
        """The entry of ``key``: where the topic before had it, which is nearly always right, or by looking."""
        name, wanted = self._f["ConfigEntry_name"], key.encode()
        place = self._places.get(key, 0)
        if place < len(entries) and name(entries[place]) == wanted:
            return entries[place]
        for place, entry in enumerate(entries):
            if name(entry) == wanted:
                self._places[key] = place
                return entry
        return None
