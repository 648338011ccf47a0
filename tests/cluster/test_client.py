"""A client that cannot be made: the property at fault, at its place, and what to do. The real client judges."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

import pytest
import trustme
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from reconciler.cluster.client import new_client
from reconciler.errors import ClusterUnavailable, Diagnostic, Location, Origin, Variable

SECRET = "hunter2-and-more"  # noqa: S105 - the point of the tests
SASL = {
    "bootstrap.servers": "127.0.0.1:1",
    "security.protocol": "SASL_SSL",
    "sasl.mechanism": "PLAIN",
    "sasl.username": "app",
    "sasl.password": SECRET,
}
LEAVE_OUT = None


def places(properties: Mapping[str, str]) -> dict[str, Origin]:
    """Each property on a line of its own."""
    return {key: Location("c.properties", line, 1) for line, key in enumerate(properties, start=1)}


def problems(properties: Mapping[str, str], at: Mapping[str, Origin] | None = None) -> list[Diagnostic]:
    with pytest.raises(ClusterUnavailable) as raised:
        new_client(properties, places(properties) if at is None else at, log_to=[], clean=lambda text: text)
    assert SECRET not in str(raised.value)
    return list(raised.value.diagnostics)


def changed(change: Mapping[str, str | None]) -> dict[str, str]:
    merged = {**SASL, **change}
    return {key: value for key, value in merged.items() if value is not None}


def at_key(problem: Diagnostic, properties: Mapping[str, str]) -> str:
    """The property on whose line the problem is."""
    assert isinstance(problem.origin, Location)
    return list(properties)[problem.origin.line - 1]


def test_properties_without_a_mistake_are_taken() -> None:
    new_client(SASL, {}, log_to=[], clean=str)


@pytest.mark.parametrize(
    ("change", "key", "said"),
    [
        ({"sasl.username": LEAVE_OUT}, "sasl.mechanism", "sasl.username is not set, but PLAIN needs it"),
        ({"sasl.password": ""}, "sasl.password", "sasl.password is not set, but PLAIN needs it"),
        ({"sasl.mechanism": "scram-sha-512"}, "sasl.mechanism", "did you mean SCRAM-SHA-512?"),
        ({"sasl.mechanism": "plain"}, "sasl.mechanism", "did you mean PLAIN?"),
        ({"sasl.mechanism": "AWS_MSK_IAM"}, "sasl.mechanism", "the AWS region is unknown"),
        ({"sasl.mechanism": "AWS_MSK_IAM", "security.protocol": LEAVE_OUT}, "sasl.mechanism", "connect in plain text"),
        ({"sasl.mechanism": "AWS_MSK_IAM", "security.protocol": "TLS"}, "security.protocol", "not a security protocol"),
        ({"aws.region": "eu-west-1"}, "aws.region", "aws.region is set, but sasl.mechanism is not AWS_MSK_IAM"),
        ({"sasl.mechanism": "NTLM"}, "sasl.mechanism", "'NTLM' is not a SASL mechanism"),
        ({"sasl.mechanism": LEAVE_OUT}, "sasl.username", "sasl.mechanism is not set"),
        ({"security.protocol": "TLS"}, "security.protocol", "PLAINTEXT, SSL, SASL_PLAINTEXT or SASL_SSL"),
        ({"security.protocol": LEAVE_OUT}, "sasl.mechanism", "and connect in plain text"),
        ({"sasl.jaas.config": SECRET}, "sasl.jaas.config", "sasl.username and sasl.password"),
        *(
            ({"sasl.jaas.config": f"a.b.{module} required x='{SECRET}';"}, "sasl.jaas.config", said)
            for module, said in (
                ("PlainLoginModule", "set sasl.mechanism=PLAIN, sasl.username and sasl.password"),
                ("ScramLoginModule", "SCRAM-SHA-256 or SCRAM-SHA-512, sasl.username and sasl.password"),
                ("OAuthBearerLoginModule", "sasl.oauthbearer.token.endpoint.url"),
                ("IAMLoginModule", "set sasl.mechanism=AWS_MSK_IAM"),
                ("Krb5LoginModule", "Kerberos"),
            )
        ),
        (
            {"sasl.login.callback.handler.class": "org.apache.kafka.OAuthBearerLoginCallbackHandler"},
            "sasl.login.callback.handler.class",
            "remove it; set sasl.mechanism=OAUTHBEARER, sasl.oauthbearer.method=oidc",
        ),
        (
            {"sasl.client.callback.handler.class": "software.amazon.msk.auth.iam.IAMClientCallbackHandler"},
            "sasl.client.callback.handler.class",
            "remove it; set sasl.mechanism=AWS_MSK_IAM",
        ),
        ({"ssl.keystore.type": "PKCS12"}, "ssl.keystore.type", "ssl.keystore.location takes a PKCS#12 file"),
        ({"ssl.keystore.alias": "x"}, "ssl.keystore.alias", "set ssl.certificate.location and ssl.key.location"),
        ({"ssl.truststore.x": "x"}, "ssl.truststore.x", "set ssl.ca.location"),
        ({"sasl.login.retry.backoff.ms": "1"}, "sasl.login.retry.backoff.ms", "remove it"),
        ({"default.api.timeout.ms": "1"}, "default.api.timeout.ms", "use --timeout"),
        (
            {"ssl.endpoint.identification.algorithm": ""},
            "ssl.endpoint.identification.algorithm",
            "write none",
        ),
        ({"ssl.truststore.location": "/x"}, "ssl.truststore.location", "set ssl.ca.location"),
        ({"acks2": "1"}, "acks2", 'No such configuration property: "acks2"'),
        ({"socket.timeout.ms": "soon"}, "socket.timeout.ms", "Invalid value"),
        ({"error_cb": "x"}, "error_cb", "Python object"),
        ({"default.topic.config": "x"}, "default.topic.config", "Python object"),
        ({"ssl.ca.pem": "x"}, "ssl.ca.pem", "not in PEM format?"),
        ({"ssl.key.pem": "x"}, "ssl.key.pem", "ssl.key.pem is set without a certificate"),
        (
            {"sasl.mechanism": "OAUTHBEARER", "sasl.oauthbearer.method": "oidc"},
            "sasl.oauthbearer.method",
            "`sasl.oauthbearer.token.endpoint.url` is mandatory",
        ),
    ],
)
def test_one_mistake_is_one_problem_at_its_line(change: Mapping[str, str | None], key: str, said: str) -> None:
    properties = changed(change)
    (problem,) = problems(properties)
    assert at_key(problem, properties) == key
    assert said in f"{problem.message} {problem.hint}"
    assert "recompile" not in str(problem)


def test_all_mistakes_are_said_at_once() -> None:
    properties = changed({"sasl.mechanism": "FOO", "acks2": "1", "ssl.ca.location": "/nowhere"})
    assert {at_key(each, properties) for each in problems(properties)} == {"sasl.mechanism", "acks2", "ssl.ca.location"}


def test_tls_properties_without_a_protocol_are_refused_and_with_one_that_is_plain_are_not() -> None:
    properties = {"bootstrap.servers": "127.0.0.1:1", "ssl.ca.location": "/nowhere"}
    assert "set security.protocol to SSL" in str(problems(properties)[0].hint)
    new_client({**properties, "security.protocol": "PLAINTEXT"}, {}, log_to=[], clean=str)


def test_a_region_without_a_mechanism_is_refused_without_a_protocol_too() -> None:
    (problem,) = problems({"bootstrap.servers": "127.0.0.1:1", "aws.region": "eu-west-1"})
    assert "aws.region is set, but sasl.mechanism is not AWS_MSK_IAM" in problem.message


def test_a_variable_is_named_where_it_is_the_place() -> None:
    (problem,) = problems(changed({"sasl.mechanism": "FOO"}), {"sasl.mechanism": Variable("KAFKA_SASL_MECHANISM")})
    assert problem.message.startswith("KAFKA_SASL_MECHANISM (sasl.mechanism): 'FOO'")


@pytest.fixture
def files(tmp_path: Path) -> Path:
    """Certificates and keys in every wrong form."""
    authority = trustme.CA()
    leaf = authority.issue_cert("127.0.0.1")
    certificate, key = authority.cert_pem.bytes(), leaf.private_key_pem.bytes()
    private = load_pem_private_key(key, password=None)
    (tmp_path / "ca.pem").write_bytes(certificate)
    (tmp_path / "key.pem").write_bytes(key)
    (tmp_path / "certificate.pem").write_bytes(leaf.cert_chain_pems[0].bytes())
    (tmp_path / "encrypted.pem").write_bytes(
        private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(SECRET.encode()))
    )
    (tmp_path / "key.der").write_bytes(private.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption()))
    (tmp_path / "empty.pem").write_bytes(b"\n")
    (tmp_path / "text.pem").write_text("hello\n")
    (tmp_path / "store.jks").write_bytes(b"\xfe\xed\xfe\xed\0\0")
    (tmp_path / "folder").mkdir()
    os.mkfifo(tmp_path / "pipe")
    return tmp_path


@pytest.mark.parametrize(
    ("key", "name", "said"),
    [
        ("ssl.ca.location", "missing.pem", "does not exist"),
        ("ssl.ca.location", "empty.pem", "is empty"),
        ("ssl.ca.location", "key.der", "openssl x509 -inform der"),
        ("ssl.ca.location", "text.pem", "has no certificate in PEM format"),
        ("ssl.ca.location", "key.pem", "the file contains a private key"),
        ("ssl.ca.location", "store.jks", "is a Java keystore"),
        ("ssl.ca.location", "pipe", "is a pipe"),
        ("ssl.certificate.location", "folder", "is a directory"),
        ("ssl.certificate.location", "key.pem", "the file contains a private key"),
        ("ssl.key.location", "missing.pem", "does not exist"),
        ("ssl.key.location", "key.der", "openssl pkey -inform der"),
        ("ssl.key.location", "ca.pem", "the file contains a certificate"),
        ("ssl.key.location", "encrypted.pem", "is encrypted, but ssl.key.password is not set"),
        ("ssl.crl.location", "ca.pem", "has no certificate revocation list"),
        ("ssl.keystore.location", "store.jks", "-deststoretype PKCS12"),
        ("ssl.keystore.location", "empty.pem", "is empty"),
    ],
)
def test_a_file_is_looked_at_first_and_named_at_its_line(key: str, name: str, said: str, files: Path) -> None:
    properties = changed({key: str(files / name)})
    if key == "ssl.key.location":
        properties["ssl.certificate.location"] = str(files / "certificate.pem")
    (problem,) = problems(properties)
    assert at_key(problem, properties) == key
    assert said in f"{problem.message} {problem.hint}"
    assert str(files / name) in problem.message


@pytest.mark.parametrize(
    "change",
    [
        {"ssl.ca.location": "ca.pem"},
        {"ssl.ca.location": "folder"},
        {"ssl.certificate.location": "certificate.pem", "ssl.key.location": "key.pem"},
        {
            "ssl.certificate.location": "certificate.pem",
            "ssl.key.location": "encrypted.pem",
            "ssl.key.password": SECRET,
        },
    ],
)
def test_files_that_the_client_takes_are_taken(change: dict[str, str], files: Path) -> None:
    paths = {key: value if key == "ssl.key.password" else str(files / value) for key, value in change.items()}
    new_client(changed(paths), {}, log_to=[], clean=str)
