"""What every kind of write has to tell about itself."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import Protocol

from reconciler.model import Delete, Difference, Drift, FieldChange, KafkaFailure, LiveTopic, TopicPlan, TopicSpec

REPLICATION_FACTOR = "replication_factor"
CHARACTERS_A_RECORD = 2048
"""A longer key and value count as several: brokers read at most 100 MB a request (``socket.request.max.bytes``)."""

Answers = Mapping[str, KafkaFailure | None]
"""What was answered for each topic; ``None`` where the request was accepted."""


class TakesRequests(Protocol):
    """A cluster that carries requests out, or only checks them; each answer is ``None`` where it agreed."""

    def create(self, topics: Sequence[TopicSpec]) -> Answers:
        """Create topics."""

    def add_partitions(self, totals: Mapping[str, int]) -> Answers:
        """Raise partition counts to the totals."""

    def alter_configs(self, changes: Mapping[str, Mapping[str, str | None]]) -> Answers:
        """Set keys, or remove the override where the value is ``None``."""

    def delete(self, topics: Mapping[str, str | None]) -> Answers:
        """Delete topics, given with the topic id that each had when it was planned, ``None`` where it has none."""


class Step(Protocol):
    """One kind of write. A topic that needs nothing of the kind has no fields and no changes."""

    is_of_whole_topics: bool
    """Whether a broker may object to the topic as a whole, and not to one of the fields."""

    def fields(self, topic: TopicPlan, /) -> tuple[str, ...]:
        """What is written of ``topic``, in the order in which a broker is asked about it."""

    def changes(self, topic: TopicPlan, /) -> Sequence[FieldChange]:
        """The changes of ``topic`` that are made."""

    def only(self, topic: TopicPlan, fields: Collection[str], /) -> TopicPlan:
        """``topic`` with no other fields than these."""

    def lacking(self, topic: TopicPlan, differing: Sequence[Difference], /) -> Sequence[Difference]:
        """What of ``differing``, all that a look found, the step was to remove."""

    def keys_set(self, topic: TopicPlan, /) -> Sequence[str]:
        """The configuration keys that are given a value."""

    def is_ignored(self, topic: TopicPlan, lacking: Difference, live: LiveTopic, /) -> bool:
        """Whether a broker that accepted the write still shows what it would show without it."""


class RequestStep(Step, Protocol):
    """A step that one request takes, for many topics at once. A topic that needs nothing of it has no weight."""

    can_be_validated: bool
    """Whether a broker can validate such a request without carrying it out."""

    def weight(self, topic: TopicPlan, /) -> int:
        """The metadata records that the part of ``topic`` in a request comes to."""

    def send(self, topics: Sequence[TopicPlan], cluster: TakesRequests, /) -> Answers:
        """The answer of ``cluster`` for each of ``topics``."""


def only_changes(topic: TopicPlan, fields: Collection[str]) -> TopicPlan:
    """``topic`` with no other changes than those of ``fields``."""
    if not isinstance(topic, Drift | Delete):
        return topic
    return replace(topic, changes=tuple(change for change in topic.changes if change.field in fields))


def records_of(config: Mapping[str, str | None]) -> int:
    """The metadata records that the keys and values of ``config`` come to."""
    return sum(1 + (len(key) + len(value or "")) // CHARACTERS_A_RECORD for key, value in config.items())


def among(changes: Sequence[FieldChange], differing: Sequence[Difference]) -> Sequence[Difference]:
    """Those of ``differing`` whose field is among ``changes``."""
    fields = {change.field for change in changes}
    return [each for each in differing if each.field in fields]
