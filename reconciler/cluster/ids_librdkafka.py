"""Topic ids through librdkafka's C interface ("DescribeTopics"): one request for up to 2,500 topics.

Of each the Python binding builds an object for every partition and replica; here a topic is a few calls into the
library.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from ctypes import byref, c_char_p, c_size_t
from typing import Any

from reconciler.cluster.connection import GRACE_SECONDS, Connection
from reconciler.cluster.failures import READING, failure_of_code
from reconciler.cluster.ids_answers import Ids, is_without_ids, written
from reconciler.cluster.librdkafka import POLL_MS, library, new_client, new_options
from reconciler.model import KafkaFailure

_OP_DESCRIBE_TOPICS = 19
"""``RD_KAFKA_ADMIN_OP_DESCRIBETOPICS`` of rdkafka.h."""
CHUNK = 2_500
"""Topics per request: librdkafka looks each topic of the answer up among all that were asked for, one by one. 10,000 at
once take 0.4 s of processor time, in four requests a quarter of that.
"""
_API = "describe_topics"


def is_available() -> bool:
    """Whether this installation has the C interface."""
    return library() is not None


class IdsInC:
    """Requests under way, sent when this is made, through a client of its own that the end of the block frees."""

    def __init__(self, connection: Connection, topics: Sequence[str]) -> None:
        functions = library()
        if functions is None:
            raise AssertionError("ask is_available first")
        self._f = functions
        self._connection = connection
        self._stack = ExitStack()
        seconds = connection.read_timeout()
        client, self._queue = new_client(functions, connection, self._stack)
        self._sent_at = time.monotonic()
        self._end = self._sent_at + seconds + GRACE_SECONDS
        options = new_options(functions, client, _OP_DESCRIBE_TOPICS, seconds, self._stack)
        self._sent = 0
        for start in range(0, len(topics), CHUNK):
            connection.requests[_API] += 1
            _send(functions, client, topics[start : start + CHUNK], options, self._queue)
            self._sent += 1

    def __enter__(self) -> IdsInC:
        """Sent already."""
        return self

    def __exit__(self, *_error: object) -> None:
        """Free the client, without waiting."""
        self._stack.close()

    def answers(self) -> Ids:
        """Wait for the answers. Raises ClusterUnavailable where one is missing."""
        found: dict[str, str | KafkaFailure | None] = {}
        for _ in range(self._sent):
            found |= self._next_answer()
        return found

    def _next_answer(self) -> Ids:
        event = self._event()
        self._connection.took(_API, self._sent_at)
        try:
            code = self._f["event_error"](event)
            if code and is_without_ids(code):
                return {}
            if code:
                self._connection.connect_anew()
                raise self._connection.unavailable(self._f["event_error_string"](event).decode())
            explained = self._connection.diagnosis.explained
            return {
                name: explained(answer) if isinstance(answer, KafkaFailure) else answer
                for name, answer in _answers(self._f, event)
            }
        finally:
            self._f["event_destroy"](event)

    def _event(self) -> int:
        began = time.monotonic()
        while True:
            event: int | None = self._f["queue_poll"](self._queue, POLL_MS)
            if event:
                return event
            self._connection.still_waiting(began)
            if time.monotonic() > self._end:
                self._stack.pop_all()  # freeing a client that hangs would hang
                self._connection.connect_anew()
                raise self._connection.unavailable("the Kafka client does not return")


def _send(functions: Mapping[str, Any], client: int, topics: Sequence[str], options: int, queue: int) -> None:
    names = (c_char_p * len(topics))(*(name.encode() for name in topics))
    asked = functions["TopicCollection_of_topic_names"](names, len(topics))
    functions["DescribeTopics"](client, asked, options, queue)
    functions["TopicCollection_destroy"](asked)


def _answers(functions: Mapping[str, Any], event: int) -> Iterator[tuple[str, str | KafkaFailure | None]]:
    result = functions["event_DescribeTopics_result"](event)
    number = c_size_t()
    topics = functions["DescribeTopics_result_topics"](result, byref(number))
    name_of, error_of, id_of = (functions[f"TopicDescription_{part}"] for part in ("name", "error", "topic_id"))
    text_of = functions["Uuid_base64str"]
    for topic in topics[: number.value]:
        name, error = name_of(topic).decode(), error_of(topic)
        if error and (code := functions["error_code"](error)):
            yield name, failure_of_code(code, functions["error_string"](error).decode(), permission=READING)
            continue
        yield name, written(text_of(id_of(topic)).decode())
