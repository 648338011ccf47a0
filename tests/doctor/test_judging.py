"""What is made of the answers: certificates, addresses, versions, permissions, and the text."""

from __future__ import annotations

import ssl
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import pytest
from click import unstyle

from reconciler.cluster.port import SaslOffer
from reconciler.doctor import advertised, apis, permissions, text
from reconciler.doctor.certificate import told_of
from reconciler.doctor.check import Check, Checkup, Group, Status
from reconciler.doctor.identity import identity
from reconciler.doctor.login import objection_to
from reconciler.doctor.network import split
from reconciler.doctor.permissions import Rights, Wanted
from reconciler.doctor.purpose import Purpose
from reconciler.model import FATAL, RETRIABLE, KafkaFailure

NOW = datetime(2026, 1, 1, tzinfo=UTC)


def certificate(days: float) -> Mapping[str, object]:
    """As Python tells of one that expires in so many days."""
    expires = NOW + timedelta(days=days)
    return {
        "notAfter": f"{expires:%b %d %H:%M:%S %Y} GMT",
        "subjectAltName": (("DNS", "kafka-1"), ("DNS", "kafka-1.example.com")),
        "issuer": ((("organizationName", "Example"),), (("commonName", "Example CA"),)),
    }


@pytest.mark.parametrize(
    ("days", "status", "words"),
    [
        (200, Status.OK, "expires in 200 days (2026-07-20)"),
        (30, Status.OK, "expires in 30 days"),
        (29.9, Status.WARNING, "expires in 29 days"),
        (1, Status.WARNING, "expires in 1 day (2026-01-02)"),
    ],
)
def test_a_certificate_that_expires_within_30_days_is_a_warning(days: float, status: Status, words: str) -> None:
    told = told_of(certificate(days), ssl.create_default_context(), NOW)
    assert (told.status, told.facts["days_left"]) == (status, int(days))
    assert told.detail.startswith("certificate for kafka-1, kafka-1.example.com, signed by Example CA; ")
    assert words in told.detail


def test_a_certificate_that_is_not_checked_is_a_warning() -> None:
    context = ssl.create_default_context()
    context.check_hostname = False
    assert told_of(certificate(200), context, NOW).code == "host-name-not-checked"
    context.verify_mode = ssl.CERT_NONE
    assert told_of({}, context, NOW).code == "certificate-not-checked"


@pytest.mark.parametrize(
    ("address", "bootstrap", "words"),
    [
        ("kafka-0.kafka.prod.svc.cluster.local:9092", "127.0.0.1:9092", "a name inside a Kubernetes cluster"),
        ("broker.kafka.svc:9092", "127.0.0.1:9092", "a name inside a Kubernetes cluster"),
        ("kafka:29092", "localhost:9092", "looks like the name of a container"),
        ("localhost:9092", "kafka.example.com:9092", "localhost is the machine of each client, not the broker's"),
        ("127.0.0.1:9092", "10.1.2.3:9092", "127.0.0.1 is the machine of each client, not the broker's"),
        ("10.1.2.3:9092", "kafka.example.com:9092", "an address that this machine can reach"),
        ("localhost:1", "localhost:9092", "an address that this machine can reach"),
        ("[fd00::1]:9092", "kafka.example.com:9092", "an address that this machine can reach"),
    ],
)
def test_an_advertised_address_is_explained_by_what_its_host_looks_like(
    address: str, bootstrap: str, words: str
) -> None:
    remedy = advertised.hint(address, frozenset({bootstrap}))
    assert words in remedy
    assert "advertised.listeners" in remedy


@pytest.mark.parametrize(
    ("address", "place"),
    [
        ("kafka-1:9093", ("kafka-1", 9093)),
        ("kafka-1", ("kafka-1", 9092)),
        ("SASL_SSL://kafka-1:9093", ("kafka-1", 9093)),
        ("[::1]:9093", ("::1", 9093)),
        ("[::1]", ("::1", 9092)),
    ],
)
def test_an_address_has_a_host_and_a_port(address: str, place: tuple[str, int]) -> None:
    assert split(address) == place


def test_addresses_of_two_clusters_fail() -> None:
    check = identity({"a:1": "one", "b:1": "two", "c:1": "one"}, None)
    assert (check.status, check.code) == (Status.FAILED, "several-clusters")
    assert "a:1 is one, b:1 is two" in check.detail


ALL = {api.key: (0, api.highest) for api in apis.NEEDED}


def test_requests_that_a_broker_does_not_take_fail_or_are_a_warning_by_who_needs_them() -> None:
    assert apis.judged([ALL]).status is Status.OK
    without_groups = {key: versions for key, versions in ALL.items() if key != 16}
    assert apis.judged([ALL, without_groups]).status is Status.WARNING
    without_creating = {key: versions for key, versions in ALL.items() if key != 19}
    check = apis.judged([ALL, without_creating])
    assert (check.status, check.code) == (Status.FAILED, "api-versions")
    assert check.detail == "CreateTopics (creating topics) is not supported"
    assert apis.judged([without_creating], Purpose.PLAN).status is Status.WARNING
    too_new = apis.judged([{**ALL, 32: (4, 9)}])
    assert "from version 4 on, but this client sends 1 at most" in too_new.detail
    assert apis.judged([{**ALL, 19: (0, 3)}]).code == "no-broker-defaults"
    assert apis.judged([]).status is Status.SKIPPED


@pytest.mark.parametrize(
    ("properties", "offer", "code"),
    [
        ({}, SaslOffer(is_required=False), None),
        ({}, SaslOffer(is_required=True, mechanisms=("PLAIN",)), "sasl-required"),
        ({"security.protocol": "SASL_SSL", "sasl.mechanism": "PLAIN"}, SaslOffer(is_required=False), "no-sasl"),
        (
            {"security.protocol": "SASL_SSL", "sasl.mechanism": "PLAIN"},
            SaslOffer(is_required=True, mechanisms=("SCRAM-SHA-512",)),
            "sasl-mechanism",
        ),
        (
            {"security.protocol": "sasl_ssl", "sasl.mechanism": "AWS_MSK_IAM"},
            SaslOffer(is_required=True, mechanisms=("OAUTHBEARER",)),
            None,
        ),
    ],
)
def test_what_a_port_offers_explains_a_login_that_failed(
    properties: Mapping[str, str], offer: SaslOffer, code: str | None
) -> None:
    cause = objection_to(properties, offer)
    assert (cause.code if cause else None) == code


EVERYTHING = frozenset({"DESCRIBE", "DESCRIBE_CONFIGS", "CREATE", "ALTER", "ALTER_CONFIGS", "DELETE"})
DENIED = KafkaFailure(code=29, name="TOPIC_AUTHORIZATION_FAILED", error_class=FATAL, message="denied", remedy="grant")
SILENT = KafkaFailure(
    code=-185, name="_TIMED_OUT", error_class=RETRIABLE, message="late", remedy="wait", outcome_known=False
)
THERE = KafkaFailure(code=36, name="TOPIC_ALREADY_EXISTS", error_class=FATAL, message="there", remedy="plan")


def judged(rights: Rights, *, absent: tuple[str, ...] = ()) -> Mapping[str, Check]:
    wanted = Wanted(present=("a", "b"), absent=absent, who="User:me")
    return {check.name: check for check in permissions.judged(rights, wanted)}


def test_a_topic_of_which_the_broker_tells_nothing_is_unknown() -> None:
    checks = judged(Rights(topics={"a": None, "b": EVERYTHING}, created={"a": THERE, "b": THERE}))
    assert checks["permission-alter-configs"].status is Status.UNKNOWN
    assert checks["permission-create"].detail == "CREATE for 2 topics, all of which exist"


@pytest.mark.parametrize(
    ("operations", "status", "detail"),
    [
        (None, "skipped", "needed only to change replication_factor; ALTER on the cluster is not permitted"),
        ({"DESCRIBE"}, "skipped", "needed only to change replication_factor; ALTER on the cluster is not permitted"),
        ({"DESCRIBE", "ALTER"}, "ok", "ALTER on the cluster; --reassign-throttle also needs ALTER_CONFIGS there"),
        ({"DESCRIBE", "ALTER", "ALTER_CONFIGS"}, "ok", "ALTER and ALTER_CONFIGS on the cluster"),
    ],
)
def test_moving_replicas_is_a_permission_on_the_cluster_that_few_need(
    operations: set[str] | None, status: str, detail: str
) -> None:
    cluster = None if operations is None else frozenset(operations)
    check = judged(Rights(topics={"a": EVERYTHING}, created={"a": THERE, "b": None}, cluster=cluster))[
        "permission-move-replicas"
    ]
    assert (check.status, check.detail) == (status, detail)


def test_creating_is_unknown_where_the_broker_did_not_answer() -> None:
    checks = judged(Rights(topics={"a": EVERYTHING}, created={"a": THERE, "b": SILENT}))
    assert checks["permission-create"].status is Status.UNKNOWN


def test_creating_topics_that_exist_is_a_warning_only() -> None:
    checks = judged(Rights(topics={"a": EVERYTHING, "b": EVERYTHING}, created={"a": DENIED, "b": THERE}))
    assert checks["permission-create"].status is Status.WARNING


def test_a_topic_that_cannot_be_read_for_another_reason_fails() -> None:
    checks = judged(Rights(topics={"a": EVERYTHING}, unreadable={"b": SILENT}, created={"a": THERE, "b": None}))
    assert checks["permission-plan"].code == "unreadable"
    assert "_TIMED_OUT: late" in checks["permission-plan"].detail


def test_of_many_topics_five_are_named_and_all_are_facts() -> None:
    names = [f"t{number}" for number in range(7)]
    rights = Rights(topics={}, unreadable=dict.fromkeys(names, DENIED))
    [check, *_] = permissions.judged(rights, Wanted(present=names, absent=(), who="User:me"))
    assert "7 topics: t0, t1, t2, t3, t4 and 2 more" in check.detail
    assert check.facts == {"topics": names}


def test_text_folds_what_was_not_made_and_escapes_what_comes_from_outside() -> None:
    checks = (
        Check(name="tls", status=Status.FAILED, code="x", detail="bad\x1b[2J", remedy="one\n  two"),
        Check(name="kafka-protocol", status=Status.SKIPPED, detail="tls failed"),
        Check(name="authentication", status=Status.SKIPPED, detail="tls failed"),
        Check(name="cluster-id", status=Status.OK, detail="abc"),
    )
    checkup = Checkup(groups=(Group(title="kafka:9092", checks=checks),), seconds=0.25)
    shown = text.render(checkup)
    assert unstyle(shown) == (
        "kafka:9092\n"
        "  failed   tls         bad\\x1b[2J\n"
        "                         one\n"
        "                         two\n"
        "  skipped  kafka-protocol, authentication: tls failed\n"
        "  ok       cluster-id  abc\n"
        "\n"
        "Checks: 1 ok, 1 failed, 2 skipped. 0.2 s\n"
    )
    assert "cluster-id" not in text.render(checkup, quiet=True)
    narrow = text.render(Checkup(groups=(Group(title="t", checks=(checks[3],)),)), width=20)
    assert max(map(len, unstyle(narrow).splitlines())) <= 70
