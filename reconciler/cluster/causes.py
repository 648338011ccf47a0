"""Why a connection does not come about.

A client call that cannot reach its broker only says "timed out"; the cause stands in the lines that
librdkafka logs meanwhile. This table reads them.
"""

from __future__ import annotations

import logging
import re
from dataclasses import dataclass

_ADDRESS = re.compile(r"(?:\w+://)?(?P<address>[^\s/]+)/(?:bootstrap|\d+): ")
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
            r"Failed to resolve",
            "no-such-host",
            "no such host",
            "check the spelling; the name must resolve on this machine",
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
            "the broker's certificate is not trusted",
            "set ssl.ca.location to the certificate authority's file",
            True,
        ),
        (r"SSL handshake failed", "tls-failed", "the TLS handshake failed", "compare the ssl.* properties", True),
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
            "if that is a TLS port, set security.protocol=SSL",
            False,
        ),
        (r"[Tt]imed out", "no-answer", "no answer", "is a firewall in between, or the broker overloaded?", False),
        (r"", "unreachable", "cannot be reached", "check the address and the network", False),
    )
)


class Causes(logging.Handler):
    """Collects the reasons for failed connections, the newest for each address.

    It is the handler of the logger that librdkafka's lines go to; it keeps no other line.
    """

    def __init__(self) -> None:
        super().__init__()
        self.by_address: dict[str, tuple[Cause, str]] = {}

    def emit(self, record: logging.LogRecord) -> None:
        """Take one line of librdkafka's log."""
        line = record.getMessage()
        if not line.startswith("FAIL ") or _NO_CAUSE.search(line):
            return
        found = _ADDRESS.search(line)
        if found is None:
            return
        detail = _NOISE.sub("", line[found.end() :])
        cause = next(cause for pattern, cause in _KNOWN if pattern.search(line))
        self.by_address[found["address"]] = (cause, detail)

    def final_for(self, addresses: int) -> bool:
        """Whether every one of so many addresses has failed for a reason that waiting does not mend."""
        return len(self.by_address) >= addresses and all(cause.final for cause, _ in self.by_address.values())

    def forget(self) -> None:
        """Start anew: a connection stands."""
        self.by_address.clear()
