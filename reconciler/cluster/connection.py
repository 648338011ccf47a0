"""One client for one cluster; a failed connection is reported with its cause as soon as that is known."""

from __future__ import annotations

import logging
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import Future, wait
from typing import Any, NamedTuple, Self, TypeVar, cast

from confluent_kafka import KafkaError, KafkaException
from confluent_kafka.admin import AdminClient, ClusterMetadata

from reconciler.addresses import address_of
from reconciler.clock import TimeLimit
from reconciler.cluster.background import in_background
from reconciler.cluster.client import defaults, new_client, not_made
from reconciler.cluster.diagnosis import NO_ANSWER, Diagnosis
from reconciler.cluster.held_client import HeldClient
from reconciler.cluster.reading_client import OnlyReads, ReadingClient
from reconciler.errors import ClusterUnavailable, DeadlinePassed, Origin

_POLL_SECONDS = 0.05
_A_MOMENT = 1.0
GRACE_SECONDS = 1.0
"""Seconds to wait beyond the time limit of the client's own request."""
_PATIENCE_SECONDS = 3.0
"""Time limit of the first read; doubled after each read without a response, for a slow cluster."""
_LONGEST_PAUSE = 1.0
"""Seconds; the pauses between requests for metadata that fail at once double up to here."""
_NOT_MENTIONED = KafkaException(KafkaError(KafkaError._TIMED_OUT, "missing from the broker's response"))
_NO_END = KafkaException(KafkaError(KafkaError._TIMED_OUT, "the Kafka client does not return"))
_GIVEN = "the brokers of the given client"
Key = TypeVar("Key")
Client = AdminClient
"""A client of confluent-kafka."""


class Connection:
    """A client whose steps end within ``limit``, and which cannot write.

    Raises ClusterUnavailable with the cause: at once where waiting cannot help (no such host, not Kafka,
    untrusted certificate), else when the time limit is over; and for a cluster with another id than
    ``expected_cluster_id``, before anything else is read from it. ``check`` is called before each request and
    while waiting for a response; an exception from ``check`` ends the step.
    """

    _client_class: type[AdminClient] = ReadingClient
    _given: AdminClient | None = None
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
        client: Client | None = None,
    ) -> None:
        self.limit = limit
        self._given = client
        self.bootstrap_servers = properties["bootstrap.servers"]
        self.properties = {**defaults(limit.seconds), **properties}
        self.diagnosis = Diagnosis(self.properties, log=log, is_elsewhere=client is not None)
        self._places = places or {}
        self.max_brokers = 0
        """The highest number of brokers seen alive at once."""
        self.nodes: frozenset[int] = frozenset()
        """Node ids of the brokers alive by the last response."""
        self.told_defaults: dict[tuple[int, str], str | None] = {}
        """What brokers gave in this run where a topic sets nothing, by node id and key; ``None`` where they did not."""
        self.second_settings: dict[str, Any] | None = None
        """The properties as the second client takes them, once they were needed."""
        self.tell = tell
        """Gets progress as text."""
        self._check = check
        self.requests: Counter[str] = Counter()
        """Requests sent, by name."""
        self.request_seconds: dict[str, list[float]] = defaultdict(list)
        """How long each request took until its last answer, or until nobody waited for it any longer, by name."""
        self._held = HeldClient(self._client())
        self._patience = _PATIENCE_SECONDS
        self._asked_early: _Asked | None = None

    @classmethod
    def from_client(
        cls,
        client: Client,
        *,
        limit: TimeLimit,
        tell: Callable[[str], None] = lambda _line: None,
        check: Callable[[], None] = lambda: None,
    ) -> Self:
        """A connection through a client of the caller, which is neither polled, replaced nor closed here.

        Its log lines and callbacks stay with the caller, so a failed connection is reported by its error only, when the
        time limit is over. Its properties are not known: no further client is made, and no secret can be removed from
        its messages.
        """
        return cls({"bootstrap.servers": _GIVEN}, limit=limit, tell=tell, check=check, client=client)

    @property
    def admin(self) -> Client:
        """The client, until another one replaces it. Through it, a connection that only reads cannot write."""
        return self._held.client

    @property
    def makes_clients(self) -> bool:
        """Whether further clients with the same properties can be made."""
        return self._given is None

    def close(self) -> None:
        """Close the connection, without waiting. A client of our own ends once requests under way have a response."""
        self._held.end()

    def ask_early(self) -> None:
        """Send the metadata request now, ahead of other work; ``metadata`` takes the response."""
        self._asked_early = self._ask_metadata()

    def metadata(self) -> ClusterMetadata:
        """Brokers and all topics with their replicas, by one request, retried within the time limit."""
        found = self._metadata()
        self._learn_addresses(found)
        self.nodes = frozenset(found.brokers)
        self.max_brokers = max(self.max_brokers, len(self.nodes))
        if self.expected_cluster_id not in {None, found.cluster_id}:
            raise ClusterUnavailable.for_good(
                "wrong-cluster",
                f"wrong cluster: {self.bootstrap_servers} has the cluster id {found.cluster_id}, "
                f"expected {self.expected_cluster_id}",
                hint="check --bootstrap-server, or correct cluster.id in the manifest",
            )
        return found

    def _metadata(self) -> ClusterMetadata:
        started, pause = time.monotonic(), _POLL_SECONDS
        while True:
            asked, self._asked_early = self._asked_early or self._ask_metadata(), None
            # A client that hangs does not keep its own time limit.
            self._settle([asked.answer], time.monotonic() + asked.seconds + GRACE_SECONDS, since=started)
            error = asked.answer.exception() if asked.answer.done() else _NO_END
            self.took("metadata", asked.sent_at)
            if error is None:
                return asked.answer.result()
            if isinstance(error, UnicodeDecodeError):
                raise self._unreadable(error)
            if not isinstance(error, KafkaException):
                raise error
            if not self.limit.remaining():
                raise self.unavailable(str(error))
            # The client does not resend a request whose broker dies.
            self._pause(min(pause, self.limit.remaining()), started)
            pause = min(2 * pause, _LONGEST_PAUSE)
            self.connect_anew()

    def _unreadable(self, error: UnicodeDecodeError) -> ClusterUnavailable:
        return ClusterUnavailable.for_good(
            "unreadable-answer",
            f"cannot read the response of {self.bootstrap_servers}: {error.object!a} is not UTF-8",
            hint="check which server listens there; names in Apache Kafka are UTF-8",
        )

    def _pause(self, seconds: float, since: float) -> None:
        end = time.monotonic() + seconds
        while True:
            self.still_waiting(since)
            if (left := end - time.monotonic()) <= 0:
                return
            time.sleep(min(left, _POLL_SECONDS))

    def _learn_addresses(self, found: ClusterMetadata) -> None:
        """Let the next client start from the brokers found: those given first may be gone by then.

        From now on, a cause counts only if it concerns one of the brokers found.
        """
        brokers: Any = found.brokers.values()  # the stub calls their hosts None
        known = [address_of(broker.host, broker.port) for broker in brokers]
        given = [address for each in self.bootstrap_servers.split(",") if (address := each.strip()) not in known]
        self.properties["bootstrap.servers"] = ",".join([*known, *given])
        if self._given is not None:
            self.bootstrap_servers = ",".join(known)
        self.diagnosis.causes.forget(known)

    def connect_anew(self) -> None:
        """Replace a client of our own after a request without a response, and double the time limit of reads.

        A broker that hangs keeps its connections, so the client keeps choosing it; requests behind a write that
        hangs wait for it; and the client waits forever for a controller that is gone.
        """
        self._patience *= 2
        if self._given is None:
            self.admin.poll(0)  # its last log lines
            self._held.end()
            self._held = HeldClient(self._client())

    def _ask_metadata(self) -> _Asked:
        self.requests["metadata"] += 1
        seconds, admin = self.read_timeout(), self.admin
        sent_at = time.monotonic()
        return _Asked(in_background(lambda: admin.list_topics(timeout=seconds)), seconds, sent_at)

    def read_timeout(self) -> float:
        """Time limit in seconds of a read sent now, short at first: reads are retried. Raises as write_timeout."""
        return min(self.write_timeout(), self._patience)

    def write_timeout(self) -> float:
        """Time limit in seconds of a write sent now. Raises DeadlinePassed, and what ``check`` raises."""
        self._check()
        if self.limit.is_run_over():
            raise self.limit.deadline_passed()
        return self.limit.for_one_request()

    def took(self, api: str, since: float) -> None:
        """Note that a request sent at ``since``, by the monotonic clock, has ended now."""
        self.request_seconds[api].append(time.monotonic() - since)

    def errors(
        self, answers: Mapping[Key, Future[Any]], seconds: float, *, api: str, since: float | None = None
    ) -> dict[Key, BaseException | None]:
        """Wait up to ``seconds`` and a grace period for all ``answers``; the error of each, or ``None``.

        The time from ``since``, by default from now, counts as that of a request ``api``.
        The client would wait forever for a topic that is missing from the broker's response.
        """
        now = time.monotonic()
        self._settle(answers.values(), now + seconds + GRACE_SECONDS, since=now)
        self.took(api, now if since is None else since)
        errors = {key: answer.exception() if answer.done() else _NOT_MENTIONED for key, answer in answers.items()}
        if any(_is_no_answer(error) for error in errors.values()):
            self.connect_anew()
        return errors

    def _settle(self, answers: Iterable[Future[Any]], until: float, *, since: float) -> None:
        """Wait until all ``answers`` are done, or until ``until`` of the monotonic clock."""
        for answer in answers:
            while not answer.done() and time.monotonic() < until:
                wait([answer], _POLL_SECONDS)
                self.still_waiting(since)

    def still_waiting(self, since: float) -> None:
        """To be called regularly while waiting for a response; ``since`` is the start by the monotonic clock.

        Reports progress after a second. Raises ClusterUnavailable where waiting longer cannot help, and what
        ``check`` raises.
        """
        self._check()
        if self._given is None:
            self.admin.poll(0)  # delivers librdkafka's log lines, which have the causes
        if self.diagnosis.causes.are_final():
            raise self._unreachable("")
        if time.monotonic() - since > _A_MOMENT:
            reason = self.diagnosis.summary() or f"waiting for an answer from {self.bootstrap_servers}"
            self.tell(f"{reason}; giving up after {self.limit.seconds:g} s")

    def unavailable(self, last_words: str) -> ClusterUnavailable | DeadlinePassed:
        """The cause as an exception; ``last_words`` is the client's message, used where no cause is known."""
        return self.limit.deadline_passed() if self.limit.is_run_over() else self._unreachable(last_words)

    def _unreachable(self, last_words: str) -> ClusterUnavailable:
        return self.diagnosis.unreachable(self.bootstrap_servers, self.limit.seconds, last_words)

    def not_made(self, words: str, key: str | None = None) -> ClusterUnavailable:
        """Why another client with the same properties cannot be made: librdkafka's message on ``key``, or on all."""
        return not_made(words, self.properties, self._places, clean=self.diagnosis.clean, key=key)

    def _guarded(self, client: AdminClient) -> AdminClient:
        return cast(AdminClient, OnlyReads(client))

    def _client(self) -> AdminClient:
        if self._given is not None:
            return self._guarded(self._given)
        return new_client(
            self.properties,
            self._places,
            log_to=self.diagnosis.log_to,
            clean=self.diagnosis.clean,
            on_error=self.diagnosis.take_error,
            client_class=self._client_class,
        )


class _Asked(NamedTuple):
    """A metadata request under way, with its time limit in seconds."""

    answer: Future[ClusterMetadata]
    seconds: float
    sent_at: float


def _is_no_answer(error: BaseException | None) -> bool:
    return isinstance(error, KafkaException) and error.args[0].code() in NO_ANSWER
