"""A plan that the broker validates, on whichever cluster."""

from __future__ import annotations

from pathlib import Path

from reconciler.sandbox import Sandbox
from tests.broker.another_client import AnotherClient
from tests.support.command import RunReconciler


def check_dry_run(sandbox: Sandbox, reconciler: RunReconciler, tmp_path: Path) -> None:
    """A plan with one of everything, of which the broker refuses a half, and does nothing."""
    client = AnotherClient(sandbox)
    client.create("checked.there")
    (tmp_path / "topics.yaml").write_text(
        "version: 1\n"
        "topics:\n"
        "  checked.bad: {replication_factor: 7}\n"
        "  checked.good: {partitions: 2}\n"
        "  checked.there: {partitions: 3, allow: [partition-increase], config: {no.such.key: x}}\n"
    )
    done = reconciler("plan", "--bootstrap-server", sandbox.bootstrap_servers, "-o", "json")
    assert done.code == 3
    topics = {topic["name"]: topic for topic in done.report["topics"]}
    assert topics["checked.bad"]["error"]["name"] == "INVALID_REPLICATION_FACTOR"
    assert topics["checked.good"]["status"] == "planned"
    assert {change["field"]: change["status"] for change in topics["checked.there"]["changes"]} == {
        "partitions": "planned",
        "config.no.such.key": "refused",
    }
    assert not client.exists("checked.good")
    assert client.partitions("checked.there") == 1
