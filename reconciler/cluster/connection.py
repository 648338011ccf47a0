"""One client for one cluster, which says why it cannot connect as soon as that is known."""

from __future__ import annotations

import logging
import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import Future, wait
from dataclasses import replace
from threading import Thread
from typing import Any, NamedTuple, TypeVar

from confluent_kafka import KafkaError, KafkaException
from confluent_kafka.admin import AdminClient, ClusterMetadata

from reconciler.clock import TimeLimit
from reconciler.cluster.causes import Causes
from reconciler.cluster.client import defaults, new_client, not_made
from reconciler.cluster.client_log import PassedOn
from reconciler.cluster.properties import without_secrets
from reconciler.cluster.reading_client import ReadingClient
from reconciler.cluster.symptoms import Cause
from reconciler.errors import ClusterUnavailable, DeadlinePassed, Origin
from reconciler.model import KafkaFailure

_POLL_SECONDS = 0.05
_A_MOMENT = 1.0
GRACE_SECONDS = 1.0
"""What is waited for the client beyond the time limit that it was given itself."""
_PATIENCE_SECONDS = 3.0
"""For the first read without an answer; the next one gets twice as long, which a slow cluster may need."""
_LONGEST_PAUSE = 1.0
"""Seconds; the pauses between requests for metadata that fail at once double up to here."""
_NOT_MENTIONED = KafkaException(KafkaError(KafkaError._TIMED_OUT, "the broker's answer does not mention it"))
_NO_END = KafkaException(KafkaError(KafkaError._TIMED_OUT, "the client itself does not come back"))
Key = TypeVar("Key")
_TIMED_OUT, _TRANSPORT = -185, -195
_NO_ANSWER = frozenset({_TIMED_OUT, _TRANSPORT})


class Connection:
    """A client whose steps end within ``limit``, and which cannot write.

    Raises ClusterUnavailable with the real cause: at once where waiting cannot help (no such host, not
    Kafka, untrusted certificate), else when the time is over; and of a cluster with another id than
    ``expected_cluster_id``, before anything more is read from it. ``check`` is called before each request and
    while an answer is awaited; what it raises ends the step.
    """

    _kind: type[AdminClient] = ReadingClient
    expected_cluster_id: str | None = None

    def __init__(
        self,
        properties: Mapping[str, str],
        *,
        limit: TimeLimit,
        places: Mapping[str, Origin] | None = None,
        tell: Callable[[str], None] = lambda _line: None,
        check: Callable[[], None] = lambda: None,
        log: logging.Logger | None = None,
    ) -> None:
        self.limit = limit
        self.bootstrap_servers = properties["bootstrap.servers"]
        self.properties = {**defaults(limit.seconds), **properties}
        self._causes = Causes(self.bootstrap_servers, self._look_closer)
        self._log_to = (self._causes, PassedOn(log or logging.getLogger("reconciler.librdkafka"), self._clean))
        self._places = places or {}
        self.max_brokers = 0
        """The most brokers that this run has seen alive at once."""
        self.nodes: frozenset[int] = frozenset()
        """Those that were alive by the last answer."""
        self.told_defaults: dict[tuple[int, str], str | None] = {}
        """What brokers gave in this run where a topic sets nothing, by node id and key; ``None`` where they did not."""
        self.tell = tell
        """Takes what is going on, in words, as often as there is news."""
        self._check = check
        self.requests: Counter[str] = Counter()
        """Requests sent, by kind."""
        self.admin = self._client()
        self._patience = _PATIENCE_SECONDS
        self._asked_early: _Asked | None = None

    def close(self) -> None:
        """Leave the cluster; nothing more can be asked. The client ends once a request under way has its answer."""
        # Its log handlers refer to this connection, which refers to it: nothing else would end it soon.
        del self.admin

    def ask_early(self) -> None:
        """Send the request for metadata now, while there is other work to do; ``metadata`` takes its answer."""
        self._asked_early = self._ask_metadata()

    def metadata(self) -> ClusterMetadata:
        """Brokers and all topics with their replicas, by one request, sent again while there is time."""
        found = self._metadata()
        self._learn_addresses(found)
        self.nodes = frozenset(found.brokers)
        self.max_brokers = max(self.max_brokers, len(self.nodes))
        if self.expected_cluster_id not in {None, found.cluster_id}:
            raise ClusterUnavailable.for_good(
                "wrong-cluster",
                f"{self.bootstrap_servers} is the cluster {found.cluster_id}, not {self.expected_cluster_id}",
                hint="the manifest's cluster.id names the only cluster it is for",
            )
        return found

    def _metadata(self) -> ClusterMetadata:
        started, pause = time.monotonic(), _POLL_SECONDS
        while True:
            asked, self._asked_early = self._asked_early or self._ask_metadata(), None
            # The client may leave its own time limit unheeded, where it hangs itself.
            self._settle([asked.answer], time.monotonic() + asked.seconds + GRACE_SECONDS, since=started)
            error = asked.answer.exception() if asked.answer.done() else _NO_END
            if error is None:
                return asked.answer.result()
            if isinstance(error, UnicodeDecodeError):
                raise self._unreadable(error)
            if not isinstance(error, KafkaException):
                raise error
            if not self.limit.remaining():
                raise self.unavailable(str(error))
            # A request that is under way to a broker that dies is not sent again by the client.
            self._pause(min(pause, self.limit.remaining()), started)
            pause = min(2 * pause, _LONGEST_PAUSE)
            self.connect_anew()

    def _unreadable(self, error: UnicodeDecodeError) -> ClusterUnavailable:
        return ClusterUnavailable.for_good(
            "unreadable-answer",
            f"the answer of {self.bootstrap_servers} cannot be read: {error.object!a} is not UTF-8",
            hint="check what listens there: Apache Kafka sends no such name",
        )

    def _pause(self, seconds: float, since: float) -> None:
        end = time.monotonic() + seconds
        while True:
            self.still_waiting(since)
            if (left := end - time.monotonic()) <= 0:
                return
            time.sleep(min(left, _POLL_SECONDS))

    def _learn_addresses(self, found: ClusterMetadata) -> None:
        """Where a client that starts anew can go: the brokers there are, for those given first may be gone by then.

        From now on it is these that have to be reached, and no more one that was given besides.
        """
        brokers: Any = found.brokers.values()  # the stub calls their hosts None
        known = [_address(broker.host, broker.port) for broker in brokers]
        given = [address for each in self.bootstrap_servers.split(",") if (address := each.strip()) not in known]
        self.properties["bootstrap.servers"] = ",".join([*known, *given])
        self._causes.forget(known)

    def connect_anew(self) -> None:
        """Leave the connections on which a request was not answered, and wait longer for the next answer.

        A broker that hangs keeps its connections, so that the client goes on choosing it; what is sent to one
        that hangs on a write waits behind it; and for a controller that is gone the client waits in vain.
        """
        self._patience *= 2
        self.admin.poll(0)  # its last log lines
        self.admin = self._client()

    def _ask_metadata(self) -> _Asked:
        self.requests["metadata"] += 1
        asked, admin = _Asked(Future(), self.read_timeout()), self.admin

        def ask() -> None:
            try:
                asked.answer.set_result(admin.list_topics(timeout=asked.seconds))
            except BaseException as error:  # noqa: BLE001 - whatever it is, somebody waits for it
                asked.answer.set_exception(error)

        # The call blocks and cannot be cancelled: in a daemon thread it neither delays the cause nor the exit.
        Thread(target=ask, daemon=True).start()
        return asked

    def read_timeout(self) -> float:
        """Seconds that a read sent now may take, few at first, for it can be sent again. Raises as write_timeout."""
        return min(self.write_timeout(), self._patience)

    def write_timeout(self) -> float:
        """Seconds that a write sent now may take. Raises DeadlinePassed, and what ``check`` raises."""
        self._check()
        if self.limit.is_run_over():
            raise DeadlinePassed.now()
        return self.limit.for_one_request()

    def errors(self, answers: Mapping[Key, Future[Any]], seconds: float) -> dict[Key, BaseException | None]:
        """Wait for the ``answers`` to a request that may take so many ``seconds``; what is wrong with each.

        What a broker leaves out of its answer the client would await for ever.
        """
        now = time.monotonic()
        self._settle(answers.values(), now + seconds + GRACE_SECONDS, since=now)
        errors = {key: answer.exception() if answer.done() else _NOT_MENTIONED for key, answer in answers.items()}
        if any(_is_no_answer(error) for error in errors.values()):
            self.connect_anew()
        return errors

    def _settle(self, answers: Iterable[Future[Any]], until: float, *, since: float) -> None:
        """Wait until all ``answers`` are there, good or bad, or until that moment of the monotonic clock."""
        for answer in answers:
            while not answer.done() and time.monotonic() < until:
                wait([answer], _POLL_SECONDS)
                self.still_waiting(since)

    def still_waiting(self, since: float) -> None:
        """To be called while an answer is awaited ``since`` that moment of the monotonic clock.

        Says so after a while. Raises ClusterUnavailable where waiting longer cannot help, and what ``check`` raises.
        """
        self._check()
        self.admin.poll(0)  # serves librdkafka's log lines, which tell the causes
        if self._causes.are_final():
            raise self._unreachable("")
        if time.monotonic() - since > _A_MOMENT:
            reason = self._why() or f"waiting for an answer from {self.bootstrap_servers}"
            self.tell(f"{reason}; trying for {self.limit.seconds:g} s")

    def unavailable(self, last_words: str) -> ClusterUnavailable | DeadlinePassed:
        """The reason as an exception; ``last_words`` is what the client said where nothing better is known."""
        return DeadlinePassed.now() if self.limit.is_run_over() else self._unreachable(last_words)

    def _unreachable(self, last_words: str) -> ClusterUnavailable:
        if not self._causes.by_address:
            message = f"no answer from {self.bootstrap_servers} within {self.limit.seconds:g} s"
            hint = self._clean(last_words)
            if self.properties.get("sasl.oauthbearer.method") == "oidc":
                # The client keeps silent about a token server that fails (HTTP 5xx), and about one that is slow.
                server = self.properties.get("sasl.oauthbearer.token.endpoint.url", "")
                hint = f"the OAuth token server may be what does not answer: {self._clean(server)}\n  {hint}".rstrip()
            return ClusterUnavailable.because("no-answer", message, hint=hint or None)
        cause, detail = next(reversed(self._causes.by_address.values()))
        because = ClusterUnavailable.for_good if self._causes.are_final() else ClusterUnavailable.because
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

    def _look_closer(self, address: str, code: str) -> Cause | None:
        from reconciler.cluster.tls_look import look_closer  # noqa: PLC0415 - nobody needs it but who cannot connect

        return look_closer(address, code, self.properties)

    def _clean(self, text: str) -> str:
        return without_secrets(text, self.properties)

    def take_log_line(self, line: str) -> None:
        """Take a line that librdkafka logs in a client with the same properties."""
        record = logging.LogRecord("librdkafka", logging.INFO, "", 0, line, (), None)
        for handler in self._log_to:
            handler.handle(record)

    def _take_error(self, error: KafkaError) -> None:
        """Take what the client only calls back with: that a token server answered, but with no token."""
        words = error.str()
        if "OAUTHBEARER token" in words:
            words = f'OIDC token from "{self.properties.get("sasl.oauthbearer.token.endpoint.url")}": {words}'
        self.take_log_line(f"ERROR [callback] {words}")

    def not_made(self, words: str, key: str | None = None) -> ClusterUnavailable:
        """A client with the same properties cannot be made: what librdkafka says of all, or of ``key``."""
        return not_made(words, self.properties, self._places, clean=self._clean, key=key)

    def _client(self) -> AdminClient:
        return new_client(
            self.properties,
            self._places,
            log_to=self._log_to,
            clean=self._clean,
            on_error=self._take_error,
            kind=self._kind,
        )


class _Asked(NamedTuple):
    """A request for metadata under way, which may take so many seconds."""

    answer: Future[ClusterMetadata]
    seconds: float


def _is_no_answer(error: BaseException | None) -> bool:
    return isinstance(error, KafkaException) and error.args[0].code() in _NO_ANSWER


def _address(host: str, port: int) -> str:
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
