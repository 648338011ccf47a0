"""Name resolution and TCP."""

from __future__ import annotations

import socket
import time
from collections.abc import Mapping
from dataclasses import replace

from reconciler.cluster.background import in_background
from reconciler.cluster.symptoms import Cause, cause_named
from reconciler.doctor.course import Failed, Told

_SHORTEST = 0.05
_DEFAULT_PORT = 9092
_IN_A_CONTAINER = "; inside a container, localhost is the container itself"
_PROXIES = ("HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy")

Places = tuple[tuple[socket.AddressFamily, tuple[str, int]], ...]
"""The IP addresses and ports that a name stands for."""


def split(address: str) -> tuple[str, int]:
    """Host and port of an address of ``bootstrap.servers``, brackets and protocol left out."""
    text = address.rpartition("://")[2]
    host, colon, port = text.rpartition(":")
    if not colon or text.endswith("]"):
        host, port = text, str(_DEFAULT_PORT)
    return host.strip("[]"), int(port)


def left(until: float) -> float:
    """Seconds until ``until`` of the monotonic clock, never 0: a socket would not wait at all then."""
    return max(until - time.monotonic(), _SHORTEST)


def resolved(host: str, port: int, until: float) -> tuple[Places, Told]:
    """The addresses of ``host``. Raises Failed."""
    answer = in_background(lambda: socket.getaddrinfo(host, port, type=socket.SOCK_STREAM))
    try:
        found = answer.result(left(until))
    except TimeoutError:
        raise Failed(replace(cause_named("name-not-resolved"), message="the name server does not answer")) from None
    except socket.gaierror as error:
        for_now = error.errno == socket.EAI_AGAIN
        raise Failed(cause_named("name-not-resolved" if for_now else "no-such-host")) from None
    except (OSError, UnicodeError):
        raise Failed(cause_named("no-such-host")) from None
    places: Places = tuple(dict.fromkeys((family, (str(at[0]), port)) for family, _, _, _, at in found))
    names = [place[0] for _, place in places]
    return places, Told(detail=", ".join(names), facts={"addresses": names})


def connected(places: Places, host: str, until: float, environ: Mapping[str, str]) -> tuple[socket.socket, Told]:
    """A connection to the first of ``places`` that takes one. Raises Failed with the reason of the last."""
    cause: Cause | None = None
    for number, (_, place) in enumerate(places):
        seconds = left(until) / (len(places) - number)
        began = time.monotonic()
        try:
            connection = socket.create_connection(place, seconds)
        except OSError as error:
            cause = _cause(error, host, environ)
        else:
            took = (time.monotonic() - began) * 1000
            return connection, Told(detail=f"{place[0]} port {place[1]} in {took:.0f} ms")
    raise Failed(cause or cause_named("no-such-host"))


def _cause(error: OSError, host: str, environ: Mapping[str, str]) -> Cause:
    if isinstance(error, ConnectionRefusedError):
        cause = cause_named("connection-refused")
    elif isinstance(error, TimeoutError):
        cause = replace(cause_named("no-answer"), message="no answer to the TCP connection")
    else:
        cause = cause_named("unreachable")
        cause = replace(cause, message=f"unreachable: {error.strerror.lower()}") if error.strerror else cause
    if is_this_machine(host):
        return replace(cause, hint=cause.hint + _IN_A_CONTAINER)
    proxy = next((name for name in _PROXIES if environ.get(name)), None)
    return replace(cause, hint=f"{cause.hint}; Kafka clients do not use {proxy}") if proxy else cause


def is_this_machine(host: str) -> bool:
    """Whether ``host`` is a loopback address or its usual name."""
    return host in {"localhost", "::1"} or host.startswith("127.") or host.endswith(".localhost")
