"""``doctor`` on a real broker without a lock: what is right passes, and what the manifest says counts."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from reconciler.sandbox import Sandbox
from tests.support.checks import Found
from tests.support.command import RunReconciler

Doctor = Callable[..., Found]


def test_a_cluster_without_a_lock_passes_all_checks(kafka: Sandbox, doctor: Doctor) -> None:
    checks = doctor({"bootstrap.servers": kafka.bootstrap_servers})
    assert (checks.code, checks.failures) == (0, [])
    statuses = checks.statuses()
    assert statuses["manifest"] == statuses["tls"] == "skipped"
    assert {statuses[name] for name in ("name-resolution", "tcp-connection", "kafka-protocol", "authentication")} == {
        "ok"
    }
    assert statuses["api-versions"] == statuses["advertised-address"] == statuses["permission-create"] == "ok"
    assert checks.document["cluster_id"] == checks.check("cluster-id")["detail"]


def test_text_has_a_line_for_each_check_and_their_numbers(
    kafka: Sandbox, reconciler: RunReconciler, prefix: str, manifest: Callable[[str], None]
) -> None:
    manifest(f"{prefix}: {{partitions: 1}}")
    done = reconciler("doctor", "--bootstrap-server", kafka.bootstrap_servers)
    assert done.code == 0
    lines = [" ".join(line.split()) for line in done.stdout.splitlines()]
    assert lines[:2] == ["Client", "ok manifest topics.yaml: 1 topic"]
    address = lines.index(kafka.bootstrap_servers)
    assert lines[address + 1] == "ok name-resolution 127.0.0.1"
    assert "skipped tls: security.protocol is PLAINTEXT, which has no TLS" in lines
    assert f"ok advertised-address broker 1 {kafka.bootstrap_servers}" in lines
    assert done.stdout.splitlines()[-1].startswith("Checks: ")
    quiet = reconciler("doctor", "--bootstrap-server", kafka.bootstrap_servers, "-q")
    assert quiet.stdout.startswith("Checks: ")


def test_another_cluster_than_that_of_the_manifest_fails(kafka: Sandbox, doctor: Doctor, tmp_path: Path) -> None:
    (tmp_path / "topics.yaml").write_text(
        f"version: 1\ncluster: {{id: 4L6g3nShT-eMCtK--X86sw, bootstrap_servers: '{kafka.bootstrap_servers}'}}\n"
        "topics: {a: {}}\n"
    )
    checks = doctor({"client.id": "me"})
    assert checks.failures == ["cluster-id"]
    check = checks.check("cluster-id")
    assert check["code"] == "wrong-cluster"
    assert check["facts"]["expected"] == "4L6g3nShT-eMCtK--X86sw"
    assert checks.check("permission-plan")["detail"] == "cluster-id failed"


def test_a_wrong_manifest_fails_and_the_connection_is_checked_all_the_same(
    kafka: Sandbox, doctor: Doctor, tmp_path: Path
) -> None:
    (tmp_path / "topics.yaml").write_text("version: 1\ntopics: {a: {partitons: 1}}\n")
    checks = doctor({"bootstrap.servers": kafka.bootstrap_servers})
    assert checks.failures == ["manifest"]
    assert "topics.yaml:2:14: unknown key 'partitons'" in checks.check("manifest")["detail"]
    assert checks.statuses()["authentication"] == "ok"
