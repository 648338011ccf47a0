"""Passwords, certificates and addresses on a real broker: what is wrong is said at once, and nothing secret ever."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest
import trustme
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from reconciler.clock import TimeLimit
from reconciler.cluster.connection import Connection
from reconciler.errors import ClusterUnavailable
from reconciler.sandbox import start
from tests.support.command import Finished, RunReconciler
from tests.wire.proxy import free_port

PASSWORD, WRONG = "correct-horse", "battery-staple"
LOGIN = "org.apache.kafka.common.security.plain.PlainLoginModule required"
LONG = "100"
"""Seconds that nobody is to wait."""


@dataclass(frozen=True)
class Secured:
    """Where a broker listens for each protocol, and the file of the authority that signed its certificate."""

    sasl: str
    tls: str
    authority: Path
    controller: str


def key_and_certificates(leaf: trustme.LeafCert) -> bytes:
    """As Java takes them: the key must be in the form PKCS #8."""
    key = load_pem_private_key(leaf.private_key_pem.bytes(), password=None)
    pkcs8 = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return pkcs8 + b"".join(blob.bytes() for blob in leaf.cert_chain_pems)


@pytest.fixture(scope="module")
def secured(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Secured]:
    folder = tmp_path_factory.mktemp("secured")
    plain, sasl, tls, controller = (free_port() for _ in range(4))
    authority = trustme.CA()
    authority.cert_pem.write_to_path(folder / "authority.pem")
    (folder / "broker.pem").write_bytes(key_and_certificates(authority.issue_cert("127.0.0.1")))
    doors = f"PLAINTEXT://127.0.0.1:{plain},SASL_PLAINTEXT://127.0.0.1:{sasl},SSL://127.0.0.1:{tls}"
    protocols = "PLAINTEXT:PLAINTEXT,SASL_PLAINTEXT:SASL_PLAINTEXT,SSL:SSL,CONTROLLER:PLAINTEXT"
    users = f'username="admin" password="{PASSWORD}" user_admin="{PASSWORD}"'
    properties = {
        "listeners": f"{doors},CONTROLLER://127.0.0.1:{controller}",
        "advertised.listeners": doors,
        "listener.security.protocol.map": protocols,
        "controller.quorum.voters": f"1@127.0.0.1:{controller}",
        "sasl.enabled.mechanisms": "PLAIN",
        "listener.name.sasl_plaintext.plain.sasl.jaas.config": f"{LOGIN} {users};",
        "ssl.keystore.type": "PEM",
        "ssl.keystore.location": str(folder / "broker.pem"),
    }
    with start(port=plain, properties=properties):
        sasl_door, tls_door, controller_door = (f"127.0.0.1:{port}" for port in (sasl, tls, controller))
        yield Secured(sasl=sasl_door, tls=tls_door, authority=folder / "authority.pem", controller=controller_door)


Apply = Callable[[Mapping[str, str]], Finished]


@pytest.fixture
def apply(reconciler: RunReconciler, tmp_path: Path, prefix: str) -> Apply:
    """Apply one new topic through a file of client properties, with all that can be logged."""
    (tmp_path / "topics.yaml").write_text(f"version: 1\ntopics: {{{prefix}: {{partitions: 1}}}}\n")

    def run(properties: Mapping[str, str]) -> Finished:
        lines = "".join(f"{key}={value}\n" for key, value in properties.items())
        (tmp_path / "client.properties").write_text(lines)
        began = time.monotonic()
        more = ["--timeout", LONG, "-vv", "--log-format", "json", "-o", "json"]
        done = reconciler("apply", "--yes", "--command-config", "client.properties", *more)
        assert time.monotonic() - began < float(LONG) / 2, "it waited"
        return done

    return run


def sasl(secured: Secured, password: str) -> dict[str, str]:
    return {
        "bootstrap.servers": secured.sasl,
        "security.protocol": "SASL_PLAINTEXT",
        "sasl.mechanism": "PLAIN",
        "sasl.username": "admin",
        "sasl.password": password,
    }


def diagnosis(done: Finished) -> list[str]:
    return [diagnostic["code"] for diagnostic in done.report["diagnostics"]]


def test_a_wrong_password_ends_the_run_at_once(secured: Secured, apply: Apply) -> None:
    done = apply(sasl(secured, WRONG))
    assert (done.code, diagnosis(done)) == (1, ["authentication-failed"])
    assert WRONG not in done.stdout + done.stderr


def test_the_right_password_is_never_shown_at_any_level(secured: Secured, apply: Apply) -> None:
    done = apply(sasl(secured, PASSWORD))
    assert (done.code, done.report["summary"]["failed"]) == (0, 0)
    assert '"level": "DEBUG"' in done.stderr
    assert PASSWORD not in done.stdout + done.stderr


@pytest.mark.parametrize("report", ["json", "text"])
@pytest.mark.parametrize("source", ["reference", "default of a reference", "variable", "both, the file first"])
def test_a_password_of_the_environment_logs_in_and_is_never_shown(
    source: str, report: str, *, secured: Secured, reconciler: RunReconciler, tmp_path: Path, prefix: str
) -> None:
    topic = re.sub("[^a-z-]", "", prefix)
    (tmp_path / "topics.yaml").write_text(f"version: 1\ntopics: {{{topic}: {{partitions: 1}}}}\n")
    in_file = {
        "reference": "${PROD_PASSWORD}",
        "default of a reference": f"${{NO_SUCH_VARIABLE:-{PASSWORD}}}",
        "both, the file first": "${PROD_PASSWORD}",
    }
    variables = {
        "reference": {"PROD_PASSWORD": PASSWORD},
        "variable": {"KAFKA_SASL_PASSWORD": PASSWORD},
        "both, the file first": {"PROD_PASSWORD": PASSWORD, "KAFKA_SASL_PASSWORD": WRONG},
    }
    properties = sasl(secured, in_file.get(source, ""))
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


@pytest.mark.parametrize("source", ["reference", "variable"])
def test_a_wrong_password_of_the_environment_is_refused_and_never_shown(
    source: str, secured: Secured, reconciler: RunReconciler, tmp_path: Path
) -> None:
    """So the password is the one that was meant, and not what some other place has."""
    (tmp_path / "topics.yaml").write_text("version: 1\ntopics: {a: {partitions: 1}}\n")
    properties = sasl(secured, "${PROD_PASSWORD}" if source == "reference" else "")
    lines = "".join(f"{key}={value}\n" for key, value in properties.items() if value)
    (tmp_path / "client.properties").write_text(lines)
    variable = "PROD_PASSWORD" if source == "reference" else "KAFKA_SASL_PASSWORD"
    arguments = ["--command-config", "client.properties", "--timeout", LONG, "-vv", "-o", "json"]
    done = reconciler("plan", *arguments, "--report", "report.txt", env={variable: WRONG})
    assert (done.code, diagnosis(done)) == (1, ["authentication-failed"])
    assert WRONG not in done.stdout + done.stderr + (tmp_path / "report.txt").read_text()


def test_a_login_of_variables_alone_needs_no_file(
    secured: Secured, reconciler: RunReconciler, tmp_path: Path, prefix: str
) -> None:
    (tmp_path / "topics.yaml").write_text(f"version: 1\ntopics: {{{prefix}: {{partitions: 1}}}}\n")
    variables = {f"KAFKA_{key.upper().replace('.', '_')}": value for key, value in sasl(secured, PASSWORD).items()}
    done = reconciler("apply", "--yes", "-vv", "-o", "json", "--timeout", LONG, env=variables)
    assert (done.code, done.report["summary"]["applied"]) == (0, 1)
    assert PASSWORD not in done.stdout + done.stderr


def test_an_untrusted_certificate_ends_the_run_at_once(secured: Secured, apply: Apply) -> None:
    done = apply({"bootstrap.servers": secured.tls, "security.protocol": "SSL"})
    assert (done.code, diagnosis(done)) == (1, ["untrusted-certificate"])
    assert "ssl.ca.location" in done.report["diagnostics"][0]["hint"]


def test_a_trusted_certificate_is_taken(secured: Secured, apply: Apply) -> None:
    trusted = {"ssl.ca.location": str(secured.authority)}
    done = apply({"bootstrap.servers": secured.tls, "security.protocol": "SSL", **trusted})
    assert done.code == 0


def test_a_broker_that_sends_its_clients_to_no_such_host_is_said_so_at_once(apply: Apply) -> None:
    port = free_port()
    with start(port=port, properties={"advertised.listeners": f"PLAINTEXT://nowhere.invalid:{port}"}):
        done = apply({"bootstrap.servers": f"127.0.0.1:{port}"})
    assert (done.code, diagnosis(done)) == (1, ["no-such-host"])
    assert "nowhere.invalid" in done.report["diagnostics"][0]["message"]


def test_a_controllers_listener_is_said_to_be_one_at_once(secured: Secured, apply: Apply) -> None:
    done = apply({"bootstrap.servers": secured.controller})
    assert (done.code, diagnosis(done)) == (1, ["controller-listener"])
    assert "the listener of a controller, not of a broker" in done.report["diagnostics"][0]["message"]
    assert done.report["statistics"]["requests"]["metadata"] == 1


@dataclass(frozen=True)
class Symptom:
    """What a client with ``properties`` is told at a ``door``, among other ``words``.

    ``{folder}`` is where the authorities' files are, ``{authority}`` what one of them holds, ``{tokens}`` a token
    server whose paths are statuses.
    """

    door: str
    properties: Mapping[str, str]
    code: str
    words: str
    seconds: float = float(LONG)


LOGS_IN = {"sasl.mechanism": "PLAIN", "sasl.username": "admin", "sasl.password": PASSWORD}
TRUSTS = {"ssl.ca.location": "{folder}/authority.pem"}
TLS = {"security.protocol": "SSL", **TRUSTS}
SASL_TLS = {"security.protocol": "SASL_SSL", **TRUSTS, **LOGS_IN}
AWAY = {
    "sasl.mechanism": "OAUTHBEARER",
    "sasl.oauthbearer.method": "oidc",
    "sasl.oauthbearer.client.id": "me",
    "sasl.oauthbearer.client.secret": "mine",
    "sasl.oauthbearer.token.endpoint.url": "http://127.0.0.1:1/token",
}
SYMPTOMS = {
    "no SASL at a SASL port": Symptom("SASL_PLAIN", {}, "sasl-required", "SASL_PLAINTEXT"),
    "TLS without SASL at a port for both": Symptom("SASL_TLS", TLS, "sasl-required", "SASL_SSL"),
    "plaintext at a TLS port": Symptom("TLS", {}, "tls-required", "to SSL, or to SASL_SSL"),
    "plaintext at a port for SASL and TLS": Symptom("SASL_TLS", {}, "tls-required", "SASL_SSL"),
    "plaintext at a port for client certificates": Symptom("MUTUAL", {}, "tls-required", "SSL"),
    "SASL without TLS at a port for both": Symptom(
        "SASL_TLS", {**LOGS_IN, "security.protocol": "SASL_PLAINTEXT"}, "tls-required", "to SASL_SSL"
    ),
    "TLS at a plaintext port": Symptom("PLAIN", TLS, "tls-on-plaintext", "or SASL_PLAINTEXT"),
    "SASL and TLS at a port with SASL only": Symptom("SASL_PLAIN", SASL_TLS, "tls-on-plaintext", "or SASL_PLAINTEXT"),
    "SASL at a plaintext port": Symptom(
        "PLAIN", {**LOGS_IN, "security.protocol": "SASL_PLAINTEXT"}, "no-sasl", "PLAINTEXT"
    ),
    "SASL at a port with TLS only": Symptom("TLS", SASL_TLS, "no-sasl", "SSL"),
    "no client certificate": Symptom("MUTUAL", TLS, "client-certificate", "ssl.certificate.location"),
    "another host's certificate": Symptom(
        "ELSEWHERE", TLS, "certificate-name", "is for elsewhere.example, not for 127.0.0.1"
    ),
    "an expired certificate": Symptom("EXPIRED", TLS, "certificate-dates", "expired on 2021-01-01"),
    "a certificate of the future": Symptom("EARLY", TLS, "certificate-dates", "not valid before 2200-01-01"),
    "an expired certificate of another host": Symptom("OLD_ELSEWHERE", TLS, "certificate-name", "elsewhere.example"),
    "an expired certificate whose host does not matter": Symptom(
        "OLD_ELSEWHERE",
        {**TLS, "ssl.endpoint.identification.algorithm": "none"},
        "certificate-dates",
        "expired on 2021-01-01",
    ),
    "another authority": Symptom(
        "TLS",
        {**TLS, "ssl.ca.location": "{folder}/another.pem"},
        "untrusted-certificate",
        "not signed by a certificate authority in {folder}/another.pem (ssl.ca.location)",
    ),
    "an expired certificate of another authority": Symptom(
        "EXPIRED", {**TLS, "ssl.ca.location": "{folder}/another.pem"}, "untrusted-certificate", "another.pem"
    ),
    "another authority, as a text": Symptom(
        "TLS",
        {"security.protocol": "SSL", "ssl.ca.pem": "{another}"},
        "untrusted-certificate",
        "not signed by a certificate authority in ssl.ca.pem",
    ),
    "an expired certificate of an authority that is given as a text": Symptom(
        "EXPIRED", {"security.protocol": "SSL", "ssl.ca.pem": "{authority}"}, "certificate-dates", "on 2021-01-01"
    ),
    "a directory without the authority": Symptom(
        "TLS", {**TLS, "ssl.ca.location": "{folder}/nothing"}, "untrusted-certificate", "in {folder}/nothing (ssl.ca"
    ),
    "no authority": Symptom(
        "TLS",
        {"security.protocol": "SSL"},
        "untrusted-certificate",
        "not signed by a certificate authority among those",
    ),
    "a wrong password": Symptom(
        "SASL_TLS", {**SASL_TLS, "sasl.password": WRONG}, "authentication-failed", "sasl.password"
    ),
    "a wrong mechanism": Symptom(
        "SASL_TLS", {**SASL_TLS, "sasl.mechanism": "SCRAM-SHA-256"}, "authentication-failed", "mechanisms: PLAIN"
    ),
    "no token server": Symptom("SASL_TLS", {**SASL_TLS, **AWAY}, "no-token", "token.endpoint.url", seconds=4),
    "a token server that refuses": Symptom(
        "SASL_TLS",
        {**SASL_TLS, **AWAY, "sasl.oauthbearer.token.endpoint.url": "{tokens}/401"},
        "token-refused",
        "client.id",
    ),
    "a token server that has no token": Symptom(
        "SASL_TLS",
        {**SASL_TLS, **AWAY, "sasl.oauthbearer.token.endpoint.url": "{tokens}/200"},
        "not-a-token",
        "access_token",
    ),
    "a token server that fails": Symptom(
        "SASL_TLS",
        {**SASL_TLS, **AWAY, "sasl.oauthbearer.token.endpoint.url": "{tokens}/503"},
        "no-answer",
        "the OAuth token server may be the cause: {tokens}/503",
        seconds=4,
    ),
}
DOORS = {
    "PLAIN": "PLAINTEXT",
    "SASL_PLAIN": "SASL_PLAINTEXT",
    "SASL_TLS": "SASL_SSL",
    "TLS": "SSL",
    "MUTUAL": "SSL",
    "ELSEWHERE": "SSL",
    "EXPIRED": "SSL",
    "EARLY": "SSL",
    "OLD_ELSEWHERE": "SSL",
}


@dataclass(frozen=True)
class Doors:
    """The addresses of one broker's listeners, and the folder with the authorities' files."""

    addresses: Mapping[str, str]
    folder: Path


def issued(authority: trustme.CA, name: str, *, year: int) -> trustme.LeafCert:
    """A certificate for one year."""
    first, last = (datetime(each, 1, 1, tzinfo=UTC) for each in (year, year + 1))
    return authority.issue_cert(name, not_before=first, not_after=last)


@pytest.fixture(scope="module")
def doors(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Doors]:
    folder = tmp_path_factory.mktemp("doors")
    authority = trustme.CA()
    authority.cert_pem.write_to_path(folder / "authority.pem")
    trustme.CA().cert_pem.write_to_path(folder / "another.pem")
    (folder / "nothing").mkdir()
    certificates = {
        "tls": authority.issue_cert("127.0.0.1"),
        "elsewhere": authority.issue_cert("elsewhere.example"),
        "expired": issued(authority, "127.0.0.1", year=2020),
        "early": issued(authority, "127.0.0.1", year=2200),
        "old_elsewhere": issued(authority, "elsewhere.example", year=2020),
    }
    for name, certificate in certificates.items():
        (folder / f"{name}.pem").write_bytes(key_and_certificates(certificate))
    controller, *ports = (free_port() for _ in range(len(DOORS) + 1))
    addresses = {name: f"127.0.0.1:{port}" for name, port in zip(DOORS, ports, strict=True)}
    listeners = ",".join(f"{name}://{address}" for name, address in addresses.items())
    jaas = f'{LOGIN} username="admin" password="{PASSWORD}" user_admin="{PASSWORD}";'
    properties = {
        "listeners": f"{listeners},CONTROLLER://127.0.0.1:{controller}",
        "advertised.listeners": listeners,
        "inter.broker.listener.name": "PLAIN",
        "listener.security.protocol.map": ",".join(f"{a}:{b}" for a, b in {**DOORS, "CONTROLLER": "PLAINTEXT"}.items()),
        "controller.quorum.voters": f"1@127.0.0.1:{controller}",
        "sasl.enabled.mechanisms": "PLAIN",
        "ssl.keystore.type": "PEM",
        "ssl.keystore.location": str(folder / "tls.pem"),
        "ssl.truststore.type": "PEM",
        "ssl.truststore.location": str(folder / "authority.pem"),
        "listener.name.mutual.ssl.client.auth": "required",
        **{
            f"listener.name.{name}.ssl.keystore.location": str(folder / f"{name}.pem")
            for name in certificates.keys() - {"tls"}
        },
        "listener.name.sasl_plain.plain.sasl.jaas.config": jaas,
        "listener.name.sasl_tls.plain.sasl.jaas.config": jaas,
    }
    with start(port=ports[0], properties=properties):
        yield Doors(addresses, folder)


class Refuses(BaseHTTPRequestHandler):
    """An OAuth token server that answers with the status that is its path."""

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(int(self.path.removeprefix("/")))
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"{}")

    def log_message(self, *_: object) -> None:
        """Nothing."""


@pytest.fixture(scope="module")
def tokens() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Refuses) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@pytest.mark.parametrize("symptom", SYMPTOMS.values(), ids=SYMPTOMS)
def test_each_symptom_is_told_as_its_cause(symptom: Symptom, doors: Doors, tokens: str) -> None:
    def filled(text: str) -> str:
        pems = {name: (doors.folder / f"{name}.pem").read_text() for name in ("authority", "another")}
        for name, value in {**pems, "folder": str(doors.folder), "tokens": tokens}.items():
            text = text.replace(f"{{{name}}}", value)
        return text

    properties = {key: filled(value) for key, value in symptom.properties.items()}
    servers = {"bootstrap.servers": doors.addresses[symptom.door]}
    began = time.monotonic()
    with pytest.raises(ClusterUnavailable) as raised:
        Connection({**servers, **properties}, limit=TimeLimit(symptom.seconds)).metadata()
    assert time.monotonic() - began < float(LONG) / 2, "it waited"
    (diagnostic,) = raised.value.diagnostics
    assert diagnostic.code == symptom.code, diagnostic
    assert diagnostic.hint is not None
    assert filled(symptom.words) in f"{diagnostic.message}\n{diagnostic.hint}"
    assert raised.value.is_final == (symptom.seconds == float(LONG))
