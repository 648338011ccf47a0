"""Topics that were deleted and created again since an earlier report of a real cluster."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from reconciler.sandbox import Sandbox
from tests.broker.another_client import AnotherClient
from tests.support.command import RunReconciler


class Before:
    """Two topics, a manifest of them, and the place of a report on them."""

    def __init__(self, kafka: Sandbox, prefix: str, folder: Path, reconciler: RunReconciler) -> None:
        self.client = AnotherClient(kafka)
        self.same, self.again = (f"{prefix}.{name}" for name in ("same", "again"))
        self._run = reconciler
        self._servers = kafka.bootstrap_servers
        (folder / "topics.yaml").write_text(f"version: 1\ntopics: {{{self.same}: {{}}, {self.again}: {{}}}}\n")
        self.report = folder / "old.json"

    def plan(self, *more: str) -> Any:
        return self._run("plan", "--bootstrap-server", self._servers, *more)

    def recreate(self) -> None:
        self.client.delete(self.again)
        self.client.create(self.again)

    def edit(self, **changes: Any) -> None:
        self.report.write_text(json.dumps(json.loads(self.report.read_text()) | changes))


@pytest.fixture
def before(kafka: Sandbox, prefix: str, tmp_path: Path, reconciler: RunReconciler) -> Before:
    made = Before(kafka, prefix, tmp_path, reconciler)
    for name in (made.same, made.again):
        made.client.create(name)
    return made


def test_a_topic_that_was_created_again_is_told_and_is_no_change(before: Before) -> None:
    before.plan("--report", str(before.report))
    first = before.client.topic_id(before.again)
    assert "recreated" not in before.plan("--baseline", str(before.report)).stdout
    before.recreate()
    done = before.plan("--baseline", str(before.report), "-o", "json")
    topics = {topic["name"]: topic for topic in done.report["topics"]}
    assert topics[before.again]["recreated"] == {"topic_id": first, "report": str(before.report)}
    assert topics[before.again]["live"]["topic_id"] == before.client.topic_id(before.again)
    assert topics[before.same]["recreated"] is None
    assert (done.code, done.report["summary"]["recreated"], done.report["summary"]["skip"]) == (0, 1, 2)
    shown = before.plan("--baseline", str(before.report), "--detailed-exitcode")
    assert (shown.code, before.same in shown.stdout) == (0, False)
    assert f"recreated since {before.report}" in " ".join(shown.stdout.split())
    assert "In sync: 0 to create, 0 to change, 2 unchanged. 1 topic was recreated." in shown.stdout


def test_a_report_of_another_cluster_is_refused(before: Before) -> None:
    before.plan("--report", str(before.report))
    cluster = json.loads(before.report.read_text())["cluster"]
    before.edit(cluster=cluster | {"id": "another-cluster"})
    done = before.plan("--baseline", str(before.report))
    assert (done.code, done.stdout) == (1, "")
    assert "old.json is a report on the cluster another-cluster, but this is the cluster " in done.stderr


def test_a_report_without_ids_is_a_warning_and_one_that_is_none_is_an_error(before: Before) -> None:
    before.plan("--report", str(before.report))
    topics = json.loads(before.report.read_text())["topics"]
    before.edit(topics=[topic | {"live": topic["live"] | {"topic_id": None}} for topic in topics], format_version="1.0")
    done = before.plan("--baseline", str(before.report))
    assert done.code == 0
    assert "old.json has no topic ids" in done.stderr
    before.report.write_text("no report")
    assert before.plan("--baseline", str(before.report)).code == 1
    before.report.unlink()
    assert "cannot read the report" in before.plan("--baseline", str(before.report)).stderr
