"""Why a connection does not come about.

A client call that cannot reach its broker only says "timed out"; the cause stands in the lines that
librdkafka logs meanwhile. This table reads them.
"""

from __future__ import annotations

import logging
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace

_TELLS_A_CAUSE = re.compile(r"FAIL |METADATA .*feature not supported|OIDC ")
_DEFAULT_PORT = 9092
_ADDRESS = re.compile(r"(?:\w+://)?(?P<address>[^\s/]+)/(?:bootstrap|\d+): ")
_TOKEN_SERVER = re.compile(r'OIDC token from "(?P<address>[^"]+)": ')
_NO_CAUSE = re.compile(r"ApiVersionRequest failed: Local: Timed out|request\(s\) timed out|\(_DESTROY")
"""The connection stands, and nobody answers; or it was the client that ended it."""
_NOISE = re.compile(r" \(after \d+ms in state [A-Z_]+(?:, \d+ identical error\(s\) suppressed)?\)")


@dataclass(frozen=True, slots=True)
class Cause:
    """A reason in words, what to do about it, and whether waiting longer is pointless."""

    code: str
    message: str
    hint: str
    final: bool


_KNOWN: tuple[tuple[re.Pattern[str], Cause], ...] = tuple(
    (re.compile(pattern), Cause(code, message, hint, final))
    for pattern, code, message, hint, final in (
        (
            # The final answers of a name server in the words of glibc, musl, macOS and Windows.
            r"Failed to resolve.*(not known|No address associated|does not resolve|no usable address|No such host)",
            "no-such-host",
            "no such host",
            "check the spelling; the name must resolve on this machine",
            True,
        ),
        (
            r"Failed to resolve",
            "name-not-resolved",
            "the host's name cannot be resolved at the moment",
            "check this machine's DNS: its name server is away, overloaded or starting",
            False,
        ),
        (
            r"Metadata request failed.*feature not supported",
            "controller-listener",
            "this is a controller's listener, not a broker's",
            "use the port of a broker's listener: those that advertised.listeners names",
            True,
        ),
        (
            r"Connection refused",
            "connection-refused",
            "connection refused",
            "nothing listens there: is the broker running, and is this its port?",
            False,
        ),
        (
            r"PLAINTEXT broker listener|wrong version number|packet length too long|record layer failure",
            "tls-on-plaintext",
            "the client speaks TLS, the port does not",
            "use the broker's TLS port, or set security.protocol without SSL",
            True,
        ),
        (
            r"certificate verify failed",
            "untrusted-certificate",
            "the broker's certificate is not trusted, has expired, or is for another host name",
            "set ssl.ca.location to the certificate authority's file; if it is, look at the certificate's dates and "
            "names: openssl s_client -connect HOST:PORT </dev/null | openssl x509 -noout -dates -ext subjectAltName",
            True,
        ),
        (
            r"alert (bad certificate|certificate required|certificate unknown|unknown ca|certificate expired)|"
            r"SSL alert number (42|45|46|48|116)\b",
            "client-certificate",
            "the broker requires a client certificate that it trusts",
            "set ssl.certificate.location and ssl.key.location",
            True,
        ),
        (r"SSL handshake failed", "tls-failed", "the TLS handshake failed", "compare the ssl.* properties", True),
        (
            r"not valid in current SASL state",
            "no-sasl",
            "the client uses SASL, the port does not",
            "set security.protocol to SSL or PLAINTEXT, or use the broker's SASL port",
            True,
        ),
        (
            r"Unsupported SASL mechanism",
            "authentication-failed",
            "authentication failed: the broker does not offer this sasl.mechanism",
            "set sasl.mechanism to one of the mechanisms that the broker supports",
            True,
        ),
        (
            r"OIDC token",
            "no-token",
            "the OAuth token server gives no token",
            "check sasl.oauthbearer.token.endpoint.url, the client's id and secret, and whether that server runs",
            False,
        ),
        (
            r"[Aa]uthentication f|Invalid username or password|SASL .*mechanism",
            "authentication-failed",
            "authentication failed",
            "check sasl.mechanism, sasl.username and sasl.password",
            True,
        ),
        (
            r"Invalid response size|increase receive.message.max.bytes",
            "not-kafka",
            "what answers at this port is not Kafka",
            "check the port",
            True,
        ),
        (
            r"SSL listener|Disconnected.*APIVERSION",
            "dropped",
            "the connection was dropped before the first answer",
            "if that is a TLS port, set security.protocol to SSL or SASL_SSL",
            False,
        ),
        (r"[Tt]imed out", "no-answer", "no answer", "is a firewall in between, or the broker overloaded?", False),
        (r"", "unreachable", "cannot be reached", "check the address and the network", False),
    )
)


_SASL_WANTED = re.compile(r"^(?!.*sasl_\w+://).*Disconnected.*\bin state UP\b")
"""Before the first answer: ApiVersions is all that a SASL listener answers without a login."""
_WITHOUT_SASL = Cause(
    "sasl-required",
    "the broker hangs up on the first request, as one does that requires SASL",
    "set security.protocol to SASL_SSL or SASL_PLAINTEXT, with sasl.mechanism, sasl.username and sasl.password",
    final=True,
)
_SURE_AFTER = 3
"""A broker that is shutting down hangs up too, but not so often."""


class Causes(logging.Handler):
    """Collects the reasons for failed connections to ``bootstrap_servers``, the newest for each address.

    It is the handler of the logger that librdkafka's lines go to; it keeps no other line.
    """

    def __init__(self, bootstrap_servers: str) -> None:
        super().__init__()
        self.by_address: dict[str, tuple[Cause, str]] = {}
        self._addresses = frozenset(map(_as_logged, bootstrap_servers.split(",")))
        self._are_brokers = False
        self._hung_up: Counter[str] = Counter()

    def emit(self, record: logging.LogRecord) -> None:
        """Take one line of librdkafka's log."""
        line = record.getMessage()
        if not _TELLS_A_CAUSE.match(line) or _NO_CAUSE.search(line):
            return
        found = _TOKEN_SERVER.search(line) or _ADDRESS.search(line)
        if found is None:
            return
        address, detail = found["address"], _NOISE.sub("", line[found.end() :])
        if _TOKEN_SERVER.search(line) or not self._are_brokers or address in self._addresses:
            self.by_address[address] = (self._cause(address, line), detail)

    def _cause(self, address: str, line: str) -> Cause:
        if not self._are_brokers and _SASL_WANTED.search(line):
            self._hung_up[address] += 1
            return _WITHOUT_SASL if self._hung_up[address] >= _SURE_AFTER else replace(_WITHOUT_SASL, final=False)
        del self._hung_up[address]
        return next(cause for pattern, cause in _KNOWN if pattern.search(line))

    def are_final(self) -> bool:
        """Whether every address has failed for a reason that waiting does not mend: one that answers is enough."""
        return self._addresses <= self.by_address.keys() and all(cause.final for cause, _ in self.by_address.values())

    def forget(self, brokers: Iterable[str]) -> None:
        """Start anew: a connection stands, and the cluster has ``brokers``; no other address matters any more."""
        self.by_address.clear()
        self._addresses = frozenset(brokers)
        self._are_brokers = True


def _as_logged(address: str) -> str:
    """An address of bootstrap.servers as librdkafka logs it: without the protocol, and with the port."""
    host_and_port = address.strip().rpartition("://")[2]
    host, colon, port = host_and_port.rpartition(":")
    return f"{host}:{int(port)}" if colon and port.isdecimal() else f"{host_and_port}:{_DEFAULT_PORT}"
