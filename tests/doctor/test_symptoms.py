"""What is told of an address where no Kafka answers: the cause, what to do, exit 1, soon."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.support.checks import Found, found
from tests.support.command import RunReconciler
from tests.support.listener import listener, silence
from tests.wire.fake_kafka import FakeKafka
from tests.wire.faults import Fault
from tests.wire.proxy import free_port

SECONDS = "1"


def http(connection: socket.socket) -> None:
    connection.recv(1024)
    connection.sendall(b"HTTP/1.1 400 Bad Request\r\nServer: nginx\r\n\r\n")


def http_by_line(connection: socket.socket) -> None:
    """A server that answers whole lines only, as some do."""
    connection.settimeout(5)
    if connection.recv(4) == b"GET ":
        http(connection)


def ssh(connection: socket.socket) -> None:
    connection.sendall(b"SSH-2.0-OpenSSH_9.6\r\n")


def hang_up(connection: socket.socket) -> None:
    connection.close()


def hang_up_when_asked(connection: socket.socket) -> None:
    """As a proxy does whose broker is down."""
    connection.recv(1024)
    connection.close()


@dataclass(frozen=True)
class Symptom:
    """A server, and which check of its port fails, with a code, and words of its detail and remedy."""

    talk: Callable[[socket.socket], None]
    check: str
    code: str
    detail: str
    remedy: str


SYMPTOMS = {
    "an HTTP server": Symptom(http, "kafka-protocol", "http", "'HTTP/1.1 400 Bad Request'", "HTTP proxies"),
    "an HTTP server that waits for a line": Symptom(
        http_by_line, "kafka-protocol", "http", "an HTTP server or proxy answers there", "HTTP proxies"
    ),
    "another server": Symptom(ssh, "kafka-protocol", "not-kafka", "'SSH-2.0-OpenSSH_9.6'", "the address and the port"),
    "a proxy that closes at once": Symptom(
        hang_up, "kafka-protocol", "dropped", "closed before the first response", "a proxy whose broker is down"
    ),
    "a proxy that closes when asked": Symptom(
        hang_up_when_asked, "kafka-protocol", "dropped", "closed before the first response", "a proxy whose broker is"
    ),
    "a server that never answers": Symptom(
        silence, "kafka-protocol", "no-answer", "takes the connection, but does not answer", "a proxy or a firewall"
    ),
}


def doctor(reconciler: RunReconciler, address: str, *more: str) -> Found:
    began = time.monotonic()
    done = reconciler("doctor", "--bootstrap-server", address, "--timeout", SECONDS, "-o", "json", *more)
    assert time.monotonic() - began < 30, "twice the time of one check is the most"
    return found(done)


@pytest.mark.parametrize("symptom", SYMPTOMS.values(), ids=SYMPTOMS)
def test_what_is_not_kafka_is_told_by_its_symptom(symptom: Symptom, reconciler: RunReconciler) -> None:
    with listener(symptom.talk) as port:
        checks = doctor(reconciler, f"127.0.0.1:{port}")
    assert (checks.code, checks.failures) == (1, [symptom.check])
    check = checks.check(symptom.check)
    assert check["code"] == symptom.code
    assert symptom.detail in check["detail"]
    assert symptom.remedy in check["remedy"]
    assert checks.statuses()["tcp-connection"] == "ok"
    assert checks.check("authentication")["detail"] == "kafka-protocol failed"


def test_nobody_listens(reconciler: RunReconciler) -> None:
    checks = doctor(reconciler, f"127.0.0.1:{free_port()}")
    assert checks.failures == ["tcp-connection"]
    check = checks.check("tcp-connection")
    assert (check["code"], check["detail"]) == ("connection-refused", "connection refused")
    assert "inside a container, localhost is the container itself" in check["remedy"]


def test_a_host_name_that_does_not_exist(reconciler: RunReconciler) -> None:
    checks = doctor(reconciler, "kafka.invalid:9092")
    assert checks.failures == ["name-resolution"]
    assert checks.check("name-resolution")["code"] == "no-such-host"
    assert {status for name, status in checks.statuses().items() if name != "properties"} == {"failed", "skipped"}


def test_each_address_has_its_own_checks_at_the_same_time(reconciler: RunReconciler) -> None:
    with listener(silence) as one, listener(silence) as other:
        checks = doctor(reconciler, f"127.0.0.1:{one},127.0.0.1:{other},kafka.invalid:9092")
    assert checks.failures == ["kafka-protocol", "kafka-protocol", "name-resolution"]
    assert checks.document["duration_seconds"] < 2 * float(SECONDS) + 1


def test_an_http_proxy_in_the_environment_is_named_where_it_does_not_help(reconciler: RunReconciler) -> None:
    """Packets to that network (RFC 5737) go nowhere, or a router or firewall refuses them."""
    done = reconciler(
        *("doctor", "--bootstrap-server", "192.0.2.1:9092", "--timeout", "0.5", "-o", "json"),
        env={"HTTPS_PROXY": "http://user:hunter2@proxy:3128"},
    )
    check = found(done).check("tcp-connection")
    assert check["code"] in {"no-answer", "unreachable", "connection-refused"}
    assert "Kafka clients do not use HTTPS_PROXY" in check["remedy"]
    assert "hunter2" not in done.stdout + done.stderr


def test_a_broker_that_hangs_after_the_first_answer_fails_within_the_time(reconciler: RunReconciler) -> None:
    with FakeKafka(Fault(api="metadata", delay=1000, times=None)) as kafka:
        checks = doctor(reconciler, kafka.bootstrap_servers)
    assert checks.failures == ["authentication"]
    assert checks.check("authentication")["code"] == "no-answer"
    assert checks.document["duration_seconds"] < 2 * float(SECONDS) + 1


def test_an_option_that_names_no_cluster_is_a_wrong_usage(reconciler: RunReconciler) -> None:
    done = reconciler("doctor")
    assert (done.code, done.stdout) == (64, "")
    assert "no cluster: give --bootstrap-server HOST:PORT" in done.stderr


def test_a_file_of_properties_that_is_wrong_is_a_check_that_fails(reconciler: RunReconciler, tmp_path: Path) -> None:
    (tmp_path / "client.properties").write_text("security.protocol=PLAINTEXT\nhunter2\n")
    done = reconciler("doctor", "--bootstrap-server", "a:1", "--command-config", "client.properties", "-o", "json")
    checks = found(done)
    assert checks.failures == ["properties"]
    assert checks.check("properties")["detail"].startswith("client.properties:2:1: expected key=value")
    assert "hunter2" not in done.stdout + done.stderr


def test_a_wrong_manifest_that_might_name_the_cluster_is_what_fails(reconciler: RunReconciler, tmp_path: Path) -> None:
    (tmp_path / "topics.yaml").write_text("version: 1\ntopics: {a: {partitons: 1}}\n")
    checks = found(reconciler("doctor", "-o", "json"))
    assert checks.failures == ["manifest"]
    assert checks.document["bootstrap_servers"] == []


def test_a_manifest_that_is_named_must_exist(reconciler: RunReconciler) -> None:
    checks = found(reconciler("doctor", "--bootstrap-server", f"127.0.0.1:{free_port()}", "-e", "prod", "-o", "json"))
    assert set(checks.failures) == {"manifest", "tcp-connection"}


def test_a_secret_that_a_server_sends_back_is_not_shown(reconciler: RunReconciler, tmp_path: Path) -> None:
    """What a server answers is shown, so it is searched too."""
    (tmp_path / "client.properties").write_text(
        "security.protocol=SASL_PLAINTEXT\nsasl.mechanism=PLAIN\nsasl.username=me\nsasl.password=correct-horse-staple\n"
    )
    with listener(lambda connection: connection.sendall(b"hello correct-horse-staple\r\n")) as port:
        done = reconciler("doctor", "--bootstrap-server", f"127.0.0.1:{port}", "--command-config", "client.properties")
    assert done.code == 1
    assert "it answered 'hello ***'" in done.stdout
    assert "correct-horse-staple" not in done.stdout + done.stderr
