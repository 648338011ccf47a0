"""Why a connection fails.

A client call that cannot reach a broker reports only "timed out"; the cause is in the lines that librdkafka logs
meanwhile.
"""

from __future__ import annotations

import logging
import re
import time
from collections import Counter
from collections.abc import Callable, Iterable
from concurrent.futures import Future
from dataclasses import dataclass, replace
from threading import Thread

from reconciler.cluster.symptoms import DROPPED, SASL_WANTED, UNTRUSTED, WITHOUT_SASL, Cause, cause_in

_TELLS_A_CAUSE = re.compile(
    r"FAIL |METADATA .*feature not supported|OIDC "
    r"|ERROR .*(?:Expected JSON response with|Failed to decode JWT|Must supply an unexpired token)"
)
_DEFAULT_PORT = 9092
_ADDRESS = re.compile(r"(?:\w+://)?(?P<address>[^\s/]+)/(?:bootstrap|\d+): ")
_TOKEN_SERVER = re.compile(r'OIDC token from "(?P<address>[^"]+)": ')
_NO_CAUSE = re.compile(r"ApiVersionRequest failed: Local: Timed out|request\(s\) timed out|\(_DESTROY")
"""The connection works and the broker does not answer, or the client itself closed the connection."""
_NOISE = re.compile(r" \(after \d+ms in state [A-Z_]+(?:, \d+ identical error\(s\) suppressed)?\)")
_SURE_AFTER = 3
"""A broker that is shutting down closes connections too, but not as often."""

Probe = Callable[[str, str], Cause | None]
"""Finds the exact cause for an address and the code of a cause, or ``None``. It may take seconds."""
_PROBE_SECONDS = 5.0
_AGAIN_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class _Probing:
    """A probe of an address under way or done; ``began`` is by the monotonic clock."""

    found: Future[Cause | None]
    began: float

    def result(self) -> Cause | None:
        """The cause found so far."""
        return self.found.result() if self.found.done() and self.found.exception() is None else None

    def is_over(self) -> bool:
        """Whether the probe is done, or takes too long to wait for."""
        return self.found.done() or time.monotonic() > self.began + _PROBE_SECONDS


class Causes(logging.Handler):
    """Collects the causes of failed connections to ``bootstrap_servers``, the latest for each address.

    A handler for the log lines of librdkafka, which keeps only those with a cause. Where a line leaves the cause open,
    ``probe`` is called in a thread of its own.
    """

    def __init__(self, bootstrap_servers: str, probe: Probe = lambda _address, _code: None) -> None:
        super().__init__()
        self._told: dict[str, tuple[Cause, str]] = {}
        self._probe = probe
        self._probes: dict[tuple[str, str], _Probing] = {}
        self._addresses = frozenset(map(_as_logged, bootstrap_servers.split(",")))
        self._token_servers: set[str] = set()
        self._are_brokers = False
        self._hung_up: Counter[str] = Counter()

    def emit(self, record: logging.LogRecord) -> None:
        """Take a log line of librdkafka."""
        line = record.getMessage()
        if not _TELLS_A_CAUSE.match(line) or _NO_CAUSE.search(line):
            return
        found = _TOKEN_SERVER.search(line) or _ADDRESS.search(line)
        if found is None:
            return
        address, detail = found["address"], _NOISE.sub("", line[found.end() :])
        is_token_server = found.re is _TOKEN_SERVER
        if is_token_server:
            self._token_servers.add(address)
        if is_token_server or not self._are_brokers or address in self._addresses:
            self._told[address] = (cause := self._cause(address, line), detail)
            self._start_probe(address, cause.code)

    def _cause(self, address: str, line: str) -> Cause:
        if not self._are_brokers and SASL_WANTED.search(line):
            self._hung_up[address] += 1
            return WITHOUT_SASL if self._hung_up[address] >= _SURE_AFTER else replace(WITHOUT_SASL, final=False)
        del self._hung_up[address]
        return cause_in(line)

    def _start_probe(self, address: str, code: str) -> None:
        """Probe ``address``; again after a second while a drop stays unexplained: a broker may be starting."""
        if code not in {DROPPED, UNTRUSTED}:
            return
        before, now = self._probes.get((address, code)), time.monotonic()
        may_change = code == DROPPED and before is not None and before.is_over() and before.result() is None
        if before is None or (may_change and now > before.began + _AGAIN_SECONDS):
            probing = self._probes[address, code] = _Probing(Future(), now)

            def ask() -> None:
                try:
                    probing.found.set_result(self._probe(address, code))
                except BaseException as error:  # noqa: BLE001 - what is known already stands
                    probing.found.set_exception(error)

            Thread(target=ask, daemon=True).start()

    @property
    def by_address(self) -> dict[str, tuple[Cause, str]]:
        """The cause of each address, with librdkafka's message."""
        probes = self._probes
        return {
            address: ((each.result() if (each := probes.get((address, cause.code))) else None) or cause, detail)
            for address, (cause, detail) in self._told.items()
        }

    def are_final(self) -> bool:
        """Whether waiting is pointless: every address failed for a final cause, or no token can be had."""
        causes = self.by_address
        if not self._are_brokers and any(causes[server][0].final for server in self._token_servers):
            return True
        return (
            self._addresses <= causes.keys()
            and all(cause.final for cause, _ in causes.values())
            and not any(self._is_probed(address) for address in causes)
        )

    def _is_probed(self, address: str) -> bool:
        probing = self._probes.get((address, self._told[address][0].code))
        return probing is not None and not probing.is_over()

    def forget(self, brokers: Iterable[str]) -> None:
        """Drop all causes after a response; from now on only the addresses of ``brokers`` count."""
        self._told.clear()
        self._token_servers.clear()
        self._addresses = frozenset(brokers)
        self._are_brokers = True


def _as_logged(address: str) -> str:
    """An address of bootstrap.servers as librdkafka logs it: without protocol, with port."""
    host_and_port = address.strip().rpartition("://")[2]
    host, colon, port = host_and_port.rpartition(":")
    return f"{host}:{int(port)}" if colon and port.isdecimal() else f"{host_and_port}:{_DEFAULT_PORT}"
