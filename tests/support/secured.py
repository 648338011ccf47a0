"""One cluster that is locked down: TLS, every SASL mechanism that a broker can have here, and Kafka's own authorizer.

Who connects to ``PLAIN`` or with TLS alone is nobody (``User:ANONYMOUS``), a super user as ``admin`` is: with
``Secured.sandbox`` a test can make topics, ACLs and users. All others may do what ACLs allow, so nothing at first.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from unittest.mock import patch

import trustme
from confluent_kafka.admin import (
    AclBinding,
    AclBindingFilter,
    ScramCredentialInfo,
    ScramMechanism,
    UserScramCredentialAlteration,
    UserScramCredentialUpsertion,
)
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from reconciler.sandbox import Sandbox, start
from reconciler.sandbox.kafka_nodes import free_ports
from tests.support.clients import AdminClient
from tests.support.tokens import AUDIENCE, ISSUER, Issuer, TokenServer, token_server

PASSWORD, WRONG = "correct-horse", "battery-staple"
"""The password of every user and the secret of every OAuth client; and one that nobody has."""
USERS = ("admin", "planner", "applier", "guest")
"""Who can log in by each mechanism, and by a client certificate; ``admin`` is a super user."""
MECHANISMS = ("PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512", "OAUTHBEARER")

LISTENERS = {
    "PLAIN": "PLAINTEXT",
    "SASL_PLAIN": "SASL_PLAINTEXT",
    "SASL_TLS": "SASL_SSL",
    "SCRAM_ONLY": "SASL_PLAINTEXT",
    "TLS": "SSL",
    "MUTUAL": "SSL",
    "ELSEWHERE": "SSL",
    "EXPIRED": "SSL",
    "EARLY": "SSL",
    "SOON": "SSL",
    "OLD_ELSEWHERE": "SSL",
    "NOWHERE": "PLAINTEXT",
    "CLOSED": "PLAINTEXT",
}
"""The protocol of each listener.

``MUTUAL`` requires client certificates. The certificates of ``ELSEWHERE`` and those after it are wrong: for another
host, expired, not valid yet, valid for ten more days, expired and for another host. The last two send their clients to
a host that does not exist, and to a port where nothing listens.
"""
_ADVERTISED = {"NOWHERE": "nowhere.invalid:9092", "CLOSED": "127.0.0.1:1"}

_MODULES = "org.apache.kafka.common.security"
_PLAIN_LOGIN = f"{_MODULES}.plain.PlainLoginModule required"
_SCRAM_LOGIN = f"{_MODULES}.scram.ScramLoginModule required;"
_TOKEN_LOGIN = f"{_MODULES}.oauthbearer.OAuthBearerLoginModule required;"
_TOKEN_CHECK = f"{_MODULES}.oauthbearer.OAuthBearerValidatorCallbackHandler"
_ITERATIONS = 4096


@dataclass(frozen=True, kw_only=True)
class Secured:
    """The cluster, running."""

    sandbox: Sandbox
    """Its address is that of ``PLAIN``."""
    addresses: Mapping[str, str]
    """Of each of ``LISTENERS``, and of the controller's, ``CONTROLLER``."""
    folder: Path
    """``authority.pem`` signed the broker's certificates and those of ``USERS`` (``guest.pem`` with its key
    ``guest.key``); ``another.pem`` is an authority that the broker does not know, which signed ``stranger.pem``;
    ``late.pem`` has expired; the directory ``nothing`` is empty."""
    tokens: TokenServer

    def at(self, listener: str) -> dict[str, str]:
        """The properties of a client that uses ``listener`` and trusts its certificate, without a login."""
        protocol = LISTENERS[listener]
        trust = {"ssl.ca.location": str(self.folder / "authority.pem")} if protocol.endswith("SSL") else {}
        return {"bootstrap.servers": self.addresses[listener], "security.protocol": protocol, **trust}

    def login(
        self, user: str, *, mechanism: str = "SCRAM-SHA-512", listener: str = "SASL_TLS", password: str = PASSWORD
    ) -> dict[str, str]:
        """The properties of a client that logs in as ``user``."""
        properties = {**self.at(listener), "sasl.mechanism": mechanism}
        if mechanism == "OAUTHBEARER":
            return properties | {
                "sasl.oauthbearer.method": "oidc",
                "sasl.oauthbearer.client.id": user,
                "sasl.oauthbearer.client.secret": password,
                "sasl.oauthbearer.token.endpoint.url": f"{self.tokens.url}/token",
            }
        return properties | {"sasl.username": user, "sasl.password": password}

    def certificate(self, user: str, *, listener: str = "MUTUAL") -> dict[str, str]:
        """The properties of a client that shows the certificate of ``user``."""
        return {
            **self.at(listener),
            "ssl.certificate.location": str(self.folder / f"{user}.pem"),
            "ssl.key.location": str(self.folder / f"{user}.key"),
        }


@contextmanager
def allowed(admin: AdminClient, *rules: AclBinding) -> Iterator[None]:
    """Let ``rules`` hold for the length of the block: other tests on the cluster have principals without them."""
    for answer in admin.create_acls(list(rules)).values():
        answer.result(60)
    yield
    filters = [
        AclBindingFilter(
            rule.restype,
            rule.name,
            rule.resource_pattern_type,
            rule.principal,
            rule.host,
            rule.operation,
            rule.permission_type,
        )
        for rule in rules
    ]
    for answer in admin.delete_acls(filters).values():
        answer.result(60)


@contextmanager
def secured_cluster(folder: Path) -> Iterator[Secured]:
    """Run the cluster for the length of the block; its files are in ``folder``."""
    issuer = Issuer()
    _write_certificates(folder)
    keys = folder / "keys.json"
    keys.write_text(issuer.key_set)
    ports = free_ports(len(LISTENERS) + 1)
    addresses = {name: f"127.0.0.1:{port}" for name, port in zip((*LISTENERS, "CONTROLLER"), ports, strict=True)}
    with ExitStack() as stack:
        tokens = stack.enter_context(token_server(issuer, PASSWORD))
        allowed = f"-Dorg.apache.kafka.sasl.oauthbearer.allowed.urls={keys.as_uri()}"
        with patch.dict(os.environ, {"JAVA_TOOL_OPTIONS": allowed}):
            sandbox = stack.enter_context(start(port=ports[0], properties=_properties(addresses, folder, keys)))
        _make_scram_users(sandbox)
        yield Secured(sandbox=sandbox, addresses=addresses, folder=folder, tokens=tokens)


def _properties(addresses: Mapping[str, str], folder: Path, keys: Path) -> dict[str, str]:
    doors = {name: addresses[name] for name in LISTENERS}
    protocols = {**LISTENERS, "CONTROLLER": "PLAINTEXT"}
    return {
        "listeners": _spelt({**doors, "CONTROLLER": addresses["CONTROLLER"]}),
        "advertised.listeners": _spelt({**doors, **_ADVERTISED}),
        "inter.broker.listener.name": "PLAIN",
        "listener.security.protocol.map": ",".join(f"{name}:{protocol}" for name, protocol in protocols.items()),
        "controller.quorum.voters": f"1@{addresses['CONTROLLER']}",
        "authorizer.class.name": "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
        "super.users": "User:ANONYMOUS;User:admin",
        **_tls(folder),
        **_sasl("sasl_plain", MECHANISMS),
        **_sasl("sasl_tls", MECHANISMS),
        **_sasl("scram_only", ["SCRAM-SHA-512"]),
        "sasl.oauthbearer.jwks.endpoint.url": keys.as_uri(),
        "sasl.oauthbearer.expected.audience": AUDIENCE,
        "sasl.oauthbearer.expected.issuer": ISSUER,
    }


def _spelt(listeners: Mapping[str, str]) -> str:
    return ",".join(f"{name}://{address}" for name, address in listeners.items())


def _tls(folder: Path) -> dict[str, str]:
    own = [name.lower() for name in LISTENERS if (folder / f"{name.lower()}.pem").exists()]
    return {
        "ssl.keystore.type": "PEM",
        "ssl.keystore.location": str(folder / "broker.pem"),
        "ssl.truststore.type": "PEM",
        "ssl.truststore.location": str(folder / "authority.pem"),
        "listener.name.mutual.ssl.client.auth": "required",
        "ssl.principal.mapping.rules": "RULE:.*CN=([^,]*).*/$1/,DEFAULT",
        **{f"listener.name.{name}.ssl.keystore.location": str(folder / f"{name}.pem") for name in own},
    }


def _sasl(listener: str, mechanisms: tuple[str, ...] | list[str]) -> dict[str, str]:
    users = " ".join(f'user_{user}="{PASSWORD}"' for user in USERS)
    logins = {
        "PLAIN": f'{_PLAIN_LOGIN} username="admin" password="{PASSWORD}" {users};',
        "SCRAM-SHA-256": _SCRAM_LOGIN,
        "SCRAM-SHA-512": _SCRAM_LOGIN,
        "OAUTHBEARER": _TOKEN_LOGIN,
    }
    prefix = f"listener.name.{listener}"
    return {
        f"{prefix}.sasl.enabled.mechanisms": ",".join(mechanisms),
        f"{prefix}.oauthbearer.sasl.server.callback.handler.class": _TOKEN_CHECK,
        **{f"{prefix}.{mechanism.lower()}.sasl.jaas.config": logins[mechanism] for mechanism in mechanisms},
    }


def _make_scram_users(sandbox: Sandbox) -> None:
    admin = AdminClient({"bootstrap.servers": sandbox.bootstrap_servers, "log_level": 0})
    for kind in (ScramMechanism.SCRAM_SHA_256, ScramMechanism.SCRAM_SHA_512):  # a request has a user only once
        credential = ScramCredentialInfo(kind, _ITERATIONS)
        users: list[UserScramCredentialAlteration] = [
            UserScramCredentialUpsertion(user, credential, PASSWORD.encode()) for user in USERS
        ]
        for answer in admin.alter_user_scram_credentials(users).values():
            answer.result(60)


def _write_certificates(folder: Path) -> None:
    authority, another = trustme.CA(), trustme.CA()
    authority.cert_pem.write_to_path(folder / "authority.pem")
    another.cert_pem.write_to_path(folder / "another.pem")
    (folder / "nothing").mkdir()
    ten_days = datetime.now(UTC) + timedelta(days=10)
    brokers = {
        "broker": authority.issue_cert("127.0.0.1"),
        "elsewhere": authority.issue_cert("elsewhere.example"),
        "expired": _of_year(authority, "127.0.0.1", 2020),
        "early": _of_year(authority, "127.0.0.1", 2200),
        "soon": authority.issue_cert("127.0.0.1", not_after=ten_days),
        "old_elsewhere": _of_year(authority, "elsewhere.example", 2020),
    }
    for name, certificate in brokers.items():
        (folder / f"{name}.pem").write_bytes(_key_and_certificates(certificate))
    clients = {user: authority.issue_cert(user, common_name=user) for user in USERS}
    clients |= {"stranger": another.issue_cert("admin", common_name="admin"), "late": _of_year(authority, "late", 2020)}
    for name, certificate in clients.items():
        certificate.private_key_pem.write_to_path(folder / f"{name}.key")
        certificate.cert_chain_pems[0].write_to_path(folder / f"{name}.pem")


def _of_year(authority: trustme.CA, name: str, year: int) -> trustme.LeafCert:
    """A certificate that is valid for one year."""
    first, last = (datetime(each, 1, 1, tzinfo=UTC) for each in (year, year + 1))
    return authority.issue_cert(name, not_before=first, not_after=last)


def _key_and_certificates(leaf: trustme.LeafCert) -> bytes:
    """As Java takes them: the key must be in the form PKCS #8."""
    key = load_pem_private_key(leaf.private_key_pem.bytes(), password=None)
    pkcs8 = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return pkcs8 + b"".join(blob.bytes() for blob in leaf.cert_chain_pems)
