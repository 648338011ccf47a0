"""The login of the second client, from the properties of the first one."""

from __future__ import annotations

import json
import ssl
import time
from base64 import b64encode
from collections.abc import Callable, Mapping
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.parse import quote_plus, urlencode
from urllib.request import Request, urlopen

from reconciler.cluster import msk
from reconciler.cluster.not_asked import NotAsked
from reconciler.errors import ClusterUnavailable

LOGIN = frozenset(
    {
        "https.ca.location",
        "https.ca.pem",
        "sasl.mechanism",
        "sasl.oauthbearer.client.id",
        "sasl.oauthbearer.client.secret",
        "sasl.oauthbearer.extensions",
        "sasl.oauthbearer.method",
        "sasl.oauthbearer.scope",
        "sasl.oauthbearer.token.endpoint.url",
        "sasl.password",
        "sasl.username",
    }
)
"""The properties that are used."""
_WITH_PASSWORD = frozenset({"PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"})
_LASTS = 0.8
"""The part of its lifetime after which a token is replaced, as librdkafka does it."""
_SECONDS = 20.0
"""For one answer of the token server."""


def login_of(properties: Mapping[str, str]) -> Mapping[str, Any]:
    """Arguments of ``KafkaAdminClient``. Raises NotAsked for a mechanism that is not supported."""
    mechanism = properties.get("sasl.mechanism", "GSSAPI")
    if mechanism in _WITH_PASSWORD:
        return {
            "sasl_mechanism": mechanism,
            "sasl_plain_username": properties.get("sasl.username", ""),
            "sasl_plain_password": properties.get("sasl.password", ""),
        }
    if msk.is_used(properties):
        return _with_tokens(_of_aws(properties), properties)
    if mechanism == "OAUTHBEARER" and properties.get("sasl.oauthbearer.method") == "oidc":
        return _with_tokens(lambda: _of_server(properties), properties)
    raise NotAsked(f"it needs a second client, kafka-python, which is not used with sasl.mechanism {mechanism}")


def _with_tokens(fetch: Callable[[], tuple[str, float]], properties: Mapping[str, str]) -> Mapping[str, Any]:
    from kafka.net.sasl.oauth import AbstractTokenProvider  # noqa: PLC0415 - an extra

    class Tokens(AbstractTokenProvider):  # type: ignore[misc]  # the package has no types
        """The same token for each connection until it is old; ``fetch`` gets one, and when to replace it."""

        _token, _until = "", 0.0

        def token(self) -> str:
            if time.time() >= self._until:
                self._token, self._until = fetch()
            return self._token

        def extensions(self) -> Mapping[str, str]:
            pairs = (each.partition("=") for each in properties.get("sasl.oauthbearer.extensions", "").split(","))
            return {key: value for key, _, value in pairs if key}

    return {"sasl_mechanism": "OAUTHBEARER", "sasl_oauth_token_provider": Tokens()}


def _of_aws(properties: Mapping[str, str]) -> Callable[[], tuple[str, float]]:
    try:
        sign = msk.Tokens(properties)
    except ClusterUnavailable as error:
        raise NotAsked(f"it needs a second client, and {error.diagnostics[0].message}") from None

    def signed() -> tuple[str, float]:
        token, expires = sign()
        return token, _until(expires - time.time())

    return signed


def _of_server(properties: Mapping[str, str]) -> tuple[str, float]:
    """A token for the client's id and secret (RFC 6749, section 4.4), and when to replace it. Raises NotAsked."""
    names = (properties.get(f"sasl.oauthbearer.client.{key}", "") for key in ("id", "secret"))
    basic = b64encode(":".join(map(quote_plus, names)).encode()).decode()
    scope = properties.get("sasl.oauthbearer.scope")
    body = urlencode({"grant_type": "client_credentials", **({"scope": scope} if scope else {})}).encode()
    headers = {"Authorization": f"Basic {basic}", "Accept": "application/json"}
    # The address is a setting of the same people as the password is, and its scheme is checked.
    request = Request(_address(properties), body, headers)  # noqa: S310 - see above
    try:
        with urlopen(request, timeout=_SECONDS, context=_trust(properties)) as answer:  # noqa: S310 - see above
            found = json.loads(answer.read())
            return str(found["access_token"]), _until(float(found.get("expires_in", 0)))
    except HTTPError as error:
        raise NotAsked(f"it needs a second client, to which the token server answers {error.code}") from None
    except (URLError, OSError, ValueError, LookupError, TypeError) as error:
        words = error.reason if isinstance(error, URLError) else type(error).__name__
        raise NotAsked(f"it needs a second client, which gets no token: {words}") from None


def _address(properties: Mapping[str, str]) -> str:
    address = properties.get("sasl.oauthbearer.token.endpoint.url", "")
    if not address.lower().startswith(("http://", "https://")):
        raise NotAsked(
            "it needs a second client, and sasl.oauthbearer.token.endpoint.url is no address of a web server"
        )
    return address


def _trust(properties: Mapping[str, str]) -> ssl.SSLContext:
    return ssl.create_default_context(
        cafile=properties.get("https.ca.location"), cadata=properties.get("https.ca.pem") or None
    )


def _until(lifetime: float) -> float:
    return time.time() + _LASTS * lifetime
