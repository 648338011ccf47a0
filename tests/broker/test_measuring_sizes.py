"""Sizes of partitions on a real cluster, read by a second client with the same settings, and the reasons for none."""

from __future__ import annotations

import logging
import sys
from collections.abc import Iterator, Mapping

import pytest
from confluent_kafka.admin import AclBinding, AclOperation, AclPermissionType, ResourcePatternType, ResourceType

from reconciler.clock import TimeLimit
from reconciler.cluster.connection import Connection
from reconciler.cluster.measurements import Measurements
from reconciler.cluster.second_client import NotAsked, settings_of
from reconciler.model import Measured, Unmeasured, Wanted
from reconciler.sandbox import Sandbox
from tests.broker.another_client import AnotherClient
from tests.broker.measuring import KEPT, measured, produce
from tests.support.secured import PASSWORD, Secured, allowed


@pytest.fixture(scope="module")
def secured(secured_kafka: Secured) -> Iterator[Secured]:
    """A topic ``t`` with a record of 5,000 bytes, which the guest may see, but not the disks."""
    client = AnotherClient(secured_kafka.sandbox)
    client.create("t", config=KEPT)
    kind, literal = ResourceType.TOPIC, ResourcePatternType.LITERAL
    rule = AclBinding(kind, "t", literal, "User:guest", "*", AclOperation.DESCRIBE, AclPermissionType.ALLOW)
    produce(secured_kafka.sandbox, "t", [1], size=5_000)
    with allowed(client.admin, rule):
        yield secured_kafka


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
    assert is_measured(sizes(secured.login("admin")))
    assert "Authenticated as admin" in caplog.text, "the client's own lines are there"
    assert PASSWORD not in caplog.text


@pytest.mark.parametrize("certificate", [False, True])
def test_tls_works_for_the_second_client_too(certificate: bool, secured: Secured) -> None:
    assert is_measured(sizes(secured.certificate("admin") if certificate else secured.at("TLS")))


def test_disks_that_may_not_be_seen_are_a_reason(secured: Secured) -> None:
    while not (found := sizes(secured.login("guest"))).unknown:
        pass  # each look waits for the broker, which learns of the rule soon
    why = "a broker shows no log directory; grant this principal DESCRIBE on the cluster"
    assert found == Measured(unknown={"t": [Unmeasured(what="bytes", why=why)]})


def test_without_the_second_client_the_reason_is_how_to_install_it(
    secured: Secured, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "kafka", None)  # as Python has it for a package that cannot be imported
    why = "the Kafka client has no request for it; install kafka-topic-reconciler[reassign]"
    assert sizes(secured.login("admin")) == Measured(unknown={"": [Unmeasured(what="bytes", why=why)]})


def test_a_given_client_cannot_measure_sizes(kafka: Sandbox, prefix: str) -> None:
    client = AnotherClient(kafka)
    client.create(prefix)
    connection = Connection.from_client(client.admin, limit=TimeLimit(60))
    [reason] = Measurements(connection).measure(Wanted(sizes=[prefix])).unknown[""]
    assert reason.why == "it needs a client of its own, and the properties of the given client are not known"


@pytest.mark.parametrize("mechanism", ["OAUTHBEARER", "GSSAPI"])  # the first one without a token server
def test_a_mechanism_that_the_second_client_is_not_used_with_is_a_reason(mechanism: str) -> None:
    with pytest.raises(NotAsked, match=f"is not used with sasl.mechanism {mechanism}"):
        settings_of({"bootstrap.servers": "a", "security.protocol": "sasl_ssl", "sasl.mechanism": mechanism})


def test_addresses_are_those_of_the_first_client_without_their_protocol() -> None:
    settings = settings_of({"bootstrap.servers": "PLAINTEXT://a:1, b:2,", "ssl.key.pem": "unused without TLS"})
    assert settings["bootstrap_servers"] == ["a:1", "b:2"]


def test_a_setting_that_the_second_client_lacks_is_a_reason(secured: Secured) -> None:
    found = sizes({**secured.at("TLS"), "ssl.cipher.suites": "ECDHE-RSA-AES256-GCM-SHA384"})
    [reason] = found.unknown[""]
    assert reason == Unmeasured(
        what="bytes", why="it needs a second client, kafka-python, which does not support ssl.cipher.suites"
    )
