"""The functions of librdkafka's public C interface that we call, from the library that the Python binding brings.

https://docs.confluent.io/platform/current/clients/librdkafka/html/rdkafka_8h.html
"""

from __future__ import annotations

import ctypes
import functools
from collections.abc import Mapping
from contextlib import ExitStack
from ctypes import POINTER, Structure, c_char_p, c_int, c_int32, c_int64, c_size_t, c_void_p
from typing import Any

from confluent_kafka import cimpl

from reconciler.cluster import msk
from reconciler.cluster.background import in_background
from reconciler.cluster.connection import Connection

POLL_MS = 50
MESSAGE_BYTES = 512

_PRODUCER = 0
"""``RD_KAFKA_PRODUCER`` of rdkafka.h."""
_CONF_OK = 0


class _TopicPartition(Structure):
    """``rd_kafka_topic_partition_t``."""

    _fields_ = (
        ("topic", c_char_p),
        ("partition", c_int32),
        ("offset", c_int64),
        ("metadata", c_void_p),
        ("metadata_size", c_size_t),
        ("opaque", c_void_p),
        ("err", c_int),
        ("_private", c_void_p),
    )


_FUNCTIONS: dict[str, tuple[Any, list[Any]]] = {
    "conf_new": (c_void_p, []),
    "conf_set": (c_int, [c_void_p, c_char_p, c_char_p, c_char_p, c_size_t]),
    "conf_destroy": (None, [c_void_p]),
    "new": (c_void_p, [c_int, c_void_p, c_char_p, c_size_t]),
    "destroy": (None, [c_void_p]),
    "oauthbearer_set_token": (
        c_int,
        [c_void_p, c_char_p, c_int64, c_char_p, POINTER(c_char_p), c_size_t, c_char_p, c_size_t],
    ),
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
    "TopicPartitionInfo_replicas": (POINTER(c_void_p), [c_void_p, POINTER(c_size_t)]),
    "TopicDescription_topic_id": (c_void_p, [c_void_p]),
    "TopicDescription_error": (c_void_p, [c_void_p]),
    "Uuid_base64str": (c_char_p, [c_void_p]),
    "error_code": (c_int, [c_void_p]),
    "error_string": (c_char_p, [c_void_p]),
    "event_DescribeTopics_result": (c_void_p, [c_void_p]),
    "topic_partition_list_new": (c_void_p, [c_int]),
    "topic_partition_list_add": (POINTER(_TopicPartition), [c_void_p, c_char_p, c_int32]),
    "topic_partition_list_destroy": (None, [c_void_p]),
    "ListOffsets": (None, [c_void_p, c_void_p, c_void_p, c_void_p]),
    "event_ListOffsets_result": (c_void_p, [c_void_p]),
    "ListOffsets_result_infos": (POINTER(c_void_p), [c_void_p, POINTER(c_size_t)]),
    "ListOffsetsResultInfo_topic_partition": (POINTER(_TopicPartition), [c_void_p]),
    "ListOffsetsResultInfo_timestamp": (c_int64, [c_void_p]),
}


@functools.cache
def library() -> dict[str, Any] | None:
    """The functions by name without ``rd_kafka_``; ``None`` where one is not found."""
    try:
        # The binding is linked to librdkafka, so its symbols are found through the binding, wherever the file is.
        library = ctypes.CDLL(cimpl.__file__)
        functions = {name: getattr(library, f"rd_kafka_{name}") for name in _FUNCTIONS}
    except (OSError, AttributeError):
        return None
    for name, (result, arguments) in _FUNCTIONS.items():
        functions[name].restype = result
        functions[name].argtypes = arguments
    return functions


def new_client(functions: Mapping[str, Any], connection: Connection, stack: ExitStack) -> tuple[int, int]:
    """A client with the properties of ``connection`` and a queue for its responses; ``stack`` frees both.

    Raises ClusterUnavailable with librdkafka's message on a property, or on all of them.
    """
    message = ctypes.create_string_buffer(MESSAGE_BYTES)
    properties = msk.for_client(connection.properties)
    sign = properties.pop("oauth_cb", None)
    conf = functions["conf_new"]()
    for key, value in {**properties, "log.queue": "true"}.items():
        if functions["conf_set"](conf, key.encode(), value.encode(), message, MESSAGE_BYTES) != _CONF_OK:
            functions["conf_destroy"](conf)
            raise connection.not_made(message.value.decode(), key)
    client = functions["new"](_PRODUCER, conf, message, MESSAGE_BYTES)
    if not client:
        functions["conf_destroy"](conf)
        raise connection.not_made(message.value.decode())
    stack.callback(in_background, lambda: functions["destroy"](client))  # as with HeldClient, and for the same reason
    if sign is not None:
        # Once: this client is gone before the token expires.
        token, expires = sign()
        given = token.encode(), int(expires * 1000), b"", None, 0, message, MESSAGE_BYTES
        if functions["oauthbearer_set_token"](client, *given):
            raise connection.not_made(message.value.decode())
    queue = functions["queue_new"](client)
    stack.callback(functions["queue_destroy"], queue)
    return client, queue


def new_options(functions: Mapping[str, Any], client: int, operation: int, seconds: float, stack: ExitStack) -> int:
    """Options for a request ``operation`` with a time limit in seconds; ``stack`` frees them."""
    options: int = functions["AdminOptions_new"](client, operation)
    stack.callback(functions["AdminOptions_destroy"], options)
    message = ctypes.create_string_buffer(MESSAGE_BYTES)
    functions["AdminOptions_set_request_timeout"](options, int(seconds * 1000), message, MESSAGE_BYTES)
    return options
