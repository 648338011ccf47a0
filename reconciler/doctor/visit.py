"""The checks of one address up to the login: name, TCP, TLS, and whether Kafka answers there."""

from __future__ import annotations

import socket
import ssl
import time
from collections.abc import Mapping
from contextlib import ExitStack, suppress
from dataclasses import dataclass, replace

from reconciler.cluster.port import METADATA, NotKafka, SaslOffer, Versions, api_versions, sasl_offer
from reconciler.cluster.symptoms import DROPPED, Cause, cause_in, cause_named
from reconciler.cluster.tls_probe import probe
from reconciler.doctor.certificate import client_certificate_is_sent, is_tls, secured
from reconciler.doctor.check import Check, Status
from reconciler.doctor.course import Course, Failed, Stopped, Told
from reconciler.doctor.network import connected, left, resolved, split
from reconciler.printable import quoted

NETWORK = ("name-resolution", "tcp-connection")
STEPS = (*NETWORK, "tls", "kafka-protocol")
_HTTP = b"HTTP"
_HTTP_REQUEST = b"GET / HTTP/1.0\r\n\r\n"
_TLS_ALERT = b"\x15\x03"
_SHOWN = 60
_SASL_HANDSHAKE = 17


@dataclass(frozen=True, slots=True, kw_only=True)
class Visited:
    """The checks of an address, and what Kafka told there before the login, if it did."""

    checks: tuple[Check, ...]
    apis: Versions | None = None
    offer: SaslOffer | None = None
    """``None`` where the port did not tell."""

    @property
    def failed(self) -> Check | None:
        """The check that failed."""
        return next((check for check in self.checks if check.status is Status.FAILED), None)


def visit(
    address: str,
    properties: Mapping[str, str],
    seconds: float,
    environ: Mapping[str, str],
    *,
    steps: tuple[str, ...] = STEPS,
) -> Visited:
    """The checks ``steps`` of ``address``, within so many ``seconds``. Sends no secret."""
    until = time.monotonic() + seconds
    host, port = split(address)
    course = Course(address, steps)
    apis, offer = None, None
    with ExitStack() as stack, suppress(Stopped):
        places = course.take("name-resolution", lambda: resolved(host, port, until))
        plain = stack.enter_context(course.take("tcp-connection", lambda: connected(places, host, until, environ)))
        if steps == NETWORK:
            return Visited(checks=course.checks)
        connection = stack.enter_context(course.take("tls", lambda: secured(plain, host, properties, until)))
        apis = course.take("kafka-protocol", lambda: _apis(connection, address, properties, until))
        offer = _offer(connection, apis or {}, properties, until)
    return Visited(checks=course.checks, apis=apis, offer=offer)


def _apis(
    connection: socket.socket, address: str, properties: Mapping[str, str], until: float
) -> tuple[Versions | None, Told]:
    """The requests that the port takes. Raises Failed where it is not a broker's."""
    try:
        connection.settimeout(left(until) / 2)  # the rest is for finding out why
        apis = api_versions(connection)
    except NotKafka as other:
        raise Failed(_stranger(other.answer, address, properties)) from None
    except TimeoutError:
        raise Failed(_silence(connection.getpeername(), until)) from None
    except (EOFError, OSError) as error:
        if not client_certificate_is_sent(properties) and isinstance(error, ssl.SSLError):
            return None, Told(
                status=Status.UNKNOWN, detail="the port wants the client's certificate, which only the login can show"
            )
        raise Failed(_hung_up(error, address, properties)) from None
    if METADATA not in apis:
        raise Failed(cause_named("controller-listener"))
    return apis, Told(detail=f"Kafka answers, with {len(apis)} kinds of requests")


def _offer(connection: socket.socket, apis: Versions, properties: Mapping[str, str], until: float) -> SaslOffer | None:
    """Whether the port requires SASL, and with which mechanisms; ``None`` where it does not tell."""
    if _SASL_HANDSHAKE not in apis:
        return None
    with suppress(OSError, EOFError, NotKafka):
        connection.settimeout(left(until))
        return sasl_offer(connection, properties.get("sasl.mechanism", "PLAIN"))
    return None


def _stranger(answer: bytes, address: str, properties: Mapping[str, str]) -> Cause:
    """What answers there, if it is not Kafka."""
    if answer.startswith(_HTTP):
        return Cause(
            "http",
            f"an HTTP server or proxy answers there, not Kafka: {_first_line(answer)}",
            "use the address of a Kafka listener; Kafka does not go through HTTP proxies and HTTP ingresses, "
            "only through those that pass on TCP",
            final=True,
        )
    if answer.startswith(_TLS_ALERT) and not is_tls(properties):
        return _tls_wanted(address, properties) or cause_named("not-kafka")
    cause = cause_named("not-kafka")
    return replace(cause, message=f"{cause.message}; it answered {_first_line(answer)}")


def _hung_up(error: Exception, address: str, properties: Mapping[str, str]) -> Cause:
    """Why the port closed the connection without an answer."""
    if isinstance(error, ssl.SSLError):
        return cause_in(str(error))
    if not is_tls(properties) and (cause := _tls_wanted(address, properties)):
        return cause
    return cause_named(DROPPED)


def _tls_wanted(address: str, properties: Mapping[str, str]) -> Cause | None:
    return probe(address, DROPPED, properties)


def _silence(peer: tuple[str, int], until: float) -> Cause:
    """What takes connections and does not answer: some HTTP servers wait for a whole line."""
    with suppress(OSError), socket.create_connection(peer[:2], left(until)) as connection:
        connection.settimeout(left(until))
        connection.sendall(_HTTP_REQUEST)
        answer = connection.recv(_SHOWN)
        if answer.startswith(_HTTP):
            return _stranger(answer, "", {})
    cause = cause_named("no-answer")
    return replace(
        cause,
        message="the port takes the connection, but does not answer",
        hint="check that Kafka listens there and is not overloaded; a proxy or a firewall in between may hold "
        "the connection",
    )


def _first_line(answer: bytes) -> str:
    line = answer.split(b"\n", 1)[0].strip()[:_SHOWN]
    return quoted(line.decode("utf-8", errors="backslashreplace"))
