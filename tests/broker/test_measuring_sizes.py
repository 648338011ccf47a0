"""Sizes of partitions on a real cluster, read by a second client with the same settings, and the reasons for none."""

from __future__ import annotations

import logging
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest
import trustme
from confluent_kafka.admin import AclBinding, AclOperation, AclPermissionType, ResourcePatternType, ResourceType
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from reconciler.clock import TimeLimit
from reconciler.cluster.connection import Connection
from reconciler.cluster.measurements import Measurements
from reconciler.cluster.second_client import NotAsked, settings_of
from reconciler.model import Measured, Unmeasured, Wanted
from reconciler.sandbox import Sandbox, start
from tests.broker.another_client import AnotherClient
from tests.broker.measuring import KEPT, measured, produce
from tests.wire.proxy import free_port

PASSWORD = "correct-horse"  # noqa: S105 - the point of the tests
LOGIN = "org.apache.kafka.common.security.plain.PlainLoginModule required"


@dataclass(frozen=True)
class Secured:
    sasl: str
    tls: str
    folder: Path

    @property
    def logs_in(self) -> dict[str, str]:
        return self.logs_in_as("admin")

    def logs_in_as(self, user: str) -> dict[str, str]:
        return {
            "bootstrap.servers": self.sasl,
            "security.protocol": "SASL_PLAINTEXT",
            "sasl.mechanism": "PLAIN",
            "sasl.username": user,
            "sasl.password": PASSWORD,
        }

    @property
    def trusts(self) -> dict[str, str]:
        return {
            "bootstrap.servers": self.tls,
            "security.protocol": "SSL",
            "ssl.ca.location": str(self.folder / "authority.pem"),
        }

    @property
    def shows_a_certificate(self) -> dict[str, str]:
        return {
            **self.trusts,
            "ssl.certificate.location": str(self.folder / "client.pem"),
            "ssl.key.location": str(self.folder / "client.key"),
        }


@pytest.fixture(scope="module")
def secured(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Secured]:
    """A topic ``t`` with a record of 5,000 bytes; who logs in as guest may not see the disks."""
    folder = tmp_path_factory.mktemp("secured")
    plain, sasl, tls, controller = (free_port() for _ in range(4))
    authority = trustme.CA()
    authority.cert_pem.write_to_path(folder / "authority.pem")
    broker, client = authority.issue_cert("127.0.0.1"), authority.issue_cert("client")
    key = load_pem_private_key(broker.private_key_pem.bytes(), password=None)
    pkcs8 = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    (folder / "broker.pem").write_bytes(pkcs8 + b"".join(each.bytes() for each in broker.cert_chain_pems))
    client.private_key_pem.write_to_path(folder / "client.key")
    client.cert_chain_pems[0].write_to_path(folder / "client.pem")
    doors = f"PLAINTEXT://127.0.0.1:{plain},SASL_PLAINTEXT://127.0.0.1:{sasl},SSL://127.0.0.1:{tls}"
    users = f'username="admin" password="{PASSWORD}" user_admin="{PASSWORD}" user_guest="{PASSWORD}"'
    properties = {
        "listeners": f"{doors},CONTROLLER://127.0.0.1:{controller}",
        "advertised.listeners": doors,
        "listener.security.protocol.map": (
            "PLAINTEXT:PLAINTEXT,SASL_PLAINTEXT:SASL_PLAINTEXT,SSL:SSL,CONTROLLER:PLAINTEXT"
        ),
        "controller.quorum.voters": f"1@127.0.0.1:{controller}",
        "sasl.enabled.mechanisms": "PLAIN",
        "listener.name.sasl_plaintext.plain.sasl.jaas.config": f"{LOGIN} {users};",
        "ssl.keystore.type": "PEM",
        "ssl.keystore.location": str(folder / "broker.pem"),
        "ssl.truststore.type": "PEM",
        "ssl.truststore.location": str(folder / "authority.pem"),
        "ssl.client.auth": "requested",
        "authorizer.class.name": "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
        "allow.everyone.if.no.acl.found": "true",
        "super.users": "User:ANONYMOUS;User:admin",
    }
    with start(port=plain, properties=properties) as sandbox:
        client_without_login = AnotherClient(sandbox)
        client_without_login.create("t", config=KEPT)
        literal = ResourcePatternType.LITERAL
        for user, operation, permission in (
            ("User:*", AclOperation.ALL, AclPermissionType.ALLOW),
            ("User:guest", AclOperation.DESCRIBE, AclPermissionType.DENY),
        ):
            rule = AclBinding(ResourceType.BROKER, "kafka-cluster", literal, user, "*", operation, permission)
            for answer in client_without_login.admin.create_acls([rule]).values():
                answer.result(60)
        produce(sandbox, "t", [1], size=5_000)
        yield Secured(f"127.0.0.1:{sasl}", f"127.0.0.1:{tls}", folder)


def sizes(properties: Mapping[str, str]) -> Measured:
    connection = Connection(properties, limit=TimeLimit(60))
    found = Measurements(connection).measure(Wanted(sizes=["t"]))
    connection.close()
    return found


def is_measured(found: Measured) -> bool:
    return found.unknown == {} and 5_000 < found.sizes["t"][0] < 6_000


def test_the_size_of_a_partition_is_that_of_its_largest_replica(kafka3: Sandbox, prefix: str) -> None:
    client = AnotherClient(kafka3)
    client.create(prefix, partitions=2, replicas=3, config=KEPT)
    client.create(f"{prefix}.other")
    produce(kafka3, prefix, [1] * 10, partition=1, size=1_000)
    found, requests = measured(kafka3, Wanted(sizes=[prefix]))
    assert found.unknown == {}
    assert found.sizes.keys() == {prefix}
    assert found.sizes[prefix][0] == 0
    assert 10_000 < found.sizes[prefix][1] < 12_000
    assert requests == {"metadata": 1, "describe_log_dirs": 1}


def test_a_login_works_for_the_second_client_too_and_its_password_is_never_logged(
    secured: Secured, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    assert is_measured(sizes(secured.logs_in))
    assert "Authenticated as admin" in caplog.text, "the client's own lines are there"
    assert PASSWORD not in caplog.text


@pytest.mark.parametrize("certificate", [False, True])
def test_tls_works_for_the_second_client_too(certificate: bool, secured: Secured) -> None:
    assert is_measured(sizes(secured.shows_a_certificate if certificate else secured.trusts))


def test_disks_that_may_not_be_seen_are_a_reason(secured: Secured) -> None:
    while not (found := sizes(secured.logs_in_as("guest"))).unknown:
        pass  # each look waits for the broker, which learns of the rule soon
    why = "a broker shows no log directory; grant this principal DESCRIBE on the cluster"
    assert found == Measured(unknown={"t": [Unmeasured(what="bytes", why=why)]})


def test_without_the_second_client_the_reason_is_how_to_install_it(
    secured: Secured, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "kafka", None)  # as Python has it for a package that cannot be imported
    why = "the Kafka client has no request for it; install kafka-topic-reconciler[reassign]"
    assert sizes(secured.logs_in) == Measured(unknown={"": [Unmeasured(what="bytes", why=why)]})


def test_a_given_client_cannot_measure_sizes(kafka: Sandbox, prefix: str) -> None:
    client = AnotherClient(kafka)
    client.create(prefix)
    connection = Connection.from_client(client.admin, limit=TimeLimit(60))
    [reason] = Measurements(connection).measure(Wanted(sizes=[prefix])).unknown[""]
    assert reason.why == "it needs a client of its own, and the properties of the given client are not known"


@pytest.mark.parametrize("mechanism", ["OAUTHBEARER", "GSSAPI"])
def test_a_mechanism_that_the_second_client_is_not_used_with_is_a_reason(mechanism: str) -> None:
    with pytest.raises(NotAsked, match=f"is not used with sasl.mechanism {mechanism}"):
        settings_of({"bootstrap.servers": "a", "security.protocol": "sasl_ssl", "sasl.mechanism": mechanism})


def test_addresses_are_those_of_the_first_client_without_their_protocol() -> None:
    settings = settings_of({"bootstrap.servers": "PLAINTEXT://a:1, b:2,", "ssl.key.pem": "unused without TLS"})
    assert settings["bootstrap_servers"] == ["a:1", "b:2"]


def test_a_setting_that_the_second_client_lacks_is_a_reason(secured: Secured) -> None:
    found = sizes({**secured.trusts, "ssl.cipher.suites": "ECDHE-RSA-AES256-GCM-SHA384"})
    [reason] = found.unknown[""]
    assert reason == Unmeasured(
        what="bytes", why="it needs a second client, kafka-python, which does not support ssl.cipher.suites"
    )
