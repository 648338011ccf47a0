"""Dry runs: the same requests as writes, each with ``validate_only``."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from reconciler.cluster.connection import Connection
from reconciler.cluster.requests import Answers, alter_configs, create_partitions, create_topics
from reconciler.model import TopicSpec


class Checker:
    """Has the broker validate creates, partition increases and config changes without applying them.

    ``brokers`` is the number of brokers that may soon be up: a lack of brokers is transient up to this number. By
    default that is the highest number seen.
    """

    def __init__(self, connection: Connection, *, brokers: int | None = None) -> None:
        self._connection = connection
        self._brokers = brokers
        self._asked: set[str] = set()

    def create(self, topics: Sequence[TopicSpec]) -> Answers:
        """The answers to creating ``topics``."""
        self._tell([spec.name for spec in topics])
        return create_topics(self._connection, topics, validate_only=True, brokers=self._brokers)

    def add_partitions(self, totals: Mapping[str, int]) -> Answers:
        """The answers to raising partition counts to the totals."""
        self._tell(totals)
        return create_partitions(self._connection, totals, {}, validate_only=True)

    def alter_configs(self, changes: Mapping[str, Mapping[str, str | None]]) -> Answers:
        """The answers to setting keys, or removing overrides where the value is ``None``."""
        self._tell(changes)
        return alter_configs(self._connection, changes, validate_only=True)

    def delete(self, topics: Mapping[str, str | None]) -> Answers:
        """Never called: a broker cannot validate a delete (``Step.can_be_validated``)."""
        raise AssertionError(topics)

    def _tell(self, names: Iterable[str]) -> None:
        self._asked.update(names)
        number = len(self._asked)
        topics = "1 topic" if number == 1 else f"{number:,} topics"
        self._connection.tell(f"checking changes with the broker (dry run): {topics} so far")
