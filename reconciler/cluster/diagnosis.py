"""Why the client of a connection gets no response, without secrets."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import replace

from confluent_kafka import KafkaError

from reconciler.cluster.causes import Causes
from reconciler.cluster.client_log import PassedOn
from reconciler.cluster.properties import without_secrets
from reconciler.cluster.symptoms import Cause
from reconciler.errors import ClusterUnavailable
from reconciler.model import KafkaFailure

_TIMED_OUT, _TRANSPORT = -185, -195
NO_ANSWER = frozenset({_TIMED_OUT, _TRANSPORT})
"""Error codes of the client for a request without a response."""
_ELSEWHERE = "the cause is in the log and the error callback of the given client"


class Diagnosis:
    """Collects what librdkafka logs and calls back in clients with ``properties``, and finds the cause in it.

    ``is_elsewhere``: the client belongs to the caller, who gets its log lines and callbacks.
    """

    def __init__(
        self, properties: Mapping[str, str], *, log: logging.Logger | None = None, is_elsewhere: bool = False
    ) -> None:
        self._properties = properties
        self._is_elsewhere = is_elsewhere
        self.causes = Causes(properties["bootstrap.servers"], self._probe)
        passed_on = PassedOn(log or logging.getLogger("reconciler.librdkafka"), self.clean)
        self.log_to: tuple[logging.Handler, ...] = (self.causes, passed_on)
        """Handlers for the log lines of a client."""

    def clean(self, text: str) -> str:
        """``text`` without the secrets among the properties."""
        return without_secrets(text, self._properties)

    def take_log_line(self, line: str) -> None:
        """Take a log line of librdkafka."""
        record = logging.LogRecord("librdkafka", logging.INFO, "", 0, line, (), None)
        for handler in self.log_to:
            handler.handle(record)

    def take_error(self, error: KafkaError) -> None:
        """Take an error that librdkafka reports by callback only: a response of the token server without a token."""
        words = error.str()
        if "OAUTHBEARER token" in words:
            words = f'OIDC token from "{self._properties.get("sasl.oauthbearer.token.endpoint.url")}": {words}'
        self.take_log_line(f"ERROR [callback] {words}")

    def summary(self) -> str:
        """The causes found so far, each with its address; empty where there are none."""
        reasons = self.causes.by_address.items()
        return self.clean(", ".join(f"{address}: {cause.message}" for address, (cause, _) in reasons))

    def explained(self, failure: KafkaFailure) -> KafkaFailure:
        """``failure``, with the cause added to its message where the client got no response."""
        causes = self.summary() if failure.code in NO_ANSWER else ""
        message = f"{failure.message} ({causes})" if causes else failure.message
        return replace(failure, message=self.clean(message))

    def unreachable(self, servers: str, seconds: float, last_words: str) -> ClusterUnavailable:
        """The cause as an exception; ``last_words`` is the client's message, used where no cause is known."""
        if not self.causes.by_address:
            message = f"no answer from {servers} within {seconds:g} s"
            return ClusterUnavailable.because("no-answer", message, hint=self._hint(last_words) or None)
        cause, detail = next(reversed(self.causes.by_address.values()))
        because = ClusterUnavailable.for_good if self.causes.are_final() else ClusterUnavailable.because
        return because(
            cause.code,
            f"cannot connect to {self.summary()}",
            hint=f"{cause.hint}\n  librdkafka: {self.clean(detail)}",
        )

    def _hint(self, last_words: str) -> str:
        words = self.clean(last_words)
        if self._is_elsewhere:
            return f"{words}\n  {_ELSEWHERE}".strip()
        if self._properties.get("sasl.oauthbearer.method") == "oidc":
            # The client logs nothing about a token server that is slow or fails with HTTP 5xx.
            server = self._properties.get("sasl.oauthbearer.token.endpoint.url", "")
            return f"the OAuth token server may be the cause: {self.clean(server)}\n  {words}".rstrip()
        return words

    def _probe(self, address: str, code: str) -> Cause | None:
        from reconciler.cluster.tls_probe import probe  # noqa: PLC0415 - needed only when connecting fails

        return probe(address, code, self._properties)
