"""What changes do to partitions whose replicas are not all in sync, or that have no leader, on real brokers."""

from __future__ import annotations

import os
import signal
from pathlib import Path

from confluent_kafka.admin import NewTopic

from reconciler.sandbox import Sandbox, start
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


def test_partitions_that_would_refuse_writes_and_those_without_a_leader_are_counted(
    reconciler: RunReconciler, tmp_path: Path
) -> None:
    (tmp_path / "topics.yaml").write_text(
        "version: 1\ntopics:\n"
        "  alone: {config: {unclean.leader.election.enable: true}}\n"
        "  short: {config: {min.insync.replicas: 3, compression.type: zstd}}\n"
    )
    with start(brokers=3, properties={"broker.session.timeout.ms": "3000"}) as sandbox:
        client = AnotherClient(sandbox)
        alone = NewTopic("alone", num_partitions=2, replica_assignment=[[1], [3]])
        short = NewTopic("short", num_partitions=2, replica_assignment=[[1, 2, 3], [2, 1, 3]])
        for answer in client.admin.create_topics([alone, short]).values():
            answer.result(60)
        os.kill(sandbox.brokers[2].pid, signal.SIGKILL)
        while client.leaderless("alone") != 1 or client.in_sync("short") != [2, 2]:
            pass  # each look waits for a broker's answer
        arguments = ["--bootstrap-server", sandbox.bootstrap_servers, "-o", "json"]
        done = reconciler("apply", "--yes", *arguments)
        assert (done.code, client.overrides("alone")) == (3, {})
        [election], [compressed, in_sync] = [topic["changes"] for topic in done.report["topics"]]
        assert (election["consent"]["kind"], election["impact"]["partitions"]) == ("durability-loss", 1)
        assert (in_sync["consent"]["kind"], in_sync["impact"]["partitions"]) == ("availability-loss", 2)
        assert compressed["status"] == "applied"
        assert client.overrides("short") == {"compression.type": "zstd"}
        done = reconciler(
            "apply", "--yes", *arguments, "--allow", "durability-loss", "--allow", "availability-loss=short"
        )
        assert done.code == 0, done.report
        assert client.overrides("short") == {"compression.type": "zstd", "min.insync.replicas": "3"}
        assert client.overrides("alone") == {"unclean.leader.election.enable": "true"}
