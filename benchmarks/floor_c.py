"""The floor in C: one metadata request and every topic's configuration, through librdkafka's public C interface.

``floor_c.py SERVERS``. Only overrides become Python objects. The library is that of the Python binding, which is
imported to find it, as every program in Python that has only the wheel would do.
"""

import ctypes
import sys
from collections.abc import Iterator
from ctypes import POINTER, Structure, byref, c_char_p, c_int, c_int32, c_size_t, c_void_p

from confluent_kafka import cimpl

CHUNK, IN_FLIGHT = 200, 2
TIMEOUT_MS, POLL_MS, MESSAGE_BYTES = 60_000, 100, 512
# Enumerations of rdkafka.h.
PRODUCER, OP_DESCRIBE_CONFIGS, RESOURCE_TOPIC, SOURCE_TOPIC = 0, 5, 2, 1

Overrides = dict[str, str | None]


class Topic(Structure):
    """``rd_kafka_metadata_topic_t``."""

    _fields_ = (("topic", c_char_p), ("partition_cnt", c_int), ("partitions", c_void_p), ("err", c_int))


class Metadata(Structure):
    """``rd_kafka_metadata_t``."""

    _fields_ = (
        ("broker_cnt", c_int),
        ("brokers", c_void_p),
        ("topic_cnt", c_int),
        ("topics", POINTER(Topic)),
        ("orig_broker_id", c_int32),
        ("orig_broker_name", c_char_p),
    )


SIGNATURES = {
    "conf_new": (c_void_p, []),
    "conf_set": (c_int, [c_void_p, c_char_p, c_char_p, c_char_p, c_size_t]),
    "new": (c_void_p, [c_int, c_void_p, c_char_p, c_size_t]),
    "destroy": (None, [c_void_p]),
    "metadata": (c_int, [c_void_p, c_int, c_void_p, POINTER(POINTER(Metadata)), c_int]),
    "metadata_destroy": (None, [POINTER(Metadata)]),
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
    "ConfigResource_configs": (POINTER(c_void_p), [c_void_p, POINTER(c_size_t)]),
    "ConfigEntry_source": (c_int, [c_void_p]),
    "ConfigEntry_name": (c_char_p, [c_void_p]),
    "ConfigEntry_value": (c_char_p, [c_void_p]),
    "DescribeConfigs": (None, [c_void_p, POINTER(c_void_p), c_size_t, c_void_p, c_void_p]),
    "DescribeConfigs_result_resources": (POINTER(c_void_p), [c_void_p, POINTER(c_size_t)]),
    "event_DescribeConfigs_result": (c_void_p, [c_void_p]),
    "event_error": (c_int, [c_void_p]),
    "event_destroy": (None, [c_void_p]),
}
LIBRARY = ctypes.CDLL(cimpl.__file__)
C = {name: getattr(LIBRARY, f"rd_kafka_{name}") for name in SIGNATURES}
for name, (result, arguments) in SIGNATURES.items():
    C[name].restype, C[name].argtypes = result, arguments


def read(servers: str) -> tuple[dict[str, int], dict[str, Overrides]]:
    """The partition count and the overrides of every topic."""
    message = ctypes.create_string_buffer(MESSAGE_BYTES)
    conf = C["conf_new"]()
    C["conf_set"](conf, b"bootstrap.servers", servers.encode(), message, MESSAGE_BYTES)
    client = C["new"](PRODUCER, conf, message, MESSAGE_BYTES)
    queue = C["queue_new"](client)
    options = C["AdminOptions_new"](client, OP_DESCRIBE_CONFIGS)
    C["AdminOptions_set_request_timeout"](options, TIMEOUT_MS, message, MESSAGE_BYTES)
    counts = partitions(client)
    names = list(counts)
    chunks = [names[start : start + CHUNK] for start in range(0, len(names), CHUNK)]
    found: dict[str, Overrides] = {}
    for number, chunk in enumerate(chunks):
        ask(client, queue, options, chunk)
        if number >= IN_FLIGHT - 1:
            found.update(answer(queue))
    for _ in chunks[: IN_FLIGHT - 1]:
        found.update(answer(queue))
    C["AdminOptions_destroy"](options)
    C["queue_destroy"](queue)
    C["destroy"](client)
    return counts, found


def partitions(client: int) -> dict[str, int]:
    metadata = POINTER(Metadata)()
    if C["metadata"](client, 1, None, byref(metadata), TIMEOUT_MS):
        sys.exit("no metadata")
    topics = metadata.contents.topics[: metadata.contents.topic_cnt]
    counts = {topic.topic.decode(): topic.partition_cnt for topic in topics}
    C["metadata_destroy"](metadata)
    return counts


def ask(client: int, queue: int, options: int, names: list[str]) -> None:
    resources = [C["ConfigResource_new"](RESOURCE_TOPIC, name.encode()) for name in names]
    C["DescribeConfigs"](client, (c_void_p * len(names))(*resources), len(names), options, queue)
    for resource in resources:
        C["ConfigResource_destroy"](resource)


def answer(queue: int) -> Iterator[tuple[str, Overrides]]:
    while not (event := C["queue_poll"](queue, POLL_MS)):
        pass
    if C["event_error"](event):
        sys.exit("no configuration")
    count = c_size_t()
    resources = C["DescribeConfigs_result_resources"](C["event_DescribeConfigs_result"](event), byref(count))
    for resource in resources[: count.value]:
        if C["ConfigResource_error"](resource):
            sys.exit("a topic without configuration")
        yield C["ConfigResource_name"](resource).decode(), overrides(resource)
    C["event_destroy"](event)


def overrides(resource: int) -> Overrides:
    source, name, value = C["ConfigEntry_source"], C["ConfigEntry_name"], C["ConfigEntry_value"]
    count = c_size_t()
    entries = C["ConfigResource_configs"](resource, byref(count))[: count.value]
    return {
        name(entry).decode(): None if (text := value(entry)) is None else text.decode()
        for entry in entries
        if source(entry) == SOURCE_TOPIC
    }


if __name__ == "__main__":
    counts, configs = read(sys.argv[1])
    print(len(counts), "topics,", sum(map(len, configs.values())), "overrides")
