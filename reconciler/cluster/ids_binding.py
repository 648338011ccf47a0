"""Topic ids through the Python binding: the way that always works."""

from __future__ import annotations

import time
from collections.abc import Sequence
from concurrent.futures import Future
from typing import Any

from confluent_kafka import KafkaException, TopicCollection
from confluent_kafka.admin import TopicDescription

from reconciler.cluster.connection import Connection
from reconciler.cluster.failures import READING, failure_of
from reconciler.cluster.ids_answers import Ids, is_without_ids, written
from reconciler.model import KafkaFailure

CHUNK = 500
"""Topics per request: larger requests stall the interpreter."""
_API = "describe_topics"


class IdsOfBinding:
    """Requests of ``CHUNK`` topics each; the first is sent when this is made, the others one after another."""

    def __init__(self, connection: Connection, topics: Sequence[str]) -> None:
        self._connection = connection
        self._chunks = [topics[start : start + CHUNK] for start in range(0, len(topics), CHUNK)]
        self._sent = self._send(self._chunks[0])

    def __enter__(self) -> IdsOfBinding:
        """Sent already."""
        return self

    def __exit__(self, *_error: object) -> None:
        """There is nothing to free."""

    def answers(self) -> Ids:
        """Wait for the answers. Raises ClusterUnavailable where there is none."""
        found = dict(self._settled())
        for chunk in self._chunks[1:]:
            self._sent = self._send(chunk)
            found |= self._settled()
        return found

    def _send(self, topics: Sequence[str]) -> tuple[dict[str, Future[Any]], float, float]:
        """The answers to come, the time limit in seconds, and when the request was sent."""
        connection = self._connection
        connection.requests[_API] += 1
        seconds = connection.read_timeout()
        sent_at = time.monotonic()
        answers = connection.admin.describe_topics(TopicCollection(list(topics)), request_timeout=seconds)
        return answers, seconds, sent_at

    def _settled(self) -> Ids:
        answers, seconds, sent_at = self._sent
        errors = self._connection.errors(answers, seconds, api=_API, since=sent_at)
        return {
            name: id_of(answers[name].result()) if error is None else self._failure(error)
            for name, error in errors.items()
        }

    def _failure(self, error: BaseException) -> KafkaFailure | None:
        if isinstance(error, KafkaException) and is_without_ids(error.args[0].code()):
            return None
        failure = failure_of(error, permission=READING)
        if failure.from_client:
            raise self._connection.unavailable(failure.message)
        return self._connection.diagnosis.explained(failure)


def id_of(description: TopicDescription) -> str | None:
    """The id in a description, ``None`` on a broker without ids."""
    return written(str(description.topic_id))
