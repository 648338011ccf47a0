"""Logins and certificates on a real broker that is locked down: each way in works, and no secret is ever shown."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from tests.support.command import Finished, RunReconciler
from tests.support.secured import MECHANISMS, PASSWORD, WRONG, Secured

LONG = "100"
"""Seconds that nobody is to wait."""
Apply = Callable[[Mapping[str, str]], Finished]


@pytest.fixture
def topic(prefix: str, tmp_path: Path) -> str:
    """One new topic, which is all that the manifest has."""
    name = re.sub("[^A-Za-z0-9-]", "", prefix)
    (tmp_path / "topics.yaml").write_text(f"version: 1\ntopics: {{{name}: {{partitions: 1}}}}\n")
    return name


@pytest.fixture
def apply(reconciler: RunReconciler, tmp_path: Path, topic: str) -> Apply:  # noqa: ARG001 - wanted for its file
    """Apply it through a file of client properties, with all that can be logged."""

    def run(properties: Mapping[str, str]) -> Finished:
        lines = "".join(f"{key}={value}\n" for key, value in properties.items())
        (tmp_path / "client.properties").write_text(f"debug=security,broker\n{lines}")
        more = ["--timeout", LONG, "-vv", "--log-format", "json", "-o", "json"]
        return reconciler("apply", "--yes", "--command-config", "client.properties", *more)

    return run


WAYS_IN: dict[str, Callable[[Secured], Mapping[str, str]]] = {
    **{
        f"{mechanism} at {listener}": lambda cluster, mechanism=mechanism, listener=listener: cluster.login(  # type: ignore[misc]  # bound early
            "admin", mechanism=mechanism, listener=listener
        )
        for mechanism in MECHANISMS
        for listener in ("SASL_PLAIN", "SASL_TLS")
    },
    "TLS": lambda cluster: cluster.at("TLS"),
    "a client certificate": lambda cluster: cluster.certificate("admin"),
    "a certificate that expires soon": lambda cluster: cluster.at("SOON"),
    "a certificate whose host does not matter": lambda cluster: {
        **cluster.at("ELSEWHERE"),
        "ssl.endpoint.identification.algorithm": "none",
    },
}


@pytest.mark.parametrize("way", WAYS_IN.values(), ids=WAYS_IN)
def test_each_way_in_works_and_shows_no_secret_at_any_level(
    way: Callable[[Secured], Mapping[str, str]], secured_kafka: Secured, apply: Apply
) -> None:
    done = apply(way(secured_kafka))
    assert done.code == 0, done.stderr
    assert done.report["topics"][0]["verification"]["status"] == "verified"
    assert '"level": "DEBUG"' in done.stderr
    for secret in (PASSWORD, *secured_kafka.tokens.issued):
        assert secret not in done.stdout + done.stderr


def test_a_client_certificate_is_a_principal_whose_permissions_count(secured_kafka: Secured, apply: Apply) -> None:
    done = apply(secured_kafka.certificate("guest"))
    assert (done.code, done.report["summary"]["applied"]) == (1, 0), done.stderr
    assert "AUTHORIZATION_FAILED" in done.stdout


@pytest.mark.usefixtures("topic")
@pytest.mark.parametrize("report", ["json", "text"])
@pytest.mark.parametrize("source", ["reference", "default of a reference", "variable", "file of a variable", "both"])
def test_a_password_of_the_environment_logs_in_and_is_never_shown(
    source: str, report: str, *, secured_kafka: Secured, reconciler: RunReconciler, tmp_path: Path
) -> None:
    (tmp_path / "secret").write_text(f"{PASSWORD}\n")
    in_file = {
        "reference": "${PROD_PASSWORD}",
        "default of a reference": f"${{NO_SUCH_VARIABLE:-{PASSWORD}}}",
        "both": "${PROD_PASSWORD}",
    }
    variables = {
        "reference": {"PROD_PASSWORD": PASSWORD},
        "variable": {"KAFKA_SASL_PASSWORD": PASSWORD},
        "file of a variable": {"KAFKA_SASL_PASSWORD_FILE": "secret"},
        "both": {"PROD_PASSWORD": PASSWORD, "KAFKA_SASL_PASSWORD": WRONG},
    }
    properties = secured_kafka.login("admin", mechanism="PLAIN", password=in_file.get(source, ""))
    lines = "".join(f"{key}={value}\n" for key, value in properties.items() if value)
    (tmp_path / "client.properties").write_text(f"debug=security,broker\n{lines}")
    arguments = ["--command-config", "client.properties", "--timeout", LONG, "-vv"]
    arguments += ["--report", "report.json", "--report", "report.txt", "-o", report]
    done = reconciler("apply", "--yes", *arguments, env=variables.get(source))
    assert done.code == 0, done.stderr
    reports = [(tmp_path / name).read_text() for name in ("report.json", "report.txt")]
    assert json.loads(reports[0])["topics"][0]["verification"]["status"] == "verified"
    assert "SASL" in done.stderr, "the client's own lines are there"
    for text in (done.stdout, done.stderr, *reports):
        assert PASSWORD not in text
        assert WRONG not in text


@pytest.mark.parametrize("source", ["reference", "variable", "file of a variable"])
def test_a_wrong_password_of_the_environment_is_refused_and_never_shown(
    source: str, secured_kafka: Secured, reconciler: RunReconciler, tmp_path: Path
) -> None:
    """So the password is the one that was meant, and not what some other place has."""
    (tmp_path / "topics.yaml").write_text("version: 1\ntopics: {a: {partitions: 1}}\n")
    (tmp_path / "secret").write_text(WRONG)
    password = "${PROD_PASSWORD}" if source == "reference" else ""
    properties = secured_kafka.login("admin", mechanism="PLAIN", password=password)
    lines = "".join(f"{key}={value}\n" for key, value in properties.items() if value)
    (tmp_path / "client.properties").write_text(lines)
    variables = {
        "reference": {"PROD_PASSWORD": WRONG},
        "variable": {"KAFKA_SASL_PASSWORD": WRONG},
        "file of a variable": {"KAFKA_SASL_PASSWORD_FILE": str(tmp_path / "secret")},
    }
    arguments = ["--command-config", "client.properties", "--timeout", LONG, "-vv", "-o", "json"]
    done = reconciler("plan", *arguments, "--report", "report.txt", env=variables[source])
    assert done.code == 1
    assert [diagnostic["code"] for diagnostic in done.report["diagnostics"]] == ["authentication-failed"]
    assert WRONG not in done.stdout + done.stderr + (tmp_path / "report.txt").read_text()


@pytest.mark.usefixtures("topic")
def test_variables_alone_are_enough_for_a_login_over_tls(
    secured_kafka: Secured, reconciler: RunReconciler, tmp_path: Path
) -> None:
    (tmp_path / "user").write_text("admin\n")
    (tmp_path / "password").write_text(f"{PASSWORD}\n")
    variables = {
        "KAFKA_BOOTSTRAP_SERVERS": secured_kafka.addresses["SASL_TLS"],
        "KAFKA_USE_SSL": "true",
        "KAFKA_SASL_MECHANISM": "SCRAM-SHA-256",
        "KAFKA_SASL_USERNAME_FILE": str(tmp_path / "user"),
        "KAFKA_SASL_PASSWORD_FILE": str(tmp_path / "password"),
        "KAFKA_SSL_CA_PEM_FILE": str(secured_kafka.folder / "authority.pem"),
    }
    done = reconciler("apply", "--yes", "-vv", "-o", "json", "--timeout", LONG, env=variables)
    assert (done.code, done.report["summary"]["applied"]) == (0, 1), done.stderr
    assert PASSWORD not in done.stdout + done.stderr


@pytest.mark.parametrize("listener", ["CONTROLLER", "NOWHERE"])
def test_an_address_that_leads_to_no_broker_is_told_at_once(
    listener: str, secured_kafka: Secured, apply: Apply
) -> None:
    done = apply({"bootstrap.servers": secured_kafka.addresses[listener]})
    (diagnostic,) = done.report["diagnostics"]
    code, words = {
        "CONTROLLER": ("controller-listener", "the listener of a controller, not of a broker"),
        "NOWHERE": ("no-such-host", "nowhere.invalid"),
    }[listener]
    assert (done.code, diagnostic["code"]) == (1, code)
    assert words in diagnostic["message"]
    assert done.report["statistics"]["requests"]["metadata"] == 1
