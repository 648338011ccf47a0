"""The login at one address, and what the cluster tells about its brokers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from reconciler.addresses import address_of
from reconciler.clock import TimeLimit
from reconciler.cluster.connection import Connection
from reconciler.cluster.port import SaslOffer
from reconciler.cluster.properties import ClientSettings
from reconciler.cluster.symptoms import DROPPED, WITHOUT_SASL, Cause, cause_named
from reconciler.doctor.course import Failed, Told
from reconciler.errors import ReconcilerError

LOGIN = "authentication"
_LEFT_OPEN = frozenset({DROPPED, WITHOUT_SASL.code, "authentication-failed", "no-sasl"})
"""Causes that the port's offer may explain better."""
_SENT_AS = {"AWS_MSK_IAM": "OAUTHBEARER"}
"""Mechanisms that brokers know by another name."""
_SERVERS = "bootstrap.servers"


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What one address tells about its cluster: the advertised address of each broker, by node id."""

    cluster_id: str | None
    brokers: Mapping[int, str]


def log_in(address: str, settings: ClientSettings, offer: SaslOffer | None, seconds: float) -> tuple[Seen, Told]:
    """Log in at ``address`` and ask for the brokers, within so many ``seconds``. Raises Failed.

    What the port said about SASL explains a login that failed, but only the login itself tells that it does.
    """
    properties = {**settings.properties, _SERVERS: address}
    connection = Connection(properties, limit=TimeLimit(seconds), places=settings.places)
    try:
        found = connection.metadata()
    except ReconcilerError as error:
        cause = _cause(error, connection, address)
        if offer is not None and cause.code in _LEFT_OPEN:
            cause = objection_to(settings.properties, offer) or cause
        raise Failed(cause) from None
    finally:
        connection.close()
    brokers: Mapping[int, Any] = found.brokers  # the stub calls their hosts None
    addresses = {number: address_of(broker.host, broker.port) for number, broker in sorted(brokers.items())}
    return Seen(cluster_id=found.cluster_id, brokers=addresses), Told(detail=_how(settings.properties))


def objection_to(properties: Mapping[str, str], offer: SaslOffer) -> Cause | None:
    """Why a login with ``properties`` does not succeed at a port with this ``offer``; ``None`` where it may."""
    uses_sasl = properties.get("security.protocol", "").upper().startswith("SASL")
    mechanism = properties.get("sasl.mechanism", "GSSAPI")
    offered = ", ".join(offer.mechanisms)
    if not uses_sasl and offer.is_required:
        message = f"the port requires a login with SASL, but the client does not use SASL; it offers {offered}"
        return replace(WITHOUT_SASL, message=message)
    if uses_sasl and not offer.is_required:
        return cause_named("no-sasl")
    if uses_sasl and offer.mechanisms and {mechanism, _SENT_AS.get(mechanism)}.isdisjoint(offer.mechanisms):
        return Cause(
            "sasl-mechanism",
            f"the broker does not offer sasl.mechanism {mechanism}; it offers {offered}",
            f"set sasl.mechanism to {' or '.join(offer.mechanisms)}",
            final=True,
        )
    return None


def _cause(error: ReconcilerError, connection: Connection, address: str) -> Cause:
    causes = connection.diagnosis.causes.by_address
    if causes:
        cause, detail = next(reversed(causes.values()))
        elsewhere = [where for where in causes if where != address]
        where = f"{elsewhere[-1]}: " if elsewhere and address not in causes else ""
        return replace(cause, message=where + cause.message, hint=f"{cause.hint}\n  librdkafka: {detail}")
    diagnostic = error.diagnostics[0]
    return Cause(diagnostic.code, diagnostic.message, diagnostic.hint or "", final=False)


def principal(properties: Mapping[str, str]) -> str:
    """Who the client is to Kafka's authorizer, as far as the properties tell."""
    name = properties.get("sasl.username")
    is_sasl = properties.get("security.protocol", "").upper().startswith("SASL")
    return f"User:{name}" if is_sasl and name else "this principal"


def _how(properties: Mapping[str, str]) -> str:
    protocol = properties.get("security.protocol", "PLAINTEXT").upper()
    if protocol.startswith("SASL"):
        name = properties.get("sasl.username")
        return properties.get("sasl.mechanism", "GSSAPI") + (f" as {name}" if name else "")
    has_certificate = any(properties.get(f"ssl.{key}") for key in _CERTIFICATES)
    if protocol == "SSL" and has_certificate:
        return "by the client's certificate"
    return "none: the port requires no login"


_CERTIFICATES = ("certificate.location", "certificate.pem", "keystore.location")
