"""Applies that no single request can carry."""

from __future__ import annotations

from pathlib import Path

from reconciler.sandbox import start
from tests.broker.another_client import AnotherClient
from tests.support.command import RunReconciler


def test_a_wide_topic_among_many_small_ones_is_created_and_one_too_wide_fails_alone(
    reconciler: RunReconciler, tmp_path: Path
) -> None:
    small = "".join(f"  small.{number:04}: {{partitions: 1}}\n" for number in range(1_500))
    wide = "  too-wide: {partitions: 11000}\n  wide: {partitions: 9000}\n"
    (tmp_path / "topics.yaml").write_text(f"version: 1\ntopics:\n{small}{wide}")
    with start() as sandbox:
        done = reconciler("apply", "--yes", "--bootstrap-server", sandbox.bootstrap_servers, "-o", "json")
        assert done.code == 3
        assert (done.report["summary"]["applied"], done.report["summary"]["refused"]) == (1_501, 1)
        (failed,) = (topic for topic in done.report["topics"] if topic["status"] != "applied")
        assert failed["name"] == "too-wide"
        assert "xcessively large" in failed["error"]["message"]
        assert "too large for one request" in failed["error"]["remedy"]
        client = AnotherClient(sandbox)
        assert client.partitions("wide") == 9_000
        assert not client.exists("too-wide")
