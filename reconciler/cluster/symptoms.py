"""Why a connection does not come about, known by what librdkafka logs."""

from __future__ import annotations

import re
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Cause:
    """A reason in words, what to do about it, and whether waiting longer is pointless."""

    code: str
    message: str
    hint: str
    final: bool


DROPPED, UNTRUSTED = "dropped", "untrusted-certificate"
"""Of these the client's words leave the cause open."""

KNOWN: tuple[tuple[re.Pattern[str], Cause], ...] = tuple(
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
            "use the broker's TLS port; only if it has none, set security.protocol to PLAINTEXT or SASL_PLAINTEXT",
            True,
        ),
        (
            r"certificate verify failed",
            UNTRUSTED,
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
            "use the broker's SASL port; only if the cluster takes no login, set security.protocol to SSL or PLAINTEXT",
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
            r"OIDC token[\s\S]* \((?:400|401|403)\)\s*$",
            "token-refused",
            "the OAuth token server refuses a token",
            "check sasl.oauthbearer.client.id, sasl.oauthbearer.client.secret and sasl.oauthbearer.scope",
            True,
        ),
        (
            r"OIDC token.* OAUTHBEARER token: (?:Expected JSON response with|Failed to decode JWT)",
            "not-a-token",
            "what the OAuth token server answers is not a token that the Kafka client can use",
            "check sasl.oauthbearer.token.endpoint.url; the answer must have an access_token, a JSON Web Token (JWT)",
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
            DROPPED,
            "the connection was dropped before the first answer",
            "a proxy whose broker is down does that, as does a port that speaks something else: "
            "check the address, and security.protocol",
            False,
        ),
        (r"[Tt]imed out", "no-answer", "no answer", "is a firewall in between, or the broker overloaded?", False),
        (r"", "unreachable", "cannot be reached", "check the address and the network", False),
    )
)


SASL_WANTED = re.compile(r"^(?!.*sasl_\w+://).*Disconnected.*\bin state UP\b")
"""Before the first answer: ApiVersions is all that a SASL listener answers without a login."""
WITHOUT_SASL = Cause(
    "sasl-required",
    "the broker hangs up on the first request, as one does that requires SASL",
    "set security.protocol to SASL_SSL or SASL_PLAINTEXT, with sasl.mechanism, sasl.username and sasl.password",
    final=True,
)
