"""Asking the broker whether it would: the same requests as writes, with ``validate_only`` set in every one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from reconciler.cluster.connection import Connection
from reconciler.cluster.requests import Answers, alter_configs, create_partitions, create_topics
from reconciler.model import TopicSpec


class Checker:
    """Puts creates, partition increases and configuration changes to the broker, which does none of them."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._asked = 0

    def create(self, topics: Sequence[TopicSpec]) -> Answers:
        """What the broker says of creating ``topics``."""
        self._tell(len(topics))
        return create_topics(self._connection, topics, validate_only=True)

    def add_partitions(self, totals: Mapping[str, int]) -> Answers:
        """What the broker says of raising partition counts to the totals."""
        self._tell(len(totals))
        return create_partitions(self._connection, totals, validate_only=True)

    def alter_configs(self, changes: Mapping[str, Mapping[str, str | None]]) -> Answers:
        """What the broker says of setting keys, or of removing overrides where the value is ``None``."""
        self._tell(len(changes))
        return alter_configs(self._connection, changes, validate_only=True)

    def _tell(self, more: int) -> None:
        self._asked += more
        self._connection.tell(f"checking changes with the broker (dry run): {self._asked:,} topics so far")
