"""A TLS handshake of our own, to find the cause that librdkafka's message leaves open.

librdkafka has one message for every certificate that it rejects, and none for a plain-text connection to a TLS port.
The handshake trusts the same authorities as the client, sends no secret, and names a cause only where it is certain.
"""

from __future__ import annotations

import socket
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from reconciler.cluster.symptoms import DROPPED, UNTRUSTED, Cause
from reconciler.cluster.tls_context import tls_context

if TYPE_CHECKING:
    from ssl import SSLContext

SECONDS = 3.0
"""Time limit for connecting, and for each step of the handshake."""

# x509_vfy.h of OpenSSL, https://docs.openssl.org/master/man3/X509_STORE_CTX_get_error/
_NOT_YET_VALID, _EXPIRED = 9, 10
_SELF_SIGNED, _SELF_SIGNED_IN_CHAIN, _NO_ISSUER, _NO_FIRST_ISSUER = 18, 19, 20, 21
_OTHER_HOST, _OTHER_IP = 62, 64
_NO_CHECK_TIME = 0x200000

_ITS_ISSUER = "openssl s_client -connect {address} </dev/null shows who signed it"


def probe(address: str, code: str, properties: Mapping[str, str]) -> Cause | None:
    """The exact cause at ``address`` for the cause ``code``; ``None`` where the handshake does not show one."""
    is_tls = properties.get("security.protocol", "").upper().endswith("SSL")
    try:
        if code == DROPPED and not is_tls:
            return _tls_wanted(address, properties)
        if code == UNTRUSTED and is_tls:
            return _certificate(address, properties)
    except (OSError, ValueError):  # network, files, invalid host names
        return None
    return None


def _tls_wanted(address: str, properties: Mapping[str, str]) -> Cause | None:
    import ssl  # noqa: PLC0415 - needed only when connecting fails

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE  # only whether the port uses TLS is of interest
    try:
        _shaken(address, context)
    except ssl.SSLError as error:
        if "ALERT" not in (error.reason or ""):
            return None
    sasl = "sasl.mechanism" in properties
    return Cause(
        "tls-required",
        "the port uses TLS, but the client does not",
        f"set security.protocol to {'SASL_SSL' if sasl else 'SSL, or to SASL_SSL if the port also requires a login'}",
        final=True,
    )


def _certificate(address: str, properties: Mapping[str, str]) -> Cause | None:
    import ssl  # noqa: PLC0415 - as above

    try:
        _shaken(address, tls_context(properties))
    except ssl.SSLCertVerificationError as error:
        match error.verify_code:
            case code if code in {_EXPIRED, _NOT_YET_VALID}:
                return _dates(_content(address, properties), code == _EXPIRED)
            case code if code in {_OTHER_HOST, _OTHER_IP}:
                return _names(address, _content(address, properties))
            case code if code in {_SELF_SIGNED, _SELF_SIGNED_IN_CHAIN, _NO_ISSUER, _NO_FIRST_ISSUER}:
                return _authority(address, properties, is_self_signed=code == _SELF_SIGNED)
    return None


def _content(address: str, properties: Mapping[str, str]) -> Mapping[str, Any]:
    """The certificate at ``address``, checked for its authority only; empty where the authority is not trusted."""
    import ssl  # noqa: PLC0415 - as above

    context = tls_context(properties)
    context.check_hostname = False
    context.verify_flags |= _NO_CHECK_TIME
    try:
        return _shaken(address, context)
    except ssl.SSLError:
        return {}


def _shaken(address: str, context: SSLContext) -> Mapping[str, Any]:
    """The certificate of ``address``; empty where it is not checked. Raises OSError, including SSLError."""
    host, _, port = address.rpartition(":")
    host = host.strip("[]")
    with (
        socket.create_connection((host, int(port)), SECONDS) as connection,
        context.wrap_socket(connection, server_hostname=host) as secured,
    ):
        return secured.getpeercert() or {}


def _dates(content: Mapping[str, Any], is_expired: bool) -> Cause:
    import ssl  # noqa: PLC0415 - as above

    now = datetime.now(UTC)
    first, last = (
        datetime.fromtimestamp(ssl.cert_time_to_seconds(content[key]), UTC) if key in content else now
        for key in ("notBefore", "notAfter")
    )
    if last < now:
        message = f"the broker's certificate expired on {last:%Y-%m-%d}"
    elif first > now:
        message = f"the broker's certificate is not valid before {first:%Y-%m-%d}"
    else:
        wrong = "has expired" if is_expired else "is not valid yet"
        message = f"a certificate authority in the chain of the broker's certificate {wrong}"
    return Cause(
        "certificate-dates",
        message,
        f"renew that certificate; the clock of this machine shows {now:%Y-%m-%d}",
        final=True,
    )


def _names(address: str, content: Mapping[str, Any]) -> Cause:
    names = [name for _, name in content.get("subjectAltName", ())]
    whose = ", ".join(names) if names else "another host name"
    return Cause(
        "certificate-name",
        f"the broker's certificate is for {whose}, not for {address.rpartition(':')[0].strip('[]')}",
        "use a name of the certificate in bootstrap.servers and in the broker's advertised.listeners, "
        "or renew the certificate with this name in its subjectAltName",
        final=True,
    )


def _authority(address: str, properties: Mapping[str, str], *, is_self_signed: bool) -> Cause:
    location = properties.get("ssl.ca.location")
    if properties.get("ssl.ca.pem"):
        known = "in ssl.ca.pem"
    else:
        known = f"in {location} (ssl.ca.location)" if location else "among those that this machine trusts"
    how = "self-signed and not" if is_self_signed else "not signed by a certificate authority"
    return Cause(
        UNTRUSTED,
        f"the broker's certificate is {how} {known}",
        "set ssl.ca.location to the file of the authority that signed the broker's certificate; "
        + _ITS_ISSUER.format(address=address),
        final=True,
    )
