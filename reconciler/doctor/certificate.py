"""The TLS handshake, and the certificate of the broker."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from reconciler.addresses import address_of
from reconciler.cluster.port import NotKafka, api_versions
from reconciler.cluster.symptoms import DROPPED, UNTRUSTED, Cause, cause_in, cause_named
from reconciler.cluster.tls_context import tls_context
from reconciler.cluster.tls_probe import probe
from reconciler.doctor.check import Status
from reconciler.doctor.course import Failed, Told
from reconciler.doctor.network import left

WARN_DAYS = 30
"""A certificate that expires in fewer days is a warning."""
_OFF = frozenset({"false", "f", "0", "no", "n"})


def is_tls(properties: Mapping[str, str]) -> bool:
    """Whether the client uses TLS."""
    return properties.get("security.protocol", "").upper().endswith("SSL")


def secured(
    connection: socket.socket, host: str, properties: Mapping[str, str], until: float
) -> tuple[socket.socket, Told]:
    """``connection`` with TLS, with the certificates that the client trusts and shows. Raises Failed."""
    if not is_tls(properties):
        protocol = properties.get("security.protocol", "PLAINTEXT").upper()
        return connection, Told(status=Status.SKIPPED, detail=f"security.protocol is {protocol}, which has no TLS")
    address, peer = address_of(host, connection.getpeername()[1]), connection.getpeername()
    try:
        context = _context(properties)
        connection.settimeout(left(until))
        wrapped = context.wrap_socket(connection, server_hostname=host)
    except TimeoutError:
        raise Failed(replace(cause_named("no-answer"), message="no answer to the TLS handshake")) from None
    except (OSError, ValueError) as error:
        raise Failed(_cause(error, address, peer, properties, until)) from None
    return wrapped, told_of(wrapped.getpeercert() or {}, context, datetime.now(UTC))


def told_of(content: Mapping[str, Any], context: ssl.SSLContext, now: datetime) -> Told:
    """What is to be told of a certificate that was taken, ``content`` as in ``SSLSocket.getpeercert``."""
    if context.verify_mode is ssl.CERT_NONE:
        return Told(
            status=Status.WARNING,
            code="certificate-not-checked",
            detail="the broker's certificate is not checked: anybody could pretend to be the broker",
            remedy="remove enable.ssl.certificate.verification=false",
        )
    expires = datetime.fromtimestamp(ssl.cert_time_to_seconds(content["notAfter"]), UTC)
    days = (expires - now).days
    detail = f"{_issued(content)}; expires in {days:,} {'day' if days == 1 else 'days'} ({expires:%Y-%m-%d})"
    facts = {"expires_at": expires.isoformat(), "days_left": days}
    if days < WARN_DAYS:
        remedy = "renew the broker's certificate"
        return Told(status=Status.WARNING, code="certificate-expires", detail=detail, remedy=remedy, facts=facts)
    if not context.check_hostname:
        return Told(
            status=Status.WARNING,
            code="host-name-not-checked",
            detail=f"{detail}; the host name is not checked",
            remedy="remove ssl.endpoint.identification.algorithm=none, and use a host name of the certificate",
            facts=facts,
        )
    return Told(detail=detail, facts=facts)


def client_certificate_is_sent(properties: Mapping[str, str]) -> bool:
    """Whether the handshake of these checks shows the client's certificate, where it has one.

    Python takes none from a keystore or a property, only from files.
    """
    return not any(properties.get(key) for key in ("ssl.keystore.location", "ssl.certificate.pem"))


def _context(properties: Mapping[str, str]) -> ssl.SSLContext:
    context = tls_context(properties)
    if properties.get("enable.ssl.certificate.verification", "true").lower() in _OFF:
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    if certificate := properties.get("ssl.certificate.location"):
        key, password = properties.get("ssl.key.location"), properties.get("ssl.key.password")
        context.load_cert_chain(certificate, key, password or "")
    return context


def _cause(error: Exception, address: str, peer: tuple[str, int], properties: Mapping[str, str], until: float) -> Cause:
    """Why the handshake failed."""
    cause = cause_in(str(error)) if isinstance(error, ssl.SSLError) else cause_named("tls-failed")
    if isinstance(error, ssl.SSLCertVerificationError):
        return probe(address, UNTRUSTED, properties) or cause
    if isinstance(error, ssl.SSLEOFError | ConnectionError):
        return cause_named("tls-on-plaintext" if _is_plain_kafka(peer, until) else DROPPED)
    if cause.code == "unreachable":  # no known symptom
        return replace(cause_named("tls-failed"), message=f"the TLS handshake failed: {_words(error)}")
    return cause


def _is_plain_kafka(peer: tuple[str, int], until: float) -> bool:
    """Whether Kafka without TLS listens there: it hangs up when TLS begins."""
    with suppress(OSError, EOFError, NotKafka), socket.create_connection(peer[:2], left(until)) as connection:
        return bool(api_versions(connection))
    return False


def _issued(content: Mapping[str, Any]) -> str:
    names = [name for _, name in content.get("subjectAltName", ())]
    issuer = {key: value for part in content.get("issuer", ()) for key, value in part}
    by = issuer.get("commonName") or issuer.get("organizationName") or "an unnamed authority"
    return f"certificate for {', '.join(names) or 'no host name'}, signed by {by}"


def _words(error: Exception) -> str:
    return str(getattr(error, "reason", None) or error).lower().replace("_", " ")
