"""Offsets of partitions as both ways of reading give them."""

from __future__ import annotations

from typing import NamedTuple

EARLIEST, LATEST, NEWEST = -2, -1, -3
"""What to ask for instead of a time: the first, the next, and the youngest record (``ListOffsetsRequest.json``)."""

NOT_TOLD = -1001
"""The offset where librdkafka has none and tells no error (``RD_KAFKA_OFFSET_INVALID``)."""


class Place(NamedTuple):
    """A partition."""

    topic: str
    partition: int


class Found(NamedTuple):
    """An offset, and the time of its record in milliseconds; each is -1 where there is none."""

    offset: int
    timestamp: int
