"""What a request to Kafka cannot carry, so that it is refused at its line and never reaches a client.

A client that is handed such a thing refuses the whole request, cuts the text, shifts every byte after it, or crashes.
"""

from __future__ import annotations

from collections.abc import Mapping

from reconciler.printable import quoted

MAX_COUNTS = {"partitions": 100_000, "replication_factor": 10_000}
"""The highest counts that the Kafka client sends (librdkafka's ``RD_KAFKAP_PARTITIONS_MAX`` and ``NewTopic``)."""

MAX_BYTES = 2**15 - 1
"""The protocol writes the length of a text in 16 bits (https://kafka.apache.org/protocol, STRING)."""

MAX_BYTES_OF_A_REQUEST = 100 * 2**20
"""The broker closes the connection at more, without an answer (``socket.request.max.bytes``, its default)."""

_BYTES_BESIDE_CONFIG = 1024
"""At most: the header with the client's name, the topic's name and its counts."""
_BYTES_BESIDE_TEXTS = 5
"""For each setting: two lengths, and what is to be done with it."""


def bytes_to_send(config: Mapping[str, str]) -> int:
    """The size of a request that sets ``config`` for one topic."""
    texts = sum(_BYTES_BESIDE_TEXTS + len(key.encode()) + len(value.encode()) for key, value in config.items())
    return _BYTES_BESIDE_CONFIG + texts


def why_not_sent(text: str) -> str | None:
    """What keeps ``text`` from being a configuration key or value in a request; ``None`` where nothing does."""
    if "\0" in text:
        return "contains a NUL character (\\0), at which the Kafka client ends a text"
    try:
        size = len(text.encode())
    except UnicodeEncodeError as error:
        return f"contains {quoted(text[error.start])}, which is not a character and cannot be sent"
    if size > MAX_BYTES:
        return f"is {size:,} bytes long; a request carries at most {MAX_BYTES:,}"
    return None
