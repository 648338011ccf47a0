"""Why a connection fails, recognized in the log lines of librdkafka."""

from __future__ import annotations

import re
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Cause:
    """A reason, what to do about it, and whether waiting longer is pointless (``final``)."""

    code: str
    message: str
    hint: str
    final: bool


DROPPED, UNTRUSTED = "dropped", "untrusted-certificate"
"""Codes for which librdkafka's message leaves the cause open."""

KNOWN: tuple[tuple[re.Pattern[str], Cause], ...] = tuple(
    (re.compile(pattern), Cause(code, message, hint, final))
    for pattern, code, message, hint, final in (
        (
            # Permanent failures of name resolution as glibc, musl, macOS and Windows word them.
            r"Failed to resolve.*(not known|No address associated|does not resolve|no usable address|No such host)",
            "no-such-host",
            "no such host",
            "check the spelling of the host name; it must resolve on this machine",
            True,
        ),
        (
            r"Failed to resolve",
            "name-not-resolved",
            "the host name cannot be resolved at the moment",
            "check this machine's DNS: the name server is unreachable, overloaded or starting",
            False,
        ),
        (
            r"Metadata request failed.*feature not supported",
            "controller-listener",
            "this is the listener of a controller, not of a broker",
            "use the port of a broker listener (advertised.listeners)",
            True,
        ),
        (
            r"Connection refused",
            "connection-refused",
            "connection refused",
            "check that the broker is running and that the port is right",
            False,
        ),
        (
            r"PLAINTEXT broker listener|wrong version number|packet length too long|record layer failure",
            "tls-on-plaintext",
            "the client uses TLS, but the port does not",
            "use the broker's TLS port; only if it has none, set security.protocol to PLAINTEXT or SASL_PLAINTEXT",
            True,
        ),
        (
            r"certificate verify failed",
            UNTRUSTED,
            "the broker's certificate is not trusted, has expired, or is for another host name",
            "set ssl.ca.location to the certificate authority's file; to see the dates and names of the certificate: "
            "openssl s_client -connect HOST:PORT </dev/null | openssl x509 -noout -dates -ext subjectAltName",
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
        (r"SSL handshake failed", "tls-failed", "the TLS handshake failed", "check the ssl.* properties", True),
        (
            r"not valid in current SASL state",
            "no-sasl",
            "the client uses SASL, but the port does not",
            "use the broker's SASL port; only if the cluster has no SASL, set security.protocol to SSL or PLAINTEXT",
            True,
        ),
        (
            r"Unsupported SASL mechanism",
            "authentication-failed",
            "authentication failed: the broker does not offer this sasl.mechanism",
            "set sasl.mechanism to a mechanism that the broker supports",
            True,
        ),
        (
            r'SASL authentication error: \{"status":"invalid_token"',
            "token-rejected",
            "the broker rejected the OAuth token",
            "compare the token's signature, issuer and audience with the broker's sasl.oauthbearer.jwks.endpoint.url, "
            "expected.issuer and expected.audience, and the clocks; the broker's log has the reason",
            True,
        ),
        (
            r"OIDC token.* Must supply an unexpired token",
            "token-expired",
            "the OAuth token server issued a token that has already expired",
            "check the clock of this machine and that of the token server",
            True,
        ),
        (
            r"OIDC token[\s\S]* \((?:400|401|403)\)\s*$",
            "token-refused",
            "the OAuth token server refused to issue a token",
            "check sasl.oauthbearer.client.id, sasl.oauthbearer.client.secret and sasl.oauthbearer.scope",
            True,
        ),
        (
            r"OIDC token.* OAUTHBEARER token: (?:Expected JSON response with|Failed to decode JWT)",
            "not-a-token",
            "the response of the OAuth token server is not a token that the Kafka client can use",
            "check sasl.oauthbearer.token.endpoint.url; the response must have an access_token, a JSON Web Token (JWT)",
            True,
        ),
        (
            r"OIDC token",
            "no-token",
            "the OAuth token server did not issue a token",
            "check sasl.oauthbearer.token.endpoint.url, client id and secret, and that the token server is running",
            False,
        ),
        (
            r"[Aa]uthentication (?:f|error)|Invalid username or password|SASL .*mechanism",
            "authentication-failed",
            "authentication failed",
            "check sasl.mechanism, sasl.username and sasl.password",
            True,
        ),
        (
            r"Invalid response size|increase receive.message.max.bytes",
            "not-kafka",
            "the server at this port is not Kafka",
            "check the address and the port",
            True,
        ),
        (
            r"SSL listener|Disconnected.*APIVERSION",
            DROPPED,
            "the connection was closed before the first response",
            "check the address and security.protocol; a proxy whose broker is down closes connections too, "
            "and so does a port with another protocol",
            False,
        ),
        (
            r"[Tt]imed out",
            "no-answer",
            "no answer",
            "check for a firewall in between and for an overloaded broker",
            False,
        ),
        (r"", "unreachable", "unreachable", "check the address and the network", False),
    )
)


def cause_in(line: str) -> Cause:
    """The cause that a log line of librdkafka, or an error of OpenSSL, tells."""
    return next(cause for pattern, cause in KNOWN if pattern.search(line))


def cause_named(code: str) -> Cause:
    """The known cause with this ``code``."""
    return next(cause for _pattern, cause in KNOWN if cause.code == code)


SASL_WANTED = re.compile(r"^(?!.*sasl_\w+://).*Disconnected.*\bin state UP\b")
"""Disconnected before the first response: without a login, a SASL listener answers nothing but ApiVersions."""
WITHOUT_SASL = Cause(
    "sasl-required",
    "the broker closes the connection on the first request; brokers that require SASL do this",
    "set security.protocol to SASL_SSL or SASL_PLAINTEXT, with sasl.mechanism, sasl.username and sasl.password",
    final=True,
)
