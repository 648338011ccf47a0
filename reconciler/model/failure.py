"""An error as a Kafka client or a broker gave it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class ErrorClass(StrEnum):
    """What an error asks for: to look and go on, to try again, to leave it."""

    EXPECTED = "EXPECTED"
    RETRIABLE = "RETRIABLE"
    FATAL = "FATAL"


EXPECTED, RETRIABLE, FATAL = ErrorClass


@dataclass(frozen=True, slots=True, kw_only=True)
class KafkaFailure:
    """An error as Kafka's client or a broker gave it.

    ``outcome_known`` is false where the request may
    have been carried out all the same. ``ends_run`` says that every topic would fail so, ``is_of_batch``
    that the request was refused as a whole and a smaller one may be taken.
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
    def is_the_brokers(self) -> bool:
        """Whether a broker said so: Kafka's codes are -1 and those above 0. What has no code of Kafka's has 0."""
        return self.code == -1 or self.code > 0

    @property
    def is_the_clients(self) -> bool:
        """Whether no broker said so: librdkafka's own codes are below Kafka's lowest, -1."""
        return self.code < -1
