"""Many questions of one kind to a cluster, asked again where the failure is a transient one."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Mapping
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from confluent_kafka import KafkaException

from reconciler.cluster.connection import Connection
from reconciler.cluster.diagnosis import NO_ANSWER
from reconciler.cluster.failures import failure_of, failure_of_code, refused_by_client
from reconciler.model import RETRIABLE, KafkaFailure

TRIES, PAUSE_SECONDS = 5, 0.3
"""How often a question is asked whose failure is transient, and the seconds in between."""

_TRANSPORT = -195

Key = TypeVar("Key")
Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class Told(Generic[Key, Result]):
    """What a cluster told, and why it did not tell the rest."""

    results: dict[Key, Result] = field(default_factory=dict)
    failures: dict[Key, KafkaFailure] = field(default_factory=dict)


class Asking:
    """Asks a cluster many questions at once; a failure is a value, as long as the cluster answers at all.

    Raises ClusterUnavailable once nothing was answered within the time limit, DeadlinePassed, and what ``check`` of the
    connection raises.
    """

    def __init__(self, connection: Connection, *, sleep: Callable[[float], None] = time.sleep) -> None:
        self._connection = connection
        self._sleep = sleep

    @property
    def connection(self) -> Connection:
        """The connection to the cluster; its client is another one after a request without a response."""
        return self._connection

    def ask(
        self,
        keys: Collection[Key],
        send: Callable[[Collection[Key], float], Mapping[Key, Future[Any]]],
        *,
        api: str,
        permission: str,
        each: bool = False,
        is_empty: Callable[[Any], bool] = lambda _result: False,
    ) -> Told[Key, Any]:
        """What ``send`` gets for ``keys`` within a time in seconds, by one request or by one for ``each`` key.

        Requests count as ``api``; ``permission`` is the permission that they need. A result that ``is_empty`` is no
        answer: the client does not tell every lost one by an error.
        """
        told: Told[Key, Any] = Told()
        unanswered = list(keys)
        if not unanswered:
            return told
        for left in reversed(range(TRIES)):
            self._connection.requests[api] += len(unanswered) if each else 1
            failures = self._sent(unanswered, send, told, api=api, permission=permission, is_empty=is_empty)
            if not failures:
                break
            if _is_silence(failures, unanswered) and not self._connection.limit.remaining():
                raise self._connection.unavailable(next(iter(failures.values())).message)
            transient = [key for key, failure in failures.items() if failure.error_class == RETRIABLE]
            told.failures.update(failures)
            if not transient or not left:
                break
            self._sleep(min(PAUSE_SECONDS, self._connection.limit.remaining()))
            self._connection.metadata()  # tells the client which brokers there are now
            for key in transient:
                del told.failures[key]
            unanswered = transient
        return told

    def _sent(
        self,
        keys: Collection[Key],
        send: Callable[[Collection[Key], float], Mapping[Key, Future[Any]]],
        told: Told[Key, Any],
        *,
        api: str,
        permission: str,
        is_empty: Callable[[Any], bool],
    ) -> dict[Key, KafkaFailure]:
        """Send one round, add its results to what was ``told``, and return its failures."""
        seconds = self._connection.read_timeout()
        try:
            answers = send(keys, seconds)
        except (KafkaException, ValueError, TypeError, OverflowError) as error:
            return dict.fromkeys(keys, refused_by_client(error))
        errors = self._connection.errors(answers, seconds, api=api)
        explained = self._connection.diagnosis.explained
        results = {key: answers[key].result() for key, error in errors.items() if error is None}
        told.results.update({key: result for key, result in results.items() if not is_empty(result)})
        if told.results:
            self._connection.limit.restart()
        failures = {
            key: explained(failure_of(error, permission=permission))
            for key, error in errors.items()
            if error is not None
        }
        return failures | {key: explained(_EMPTY) for key, result in results.items() if is_empty(result)}


_EMPTY = failure_of_code(_TRANSPORT, "the Kafka client has no answer of the broker, and no error either")


def _is_silence(failures: Mapping[Key, KafkaFailure], asked: Collection[Key]) -> bool:
    return len(failures) == len(asked) and all(failure.code in NO_ANSWER for failure in failures.values())
