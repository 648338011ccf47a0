"""Writes: one request per batch, one answer per topic."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from confluent_kafka.admin import AdminClient

from reconciler.cluster.assignments import Assignments
from reconciler.cluster.connection import Connection
from reconciler.cluster.requests import Answers, alter_configs, create_partitions, create_topics, delete_topics
from reconciler.model import TopicSpec


class WritingConnection(Connection):
    """A connection whose client can also write."""

    _client_class = AdminClient

    def _guarded(self, client: AdminClient) -> AdminClient:
        return client


class Writer:
    """Creates topics, adds partitions and changes configs."""

    def __init__(self, connection: WritingConnection) -> None:
        self._connection = connection
        self._assignments = Assignments(connection)

    def create(self, topics: Sequence[TopicSpec]) -> Answers:
        """Create ``topics``."""
        return create_topics(self._connection, topics, validate_only=False)

    def add_partitions(self, totals: Mapping[str, int]) -> Answers:
        """Raise the number of partitions of each topic to the total given, with the new ones spread over the racks."""
        assigned = self._assignments.of(totals)
        answers = create_partitions(self._connection, totals, assigned, validate_only=False)
        if any(answers.values()):
            self._assignments.anew()
        return answers

    def alter_configs(self, changes: Mapping[str, Mapping[str, str | None]]) -> Answers:
        """Set each key of each topic, or remove the override where the value is ``None``."""
        return alter_configs(self._connection, changes, validate_only=False)

    def delete(self, topics: Mapping[str, str | None]) -> Answers:
        """Delete topics, given with their topic ids."""
        return delete_topics(self._connection, list(topics))
