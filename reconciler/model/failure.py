"""Errors of a broker or of the Kafka client."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class ErrorClass(StrEnum):
    """How to handle an error: ``EXPECTED`` compare and continue, ``RETRIABLE`` retry, ``FATAL`` do not retry."""

    EXPECTED = "EXPECTED"
    RETRIABLE = "RETRIABLE"
    FATAL = "FATAL"


EXPECTED, RETRIABLE, FATAL = ErrorClass


@dataclass(frozen=True, slots=True, kw_only=True)
class KafkaFailure:
    """An error of a broker or of the Kafka client.

    ``outcome_known`` is false where the request may have been applied. ``ends_run``: every other topic would fail
    the same way. ``is_of_batch``: the request was rejected as a whole; a smaller one may be accepted.
    """

    code: int
    name: str
    error_class: ErrorClass
    message: str
    remedy: str
    outcome_known: bool = True
    ends_run: bool = False
    is_of_batch: bool = False

    @property
    def from_broker(self) -> bool:
        """Whether a broker reported it: error codes of Kafka are -1 and above 0; a failure without a code has 0."""
        return self.code == -1 or self.code > 0

    @property
    def from_client(self) -> bool:
        """Whether the client reported it: librdkafka's own error codes are below -1."""
        return self.code < -1
