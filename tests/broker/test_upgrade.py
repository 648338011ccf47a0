"""What a cluster of Kafka 3.9 leaves behind for a newer one."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest
from confluent_kafka.admin import NewTopic

from reconciler.errors import SandboxError
from reconciler.sandbox.jars import jars
from reconciler.sandbox.java import find_java
from reconciler.sandbox.kafka_nodes import plan_nodes, write_properties
from reconciler.sandbox.servers import await_end, await_ready, format_storage, guarded
from reconciler.sandbox.versions import full_version
from tests.support.clients import AdminClient


def java(version: str) -> list[str]:
    """The beginning of a command line that runs Kafka of ``version``."""
    paths = jars(full_version(version), os.environ, lambda _line: None)
    return [
        find_java(os.environ).program,
        "-Xmx512m",
        "-XX:TieredStopAtLevel=1",
        "-cp",
        os.pathsep.join(map(str, paths)),
    ]


@pytest.mark.parametrize(("segment_bytes", "starts"), [("100000", False), ("1048576", True)])
def test_a_newer_broker_does_not_start_with_a_topic_of_small_segments(
    segment_bytes: str, starts: bool, tmp_path: Path
) -> None:
    (node,) = plan_nodes(1, tmp_path / "nodes")
    write_properties([node], {})
    with guarded(java("3.9"), tmp_path / "nodes") as old:
        format_storage(java("3.9"), node, "4L6g3nShT-eMCtK--X86sw")
        pid = old.start(node)
        await_ready({node: pid})
        topic = NewTopic("t", num_partitions=1, replication_factor=1, config={"segment.bytes": segment_bytes})
        admin = AdminClient({"bootstrap.servers": f"127.0.0.1:{node.port}", "log_level": 0})
        admin.create_topics([topic])["t"].result(60)
        while "t" not in admin.list_topics(timeout=60).topics:
            pass  # each look waits for the broker's answer
        os.kill(pid, signal.SIGTERM)
        assert await_end(pid)
        with guarded(java("4.4"), tmp_path / "new") as new:
            pid = new.start(node)
            if starts:
                await_ready({node: pid})
            else:
                with pytest.raises(SandboxError, match="did not start"):
                    await_ready({node: pid})
                assert "Invalid value 100000 for configuration segment.bytes" in node.log_file.read_text()
