"""Limits of requests to Kafka, checked here so that a bad value is an error at its line and never reaches a client.

With such a value, a client rejects the whole request, truncates the text, corrupts the bytes after it, or crashes.
"""

from __future__ import annotations

from collections.abc import Mapping

from reconciler.printable import quoted

MAX_COUNTS = {"partitions": 100_000, "replication_factor": 10_000}
"""The highest counts that the Kafka client sends (librdkafka's ``RD_KAFKAP_PARTITIONS_MAX`` and ``NewTopic``)."""

MAX_BYTES = 2**15 - 1
"""The protocol writes the length of a text in 16 bits (https://kafka.apache.org/protocol, STRING)."""

MAX_BYTES_OF_A_REQUEST = 100 * 2**20
"""In a larger request the broker closes the connection without a response (default of ``socket.request.max.bytes``)."""

_BYTES_BESIDE_CONFIG = 1024
"""An upper bound: the header with the client's name, the topic's name and its counts."""
_BYTES_BESIDE_TEXTS = 5
"""Per config key: two lengths and the operation."""


def bytes_to_send(config: Mapping[str, str]) -> int:
    """The size in bytes of a request that sets ``config`` for one topic; never below the real one."""
    texts = sum(_BYTES_BESIDE_TEXTS + len(key.encode()) + len(value.encode()) for key, value in config.items())
    return _BYTES_BESIDE_CONFIG + texts


def why_not_sent(text: str) -> str | None:
    """Why ``text`` cannot be a config key or value in a request; ``None`` if it can."""
    if "\0" in text:
        return "contains a NUL character (\\0), which the Kafka client cannot send"
    try:
        size = len(text.encode())
    except UnicodeEncodeError as error:
        return f"contains {quoted(text[error.start])}, which is not a valid Unicode character"
    if size > MAX_BYTES:
        return f"is {size:,} bytes long; Kafka accepts at most {MAX_BYTES:,}"
    return None
