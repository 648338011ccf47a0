"""One client for one cluster, which says why it cannot connect as soon as that is known."""

from __future__ import annotations

import logging
import math
import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import Future, wait
from dataclasses import replace
from threading import Thread
from typing import Any, TypeVar

from confluent_kafka import KafkaError, KafkaException
from confluent_kafka.admin import AdminClient, ClusterMetadata

from reconciler.clock import TimeLimit
from reconciler.cluster.causes import Causes
from reconciler.cluster.client_log import PassedOn
from reconciler.cluster.properties import without_secrets
from reconciler.errors import ClusterUnavailable, DeadlinePassed, Diagnostic, Location, Severity
from reconciler.model import KafkaFailure

_POLL_SECONDS = 0.05
_A_MOMENT = 1.0
_GRACE_SECONDS = 1.0
_NOT_MENTIONED = KafkaException(KafkaError(KafkaError._TIMED_OUT, "the broker's answer does not mention it"))
Key = TypeVar("Key")
_TIMED_OUT, _TRANSPORT = -185, -195
_NO_ANSWER = frozenset({_TIMED_OUT, _TRANSPORT})


class Connection:
    """A client whose steps end within ``limit``.

    Raises ClusterUnavailable with the real cause: at once where waiting cannot help (no such host, not
    Kafka, untrusted certificate), else when the time is over; and of a cluster with another id than
    ``expected_cluster_id``, before anything more is read from it.
    """

    expected_cluster_id: str | None = None

    def __init__(
        self,
        properties: Mapping[str, str],
        *,
        limit: TimeLimit,
        places: Mapping[str, Location] | None = None,
        tell: Callable[[str], None] = lambda _line: None,
    ) -> None:
        self.limit = limit
        self.bootstrap_servers = properties["bootstrap.servers"]
        self.properties = {**_DEFAULTS, **_timeouts(limit.seconds), **properties}
        self._causes = Causes()
        self._addresses = len(self.bootstrap_servers.split(","))
        self.most_brokers = 0
        """The most brokers that this run has seen alive at once."""
        self.tell = tell
        """Takes what is going on, in words, as often as there is news."""
        self.requests: Counter[str] = Counter()
        """Requests sent, by kind."""
        self.admin = self._client(places or {})
        self._asked_early: Future[ClusterMetadata] | None = None

    def ask_early(self) -> None:
        """Send the request for metadata now, while there is other work to do; ``metadata`` takes its answer."""
        self._asked_early = self._ask_metadata()

    def metadata(self) -> ClusterMetadata:
        """Brokers and all topics with their replicas, by one request, sent again while there is time."""
        started = time.monotonic()
        answer, self._asked_early = self._asked_early or self._ask_metadata(), None
        self._settle([answer], math.inf, started)
        while answer.exception() is not None:
            # A request that is under way to a broker that dies is not sent again by the client.
            if not self.limit.remaining():
                raise self.unavailable(str(answer.exception()))
            time.sleep(_POLL_SECONDS)
            answer = self._ask_metadata()
            self._settle([answer], math.inf, started)
        self._causes.forget()
        found = answer.result()
        self._addresses = len(found.brokers)
        self.most_brokers = max(self.most_brokers, len(found.brokers))
        if self.expected_cluster_id not in {None, found.cluster_id}:
            raise ClusterUnavailable.for_good(
                "wrong-cluster",
                f"{self.bootstrap_servers} is the cluster {found.cluster_id}, not {self.expected_cluster_id}",
                hint="the manifest's cluster.id names the only cluster it is for",
            )
        return found

    def _ask_metadata(self) -> Future[ClusterMetadata]:
        answer: Future[ClusterMetadata] = Future()
        self.requests["metadata"] += 1
        seconds = self.request_timeout()

        def ask() -> None:
            try:
                answer.set_result(self.admin.list_topics(timeout=seconds))
            except KafkaException as error:
                answer.set_exception(error)

        # The call blocks and cannot be cancelled: in a daemon thread it neither delays the cause nor the exit.
        Thread(target=ask, daemon=True).start()
        return answer

    def request_timeout(self) -> float:
        """Seconds that a request sent now may take. Raises DeadlinePassed."""
        if self.limit.is_run_over():
            raise _deadline_passed()
        return self.limit.for_one_request()

    def errors(self, answers: Mapping[Key, Future[Any]], seconds: float) -> dict[Key, BaseException | None]:
        """Wait for the ``answers`` to a request that may take so many ``seconds``; what is wrong with each.

        What a broker leaves out of its answer the client would await for ever.
        """
        self._settle(answers.values(), seconds + _GRACE_SECONDS, time.monotonic())
        return {key: answer.exception() if answer.done() else _NOT_MENTIONED for key, answer in answers.items()}

    def _settle(self, answers: Iterable[Future[Any]], seconds: float, since: float) -> None:
        """Wait until all ``answers`` are there, good or bad, or so many seconds have passed ``since``."""
        for answer in answers:
            while not answer.done() and time.monotonic() - since < seconds:
                wait([answer], _POLL_SECONDS)
                self.still_waiting(since)

    def still_waiting(self, since: float) -> None:
        """To be called while an answer is awaited ``since`` that moment of the monotonic clock.

        Says so after a while. Raises ClusterUnavailable where waiting longer cannot help.
        """
        self.admin.poll(0)  # serves librdkafka's log lines, which tell the causes
        if self._causes.final_for(self._addresses):
            raise self.unavailable("")
        if time.monotonic() - since > _A_MOMENT:
            reason = self._why() or f"waiting for an answer from {self.bootstrap_servers}"
            self.tell(f"{reason}; trying for {self.limit.seconds:g} s")

    def unavailable(self, last_words: str) -> ClusterUnavailable | DeadlinePassed:
        """The reason as an exception; ``last_words`` is what the client said where nothing better is known."""
        if self.limit.is_run_over():
            return _deadline_passed()
        if not self._causes.by_address:
            message = f"no answer from {self.bootstrap_servers} within {self.limit.seconds:g} s"
            return ClusterUnavailable.because("no-answer", message, hint=self._clean(last_words) or None)
        cause, detail = next(reversed(self._causes.by_address.values()))
        final = self._causes.final_for(self._addresses)
        because = ClusterUnavailable.for_good if final else ClusterUnavailable.because
        return because(
            cause.code,
            f"cannot connect to {self._why()}",
            hint=f"{cause.hint}\n  client's words: {self._clean(detail)}",
        )

    def explained(self, failure: KafkaFailure) -> KafkaFailure:
        """``failure`` with the cause beside the client's words, where the client is what failed."""
        causes = self._why() if failure.code in _NO_ANSWER else ""
        message = f"{failure.message} ({causes})" if causes else failure.message
        return replace(failure, message=self._clean(message))

    def _why(self) -> str:
        reasons = self._causes.by_address.items()
        return ", ".join(f"{address}: {cause.message}" for address, (cause, _) in reasons)

    def _clean(self, text: str) -> str:
        return without_secrets(text, self.properties)

    def _client(self, places: Mapping[str, Location]) -> AdminClient:
        logger = logging.Logger("librdkafka")  # not registered: nobody else's handlers see the lines
        logger.addHandler(self._causes)
        logger.addHandler(PassedOn(self._clean))
        try:
            return AdminClient(dict(self.properties), logger=logger)
        except (KafkaException, TypeError, ValueError) as error:
            objections = {"": _words(error)} | _objections(self.properties)
            if len(objections) > 1:
                del objections[""]  # said again, and better, by the property at fault
            raise ClusterUnavailable(
                *(
                    Diagnostic(
                        severity=Severity.ERROR,
                        code="client-property",
                        message=self._clean(f"{key}: {words}" if key else words),
                        hint=_WHOSE_PROPERTIES,
                        origin=places.get(key),
                    )
                    for key, words in objections.items()
                )
            ) from None


# librdkafka waits half of reconnect.backoff.ms between the connection that tells it of the brokers and the first
# one to a broker. log_level 6 is where it says why a broker hung up on us.
_DEFAULTS = {"client.id": "reconciler", "reconnect.backoff.ms": "20", "log_level": "6"}

_SHORTEST_SOCKET_TIMEOUT, _LONGEST_SOCKET_TIMEOUT = 10, 300_000
"""Milliseconds; the range that librdkafka allows."""


def _timeouts(seconds: float) -> dict[str, str]:
    """A connection on which an answer is this late is given up: what is sent after it would wait behind it."""
    half = int(seconds * 1000 / 2)
    return {"socket.timeout.ms": str(min(max(half, _SHORTEST_SOCKET_TIMEOUT), _LONGEST_SOCKET_TIMEOUT))}


_WHOSE_PROPERTIES = (
    "properties are librdkafka's (https://github.com/confluentinc/librdkafka/blob/master/CONFIGURATION.md), "
    "not those of the Java client"
)


def _deadline_passed() -> DeadlinePassed:
    hint = "raise --deadline; running again goes on where this run ended"
    return DeadlinePassed.because("deadline", "the deadline has passed", hint=hint)


def _objections(properties: Mapping[str, str]) -> dict[str, str]:
    """The client's objection to each property that it does not even take on its own."""
    objections = {}
    for key, value in properties.items():
        try:
            AdminClient({key: value, "log_level": 0})
        except (KafkaException, TypeError, ValueError) as error:
            objections[key] = _words(error)
    return objections


def _words(error: Exception) -> str:
    return str(error.args[0].str()) if isinstance(error, KafkaException) else str(error)
