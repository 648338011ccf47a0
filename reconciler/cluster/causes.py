"""Why a connection does not come about.

A client call that cannot reach its broker only says "timed out"; the cause stands in the lines that
librdkafka logs meanwhile.
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

from reconciler.cluster.symptoms import DROPPED, KNOWN, SASL_WANTED, UNTRUSTED, WITHOUT_SASL, Cause

_TELLS_A_CAUSE = re.compile(
    r"FAIL |METADATA .*feature not supported|OIDC |ERROR .*(?:Expected JSON response with|Failed to decode JWT)"
)
_DEFAULT_PORT = 9092
_ADDRESS = re.compile(r"(?:\w+://)?(?P<address>[^\s/]+)/(?:bootstrap|\d+): ")
_TOKEN_SERVER = re.compile(r'OIDC token from "(?P<address>[^"]+)": ')
_NO_CAUSE = re.compile(r"ApiVersionRequest failed: Local: Timed out|request\(s\) timed out|\(_DESTROY")
"""The connection stands, and nobody answers; or it was the client that ended it."""
_NOISE = re.compile(r" \(after \d+ms in state [A-Z_]+(?:, \d+ identical error\(s\) suppressed)?\)")
_SURE_AFTER = 3
"""A broker that is shutting down hangs up too, but not so often."""

LookCloser = Callable[[str, str], Cause | None]
"""Of an address and the code of a cause, the cause that it really is, where more can be found out. It may take time."""
_LOOK_SECONDS = 5.0
_AGAIN_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class _Look:
    """A closer look at an address, which began at that moment of the monotonic clock."""

    found: Future[Cause | None]
    began: float

    def result(self) -> Cause | None:
        """The cause found by now."""
        return self.found.result() if self.found.done() and self.found.exception() is None else None

    def is_over(self) -> bool:
        """Whether it is not worth waiting for, such as one that waits for a name server."""
        return self.found.done() or time.monotonic() > self.began + _LOOK_SECONDS


class Causes(logging.Handler):
    """Collects the reasons for failed connections to ``bootstrap_servers``, the newest for each address.

    It is the handler of the logger that librdkafka's lines go to; it keeps no other line. ``look_closer`` is asked,
    in a thread of its own, where a line leaves the reason open.
    """

    def __init__(self, bootstrap_servers: str, look_closer: LookCloser = lambda _address, _code: None) -> None:
        super().__init__()
        self._told: dict[str, tuple[Cause, str]] = {}
        self._look_closer = look_closer
        self._looks: dict[tuple[str, str], _Look] = {}
        self._addresses = frozenset(map(_as_logged, bootstrap_servers.split(",")))
        self._token_servers: set[str] = set()
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
        is_token_server = found.re is _TOKEN_SERVER
        if is_token_server:
            self._token_servers.add(address)
        if is_token_server or not self._are_brokers or address in self._addresses:
            self._told[address] = (cause := self._cause(address, line), detail)
            self._look(address, cause.code)

    def _cause(self, address: str, line: str) -> Cause:
        if not self._are_brokers and SASL_WANTED.search(line):
            self._hung_up[address] += 1
            return WITHOUT_SASL if self._hung_up[address] >= _SURE_AFTER else replace(WITHOUT_SASL, final=False)
        del self._hung_up[address]
        return next(cause for pattern, cause in KNOWN if pattern.search(line))

    def _look(self, address: str, code: str) -> None:
        """Look closer at ``address``, and again after a moment where a drop stayed open: a broker may have started."""
        if code not in {DROPPED, UNTRUSTED}:
            return
        before, now = self._looks.get((address, code)), time.monotonic()
        may_change = code == DROPPED and before is not None and before.is_over() and before.result() is None
        if before is None or (may_change and now > before.began + _AGAIN_SECONDS):
            look = self._looks[address, code] = _Look(Future(), now)

            def ask() -> None:
                try:
                    look.found.set_result(self._look_closer(address, code))
                except BaseException as error:  # noqa: BLE001 - what is known already stands
                    look.found.set_exception(error)

            Thread(target=ask, daemon=True).start()

    @property
    def by_address(self) -> dict[str, tuple[Cause, str]]:
        """Each address's cause with the client's words."""
        looks = self._looks
        return {
            address: ((look.result() if (look := looks.get((address, cause.code))) else None) or cause, detail)
            for address, (cause, detail) in self._told.items()
        }

    def are_final(self) -> bool:
        """Whether every address has failed for a reason that waiting does not mend: one that answers is enough.

        Without a token there is none to be tried.
        """
        causes = self.by_address
        if not self._are_brokers and any(causes[server][0].final for server in self._token_servers):
            return True
        return (
            self._addresses <= causes.keys()
            and all(cause.final for cause, _ in causes.values())
            and not any(self._is_looked_at(address) for address in causes)
        )

    def _is_looked_at(self, address: str) -> bool:
        look = self._looks.get((address, self._told[address][0].code))
        return look is not None and not look.is_over()

    def forget(self, brokers: Iterable[str]) -> None:
        """Start anew: a connection stands, and the cluster has ``brokers``; no other address matters any more."""
        self._told.clear()
        self._token_servers.clear()
        self._addresses = frozenset(brokers)
        self._are_brokers = True


def _as_logged(address: str) -> str:
    """An address of bootstrap.servers as librdkafka logs it: without the protocol, and with the port."""
    host_and_port = address.strip().rpartition("://")[2]
    host, colon, port = host_and_port.rpartition(":")
    return f"{host}:{int(port)}" if colon and port.isdecimal() else f"{host_and_port}:{_DEFAULT_PORT}"
