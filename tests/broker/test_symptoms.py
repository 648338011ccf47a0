"""Every way to be kept out by a real broker that is locked down: the cause is told at once, and the report written."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.support.command import RunReconciler
from tests.support.secured import PASSWORD, WRONG, Secured

LONG = 100.0
"""Seconds that nobody is to wait; a run that waits for something that may pass gets fewer."""

Properties = Callable[[Secured], Mapping[str, str]]


@dataclass(frozen=True)
class Symptom:
    """What a client with ``properties`` is told, among other ``words``; ``{folder}`` is that of the certificates."""

    properties: Properties
    code: str
    words: str
    seconds: float = LONG


def bare(listener: str, **more: str) -> Properties:
    """Properties without security, and more, written with ``_`` for a dot."""
    changes = {key.replace("_", "."): value for key, value in more.items()}
    return lambda cluster: {"bootstrap.servers": cluster.addresses[listener], **changes}


def at(listener: str, **more: str) -> Properties:
    """Those that fit the listener, but for what is in ``more``."""
    changes = {key.replace("_", "."): value for key, value in more.items()}
    return lambda cluster: {**cluster.at(listener), **changes}


def trusting(listener: str, authority: str, **more: str) -> Properties:
    """Those that fit, but trust another authority."""
    changes = {key.replace("_", "."): value for key, value in more.items()}
    return lambda cluster: {
        **cluster.at(listener),
        "ssl.ca.location": str(cluster.folder / authority),
        **changes,
    }


def given_as_text(listener: str, authority: str) -> Properties:
    """Those that fit, with an authority that is a text."""

    def properties(cluster: Secured) -> dict[str, str]:
        pem = (cluster.folder / authority).read_text().replace("\n", "\\n")
        return {
            "bootstrap.servers": cluster.addresses[listener],
            "security.protocol": "SSL",
            "ssl.ca.pem": pem,
        }

    return properties


def login(mechanism: str, listener: str = "SASL_TLS", *, at: str | None = None, **more: str) -> Properties:
    """A login as ``admin`` as ``listener`` wants it, but ``at`` another one."""
    changes = {key.replace("_", "."): value for key, value in more.items()}

    def properties(cluster: Secured) -> dict[str, str]:
        fitting = cluster.login("admin", mechanism=mechanism, listener=listener)
        return {**fitting, "bootstrap.servers": cluster.addresses[at or listener], **changes}

    return properties


def token_of(path: str) -> Properties:
    """A login with what the token server has at ``path``."""
    return lambda cluster: {
        **cluster.login("admin", mechanism="OAUTHBEARER"),
        "sasl.oauthbearer.token.endpoint.url": f"{cluster.tokens.url}{path}",
    }


PROTOCOLS = {
    "no SASL at a SASL port": Symptom(bare("SASL_PLAIN"), "sasl-required", "SASL_PLAINTEXT"),
    "TLS without SASL at a port for both": Symptom(
        at("SASL_TLS", security_protocol="SSL"), "sasl-required", "SASL_SSL"
    ),
    "plaintext at a TLS port": Symptom(bare("TLS"), "tls-required", "to SSL, or to SASL_SSL"),
    "plaintext at a port for SASL and TLS": Symptom(bare("SASL_TLS"), "tls-required", "SASL_SSL"),
    "plaintext at a port for client certificates": Symptom(bare("MUTUAL"), "tls-required", "SSL"),
    "SASL without TLS at a port for both": Symptom(
        login("PLAIN", "SASL_PLAIN", at="SASL_TLS"), "tls-required", "to SASL_SSL"
    ),
    "TLS at a plaintext port": Symptom(
        lambda cluster: {**cluster.at("TLS"), "bootstrap.servers": cluster.addresses["PLAIN"]},
        "tls-on-plaintext",
        "or SASL_PLAINTEXT",
    ),
    "SASL and TLS at a port with SASL only": Symptom(
        login("PLAIN", at="SASL_PLAIN"), "tls-on-plaintext", "or SASL_PLAINTEXT"
    ),
    "SASL at a plaintext port": Symptom(login("PLAIN", "SASL_PLAIN", at="PLAIN"), "no-sasl", "PLAINTEXT"),
    "SASL at a port with TLS only": Symptom(login("PLAIN", at="TLS"), "no-sasl", "SSL"),
}
CERTIFICATES = {
    "another host's certificate": Symptom(
        at("ELSEWHERE"), "certificate-name", "is for elsewhere.example, not for 127.0.0.1"
    ),
    "an expired certificate": Symptom(at("EXPIRED"), "certificate-dates", "expired on 2021-01-01"),
    "a certificate of the future": Symptom(at("EARLY"), "certificate-dates", "not valid before 2200-01-01"),
    "an expired certificate of another host": Symptom(at("OLD_ELSEWHERE"), "certificate-name", "elsewhere.example"),
    "an expired certificate whose host does not matter": Symptom(
        at("OLD_ELSEWHERE", ssl_endpoint_identification_algorithm="none"),
        "certificate-dates",
        "expired on 2021-01-01",
    ),
    "another authority": Symptom(
        trusting("TLS", "another.pem"),
        "untrusted-certificate",
        "not signed by a certificate authority in {folder}/another.pem (ssl.ca.location)",
    ),
    "an expired certificate of another authority": Symptom(
        trusting("EXPIRED", "another.pem"), "untrusted-certificate", "another.pem"
    ),
    "another authority, as a text": Symptom(
        given_as_text("TLS", "another.pem"),
        "untrusted-certificate",
        "not signed by a certificate authority in ssl.ca.pem",
    ),
    "an expired certificate of an authority that is given as a text": Symptom(
        given_as_text("EXPIRED", "authority.pem"), "certificate-dates", "on 2021-01-01"
    ),
    "a directory without the authority": Symptom(
        trusting("TLS", "nothing"), "untrusted-certificate", "in {folder}/nothing (ssl.ca"
    ),
    "no authority": Symptom(
        bare("TLS", security_protocol="SSL"),
        "untrusted-certificate",
        "not signed by a certificate authority among those",
    ),
    "no client certificate": Symptom(at("MUTUAL"), "client-certificate", "ssl.certificate.location"),
    "a client certificate of another authority": Symptom(
        lambda cluster: cluster.certificate("stranger"), "client-certificate", "a client certificate that it trusts"
    ),
    "an expired client certificate": Symptom(
        lambda cluster: cluster.certificate("late"), "client-certificate", "a client certificate that it trusts"
    ),
}
LOGINS = {
    **{
        f"a wrong password for {mechanism}": Symptom(
            login(mechanism, sasl_password=WRONG), "authentication-failed", "sasl.password"
        )
        for mechanism in ("PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512")
    },
    **{
        f"an unknown user for {mechanism}": Symptom(
            login(mechanism, sasl_username="nobody"), "authentication-failed", "sasl.username"
        )
        for mechanism in ("PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512")
    },
    "a wrong password without TLS": Symptom(
        login("SCRAM-SHA-512", "SASL_PLAIN", sasl_password=WRONG), "authentication-failed", "sasl.password"
    ),
    **{
        f"{mechanism} where it is not offered": Symptom(
            login(mechanism, "SCRAM_ONLY"), "authentication-failed", "mechanisms: SCRAM-SHA-512"
        )
        for mechanism in ("PLAIN", "SCRAM-SHA-256", "OAUTHBEARER")
    },
}
TOKENS = {
    "no token server": Symptom(
        login("OAUTHBEARER", sasl_oauthbearer_token_endpoint_url="http://127.0.0.1:1/token"),  # noqa: S106 - a URL
        "no-token",
        "token.endpoint.url",
        seconds=4,
    ),
    "a wrong secret": Symptom(
        login("OAUTHBEARER", sasl_oauthbearer_client_secret=WRONG), "token-refused", "sasl.oauthbearer.client.secret"
    ),
    "a token server that refuses": Symptom(token_of("/401"), "token-refused", "client.id"),
    "a token server that has no token": Symptom(token_of("/200"), "not-a-token", "access_token"),
    "a token server that fails": Symptom(token_of("/503"), "no-answer", "may be the cause: http://127", seconds=4),
    "a token that has expired": Symptom(token_of("/expired"), "token-expired", "clock"),
    "a token of another issuer": Symptom(token_of("/foreign"), "token-rejected", "signature"),
    "a token for another service": Symptom(token_of("/audience"), "token-rejected", "audience"),
}
SYMPTOMS = PROTOCOLS | CERTIFICATES | LOGINS | TOKENS


@pytest.mark.parametrize("symptom", SYMPTOMS.values(), ids=SYMPTOMS)
def test_each_symptom_is_told_as_its_cause(
    symptom: Symptom, secured_kafka: Secured, reconciler: RunReconciler, tmp_path: Path
) -> None:
    (tmp_path / "topics.yaml").write_text("version: 1\ntopics: {a: {partitions: 1}}\n")
    properties = symptom.properties(secured_kafka)
    lines = "".join(f"{key}={value}\n" for key, value in properties.items())
    (tmp_path / "client.properties").write_text(lines)
    began = time.monotonic()
    options = ["--command-config", "client.properties", "--timeout", str(symptom.seconds), "--report", "report.json"]
    done = reconciler("plan", *options)
    assert time.monotonic() - began < LONG / 2, "it waited"
    report = json.loads((tmp_path / "report.json").read_text())
    (diagnostic,) = report["diagnostics"]
    told = f"{diagnostic['message']}\n  {diagnostic['hint']}"
    assert (done.code, diagnostic["code"]) == (1, symptom.code), told
    assert symptom.words.replace("{folder}", str(secured_kafka.folder)) in told
    assert told.splitlines()[0] in done.stderr
    for secret in (PASSWORD, WRONG, *secured_kafka.tokens.issued):
        assert secret not in done.stdout + done.stderr + json.dumps(report)
