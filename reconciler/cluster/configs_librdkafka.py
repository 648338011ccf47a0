"""Topic configuration through librdkafka's public C interface, of the library that the binding brings.

https://docs.confluent.io/platform/current/clients/librdkafka/html/rdkafka_8h.html, "DescribeConfigs".
"""

from __future__ import annotations

import ctypes
import functools
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from ctypes import POINTER, byref, c_char_p, c_int, c_size_t, c_void_p
from sys import intern
from typing import Any

from confluent_kafka import cimpl

from reconciler.cluster.configs import CHUNK, COUNTS_AMONG_KEYS, IN_FLIGHT, Answer, Configs
from reconciler.cluster.connection import Connection
from reconciler.cluster.failures import READING_CONFIGS, failure_of_code
from reconciler.errors import ReconcilerError
from reconciler.model import TopicSpec

# Enumerations of rdkafka.h.
_PRODUCER = 0
_CONF_OK = 0
_OP_DESCRIBE_CONFIGS = 5
_RESOURCE_TOPIC = 2
_SOURCE_TOPIC = 1

_POLL_MS = 50
_MESSAGE_BYTES = 512

_FUNCTIONS: dict[str, tuple[Any, list[Any]]] = {
    "conf_new": (c_void_p, []),
    "conf_set": (c_int, [c_void_p, c_char_p, c_char_p, c_char_p, c_size_t]),
    "conf_destroy": (None, [c_void_p]),
    "new": (c_void_p, [c_int, c_void_p, c_char_p, c_size_t]),
    "destroy": (None, [c_void_p]),
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
    "event_DescribeConfigs_result": (c_void_p, [c_void_p]),
    "event_error": (c_int, [c_void_p]),
    "event_error_string": (c_char_p, [c_void_p]),
    "event_destroy": (None, [c_void_p]),
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


class _Client:
    """A librdkafka client with a queue for its answers; ``stack`` frees both."""

    def __init__(self, functions: dict[str, Any], connection: Connection, stack: ExitStack) -> None:
        self._f = functions
        self._connection = connection
        message = ctypes.create_string_buffer(_MESSAGE_BYTES)
        conf = functions["conf_new"]()
        for key, value in {**connection.properties, "log_level": "0"}.items():
            if functions["conf_set"](conf, key.encode(), value.encode(), message, _MESSAGE_BYTES) != _CONF_OK:
                functions["conf_destroy"](conf)
                raise connection.unavailable(message.value.decode())
        self._client = functions["new"](_PRODUCER, conf, message, _MESSAGE_BYTES)
        if not self._client:
            functions["conf_destroy"](conf)
            raise connection.unavailable(message.value.decode())
        stack.callback(functions["destroy"], self._client)
        self._queue = functions["queue_new"](self._client)
        stack.callback(functions["queue_destroy"], self._queue)
        self._options = functions["AdminOptions_new"](self._client, _OP_DESCRIBE_CONFIGS)
        stack.callback(functions["AdminOptions_destroy"], self._options)
        milliseconds = int(connection.read_timeout() * 1000)
        functions["AdminOptions_set_request_timeout"](self._options, milliseconds, message, _MESSAGE_BYTES)
        self._places: dict[str, int] = {}

    def ask(self, topics: Sequence[TopicSpec]) -> None:
        """Send one request."""
        self._connection.requests["describe_configs"] += 1
        new, destroy = self._f["ConfigResource_new"], self._f["ConfigResource_destroy"]
        resources = [new(_RESOURCE_TOPIC, spec.name.encode()) for spec in topics]
        array = (c_void_p * len(resources))(*resources)
        self._f["DescribeConfigs"](self._client, array, len(resources), self._options, self._queue)
        for resource in resources:
            destroy(resource)

    def answers(self, asked: dict[bytes, TopicSpec]) -> Iterator[Answer]:
        """What one request is answered with. Raises ClusterUnavailable when that is no answer."""
        started = time.monotonic()
        while not (event := self._f["queue_poll"](self._queue, _POLL_MS)):
            self._connection.still_waiting(started)
        try:
            if self._f["event_error"](event):
                self._connection.connect_anew()
                raise self._unavailable(event)
            result = self._f["event_DescribeConfigs_result"](event)
            count = c_size_t()
            resources = self._f["DescribeConfigs_result_resources"](result, byref(count))
            for resource in resources[: count.value]:
                yield self._answer(resource, asked[self._f["ConfigResource_name"](resource)])
        finally:
            self._f["event_destroy"](event)

    def _unavailable(self, event: int) -> ReconcilerError:
        return self._connection.unavailable(self._f["event_error_string"](event).decode())

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
