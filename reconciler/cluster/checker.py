"""Asking the broker whether it would: the same requests as writes, with ``validate_only`` set in every one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from reconciler.cluster.connection import Connection
from reconciler.cluster.requests import Answers, alter_configs, create_partitions, create_topics
from reconciler.model import TopicSpec


class Checker:
    """Puts creates, partition increases and configuration changes to the broker, which does none of them.

    ``brokers`` is how many there may soon be: until then a lack of them passes. Without it: as many as there were.
    """

    def __init__(self, connection: Connection, *, brokers: int | None = None) -> None:
        self._connection = connection
        self._brokers = brokers
        self._asked: set[str] = set()

    def create(self, topics: Sequence[TopicSpec]) -> Answers:
        """What the broker says of creating ``topics``."""
        self._tell([spec.name for spec in topics])
        return create_topics(self._connection, topics, validate_only=True, brokers=self._brokers)

    def add_partitions(self, totals: Mapping[str, int]) -> Answers:
        """What the broker says of raising partition counts to the totals."""
        self._tell(totals)
        return create_partitions(self._connection, totals, validate_only=True)

    def alter_configs(self, changes: Mapping[str, Mapping[str, str | None]]) -> Answers:
        """What the broker says of setting keys, or of removing overrides where the value is ``None``."""
        self._tell(changes)
        return alter_configs(self._connection, changes, validate_only=True)

    def _tell(self, names: Iterable[str]) -> None:
        self._asked.update(names)
        number = len(self._asked)
        topics = "1 topic" if number == 1 else f"{number:,} topics"
        self._connection.tell(f"checking changes with the broker (dry run): {topics} so far")
