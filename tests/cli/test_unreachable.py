"""A cluster that cannot be reached: the real cause, in time, exit 1, and a report all the same."""

from __future__ import annotations

import json
import socket
import time
from pathlib import Path

import pytest

from tests.support.command import PROJECT, Finished, RunReconciler
from tests.support.listener import listener, silence
from tests.support.ordinary_user import modes
from tests.wire.proxy import free_port


def http(connection: socket.socket) -> None:
    connection.recv(1024)
    connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")


def hang_up(connection: socket.socket) -> None:
    connection.close()


def plan(reconciler: RunReconciler, tmp_path: Path, address: str, *more: str) -> Finished:
    report = tmp_path / "report.json"
    done = reconciler("plan", "--bootstrap-server", address, "--timeout", "2", "--report", report, *more, cwd=PROJECT)
    assert (done.code, done.stdout) == (1, "")
    written = json.loads(report.read_text())
    assert written["run"]["status"] == "failed"
    assert written["cluster"] is None
    assert written["manifest"] is not None
    assert all(diagnostic["message"] in done.stderr for diagnostic in written["diagnostics"])
    return done


def test_nobody_listens(reconciler: RunReconciler, tmp_path: Path) -> None:
    address = f"127.0.0.1:{free_port()}"
    assert f"cannot connect to {address}: connection refused" in plan(reconciler, tmp_path, address).stderr


def test_no_such_host_is_said_without_waiting(reconciler: RunReconciler, tmp_path: Path) -> None:
    done = plan(reconciler, tmp_path, "kafka.invalid:9092", "--timeout", "100")
    assert "cannot connect to kafka.invalid:9092: no such host" in done.stderr


def test_one_good_host_among_the_bad_is_waited_for(reconciler: RunReconciler, tmp_path: Path) -> None:
    done = plan(reconciler, tmp_path, f"kafka.invalid:9092,127.0.0.1:{free_port()}")
    assert "no such host" in done.stderr
    assert "connection refused" in done.stderr


def test_not_kafka_is_said_without_waiting(reconciler: RunReconciler, tmp_path: Path) -> None:
    with listener(http) as port:
        done = plan(reconciler, tmp_path, f"127.0.0.1:{port}", "--timeout", "100")
    assert "the server at this port is not Kafka" in done.stderr


def test_silence(reconciler: RunReconciler, tmp_path: Path) -> None:
    with listener(silence) as port:
        done = plan(reconciler, tmp_path, f"127.0.0.1:{port}")
    assert f"no answer from 127.0.0.1:{port} within 2 s" in done.stderr


def test_a_port_that_hangs_up(reconciler: RunReconciler, tmp_path: Path) -> None:
    with listener(hang_up) as port:
        done = plan(reconciler, tmp_path, f"127.0.0.1:{port}")
    assert "the connection was closed before the first response" in done.stderr


def test_every_wrong_property_is_said_with_its_line(reconciler: RunReconciler, tmp_path: Path) -> None:
    config = tmp_path / "client.properties"
    config.write_text("# ours\nsecurity.protocol=PLAINTEXT\nssl.truststore.location=/x\nacks2=1\n")
    done = plan(reconciler, tmp_path, "127.0.0.1:1", "--command-config", str(config))
    assert f"{config}:3:1: error: ssl.truststore.location: Java TrustStores are not supported" in done.stderr
    assert f"{config}:4:1: error: acks2: No such configuration property" in done.stderr
    assert "not of the Java client" in done.stderr


def test_a_property_file_that_is_no_property_file(reconciler: RunReconciler, tmp_path: Path) -> None:
    config = tmp_path / "client.properties"
    config.write_text("security.protocol=PLAINTEXT\nhunter2\n")
    done = plan(reconciler, tmp_path, "127.0.0.1:1", "--command-config", str(config))
    assert f"{config}:2:1: error: expected key=value" in done.stderr
    assert "hunter2" not in done.stderr


def test_a_missing_property_file(reconciler: RunReconciler, tmp_path: Path) -> None:
    done = plan(reconciler, tmp_path, "127.0.0.1:1", "--command-config", "nowhere.properties")
    assert "nowhere.properties cannot be read: No such file or directory" in done.stderr


@pytest.mark.parametrize("command", ["plan", "apply"])
def test_secrets_of_the_property_file_are_never_shown(command: str, reconciler: RunReconciler, tmp_path: Path) -> None:
    config = tmp_path / "client.properties"
    config.write_text(
        "security.protocol=SASL_PLAINTEXT\nsasl.mechanism=PLAIN\nsasl.username=app\nsasl.password=hunter2\n"
    )
    report = tmp_path / "report.json"
    yes = ["--yes"] if command == "apply" else []
    address = f"127.0.0.1:{free_port()}"
    arguments = ["--bootstrap-server", address, "--timeout", "1", "--report", str(report)]
    done = reconciler(command, *arguments, *yes, "--command-config", config, cwd=PROJECT)
    assert done.code == 1
    assert "hunter2" not in done.stdout + done.stderr + report.read_text()


def test_waiting_is_said_unless_quiet(reconciler: RunReconciler, tmp_path: Path) -> None:
    with listener(silence) as port:
        loud, quiet = (plan(reconciler, tmp_path, f"127.0.0.1:{port}", *more) for more in ((), ("-q",)))
    assert f"waiting for an answer from 127.0.0.1:{port}; giving up after 2 s" in loud.stderr
    assert "waiting" not in quiet.stderr


def test_a_wrong_manifest_is_said_at_once_though_the_cluster_is_silent(
    reconciler: RunReconciler, tmp_path: Path
) -> None:
    (tmp_path / "topics.yaml").write_text("version: 1\ntopics: {a: {partitons: 1}}\n")
    with listener(silence) as port:
        began = time.monotonic()
        done = reconciler("plan", "--bootstrap-server", f"127.0.0.1:{port}", "--timeout", "100", cwd=tmp_path)
    assert done.code == 1
    assert "unknown key 'partitons' in topics.a" in done.stderr
    assert "waiting" not in done.stderr
    assert time.monotonic() - began < 50, "nobody waited for the cluster"


def test_a_hint_keeps_its_own_line_breaks(reconciler: RunReconciler, tmp_path: Path) -> None:
    done = plan(reconciler, tmp_path, f"127.0.0.1:{free_port()}")
    assert "\n  librdkafka: " in done.stderr
    assert "\\n" not in done.stderr


@pytest.mark.parametrize(
    ("properties", "named"),
    [
        ("c.properties", "c.properties"),
        ("closed/c.properties", "closed/c.properties"),
        ("closed", "closed"),
        ("ca.properties", "ssl.ca.location: ca.pem"),
    ],
)
def test_properties_and_keys_that_may_not_be_read_are_an_error_with_a_report(
    properties: str, named: str, ordinary_user: RunReconciler, tmp_path: Path
) -> None:
    (tmp_path / "closed").mkdir()
    (tmp_path / "topics.yaml").write_text("version: 1\ntopics: {a: {}}\n")
    (tmp_path / "ca.properties").write_text("security.protocol=SSL\nssl.ca.location=ca.pem\n")
    with modes(tmp_path, {"closed": 0, "c.properties": 0, "ca.pem": 0}):
        done = ordinary_user("plan", "--bootstrap-server", "h:1", "--command-config", properties, "-o", "json")
    assert done.code == done.report["run"]["exit_code"] == 1
    assert f"{named} cannot be read: " in done.stderr
