"""What ``min.insync.replicas`` above the number of replicas does on a real broker."""

from __future__ import annotations

from pathlib import Path

from reconciler.sandbox import Sandbox
from tests.broker.another_client import AnotherClient
from tests.support.command import RunReconciler


def test_more_in_sync_replicas_than_replicas_refuse_no_writes(
    reconciler: RunReconciler, kafka: Sandbox, tmp_path: Path
) -> None:
    client = AnotherClient(kafka)
    client.create("few-replicas")
    (tmp_path / "topics.yaml").write_text("version: 1\ntopics: {few-replicas: {config: {min.insync.replicas: 2}}}\n")
    done = reconciler("apply", "--yes", "-o", "json", "--bootstrap-server", kafka.bootstrap_servers)
    (change,) = done.report["topics"][0]["changes"]
    assert (done.code, change["verdict"], change["impact"]["partitions"]) == (0, "safe", 0)
    client.produce("few-replicas", [1_700_000_000_000])  # acks=all
