"""What a request to Kafka cannot carry, so that it is refused at its line and never reaches a client.

A client that is handed such a thing refuses the whole request, cuts the text, shifts every byte after it, or crashes.
"""

from __future__ import annotations

MOST = {"partitions": 100_000, "replication_factor": 10_000}
"""The highest counts that the Kafka client sends (librdkafka's ``RD_KAFKAP_PARTITIONS_MAX`` and ``NewTopic``)."""

MOST_BYTES = 2**15 - 1
"""The protocol writes the length of a text in 16 bits (https://kafka.apache.org/protocol, STRING)."""


def why_not_sent(text: str) -> str | None:
    """What keeps ``text`` from being a configuration key or value in a request; ``None`` where nothing does."""
    if "\0" in text:
        return "contains a NUL character (\\0), at which the Kafka client ends a text"
    try:
        size = len(text.encode())
    except UnicodeEncodeError as error:
        return f"contains {text[error.start]!a}, which is not a character and cannot be sent"
    if size > MOST_BYTES:
        return f"is {size:,} bytes long; a request carries at most {MOST_BYTES:,}"
    return None
