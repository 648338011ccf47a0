"""Properties of the Java client that librdkafka does not have, and what to set instead.

Names: https://kafka.apache.org/documentation/#adminclientconfigs. Nothing is translated: a half of a login that is
taken over would fail later, and elsewhere.
"""

from __future__ import annotations

from collections.abc import Mapping

_USER_AND_MORE = "set sasl.mechanism={mechanism}, sasl.username and sasl.password"
_OIDC = (
    "set sasl.mechanism=OAUTHBEARER, sasl.oauthbearer.method=oidc, sasl.oauthbearer.token.endpoint.url, "
    "sasl.oauthbearer.client.id, sasl.oauthbearer.client.secret and, if needed, sasl.oauthbearer.scope"
)
_MSK = "set sasl.mechanism=AWS_MSK_IAM and install kafka-topic-reconciler[msk]"
_LOGIN_MODULES: Mapping[str, str] = {
    "PlainLoginModule": _USER_AND_MORE.format(mechanism="PLAIN"),
    "ScramLoginModule": _USER_AND_MORE.format(mechanism="SCRAM-SHA-256 or SCRAM-SHA-512"),
    "OAuthBearerLoginModule": _OIDC,
    "IAMLoginModule": f"{_MSK}; AWS_PROFILE, AWS_ROLE_ARN and the like choose the credentials",
    "Krb5LoginModule": "librdkafka has Kerberos only if it is built with GSSAPI; see sasl.kerberos.keytab",
}
"""By the class name in ``sasl.jaas.config``."""
_ANY_LOGIN = "set sasl.mechanism, sasl.username and sasl.password"

_REMOVE, _NO_FACTORY = "remove it", "remove it; librdkafka has TLS of its own"
_INSTEAD: Mapping[str, str] = {
    "sasl.login.class": _REMOVE,
    "sasl.client.callback.handler.class": "remove it; see sasl.oauthbearer.method",
    "sasl.login.callback.handler.class": "remove it; see sasl.oauthbearer.method",
    "sasl.oauthbearer.jwt.retriever.class": "remove it; see sasl.oauthbearer.method and sasl.oauthbearer.grant.type",
    "sasl.oauthbearer.jwt.validator.class": _REMOVE,
    "ssl.truststore.location": "set ssl.ca.location to the certificate authority's PEM file",
    "ssl.truststore.password": "remove it; a PEM file of certificates needs no password",
    "ssl.truststore.type": "remove it; ssl.ca.location takes a PEM file",
    "ssl.truststore.certificates": "set ssl.ca.pem",
    "ssl.keystore.type": "remove it; ssl.keystore.location takes a PKCS#12 file",
    "ssl.keystore.key": "set ssl.key.pem",
    "ssl.keystore.certificate.chain": "set ssl.certificate.pem",
    "ssl.enabled.protocols": _REMOVE,
    "ssl.protocol": _REMOVE,
    "ssl.provider": _NO_FACTORY,
    "ssl.engine.factory.class": _NO_FACTORY,
    "ssl.keymanager.algorithm": _NO_FACTORY,
    "ssl.trustmanager.algorithm": _NO_FACTORY,
    "ssl.secure.random.implementation": _NO_FACTORY,
    "security.providers": _NO_FACTORY,
    "bootstrap.controllers": "set bootstrap.servers to brokers",
    "default.api.timeout.ms": "remove it; use --timeout",
    "request.timeout.ms": "remove it; use --timeout",
}
_BEGINNINGS: Mapping[str, str] = {
    "sasl.login.": _REMOVE,
    "sasl.kerberos.": "remove it; librdkafka has sasl.kerberos.principal, .keytab, .service.name and .kinit.cmd",
    "sasl.oauthbearer.jwks.": "remove it; only brokers need it",
    "sasl.oauthbearer.expected.": "remove it; only brokers need it",
    "ssl.keystore.": "set ssl.certificate.location and ssl.key.location, or ssl.keystore.location to a PKCS#12 file",
    "ssl.truststore.": "set ssl.ca.location to the certificate authority's PEM file",
}


def java_hint(key: str, value: str) -> str | None:
    """What to set instead of ``key`` with ``value``, if that is a property of the Java client; never the value."""
    if key == "sasl.jaas.config":
        return next((hint for module, hint in _LOGIN_MODULES.items() if module in value), _ANY_LOGIN)
    if key == "ssl.endpoint.identification.algorithm" and not value:
        return "write none, which is what an empty value means to the Java client; the host name is then not checked"
    if key.endswith(".callback.handler.class"):
        if "IAMClientCallbackHandler" in value:
            return f"remove it; {_MSK}"
        if "OAuthBearerLoginCallbackHandler" in value:
            return f"remove it; {_OIDC}"
    return _INSTEAD.get(key) or next((hint for start, hint in _BEGINNINGS.items() if key.startswith(start)), None)
