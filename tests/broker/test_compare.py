"""``compare`` on a real broker: what somebody changed by hand since a run, and what a manifest does not have."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from reconciler.sandbox import Sandbox
from tests.broker.another_client import AnotherClient
from tests.support.command import Finished, RunReconciler
from tests.support.secured import Secured


def test_a_cluster_a_report_and_a_manifest_side_by_side(
    kafka: Sandbox,
    prefix: str,
    reconciler: RunReconciler,
    manifest: Callable[[str], None],
    apply: Callable[..., Finished],
) -> None:
    def compare(a: str, b: str) -> Any:
        only = ("--only", f"{prefix}.*", "--bootstrap-server", kafka.bootstrap_servers)
        return json.loads(reconciler("compare", a, b, *only, "-o", "json").stdout)

    client = AnotherClient(kafka)
    settings = "{partitions: 2, config: {retention.ms: 7d, cleanup.policy: [delete]}}"
    manifest("\n".join(f"{prefix}.{name}: {settings}" for name in ("same", "changed", "gone")))
    assert apply("--report", "applied.json").code == 0
    assert compare("cluster", kafka.bootstrap_servers)["equal"]
    assert compare("topics.yaml", "cluster")["equal"]
    assert compare("applied.json", "cluster")["equal"]
    client.set_config(f"{prefix}.changed", "segment.ms", "60000")
    client.delete(f"{prefix}.gone")
    client.create(f"{prefix}.extra")
    for side in ("topics.yaml", "applied.json"):
        found = compare(side, "cluster")
        assert [(each["topic"], each["field"], each["a"]) for each in found["different"]] == [
            (f"{prefix}.changed", "config.segment.ms", None)
        ]
        assert found["only_in_a"] == [f"{prefix}.gone"]
        is_manifest = side == "topics.yaml"
        assert (found["only_in_b"], found["beyond_report"]) == (([f"{prefix}.extra"], 0) if is_manifest else ([], 1))


@pytest.mark.parametrize("words", [("admin", "guest"), ("guest", "admin")])
def test_a_topic_that_a_principal_may_not_see_is_not_called_missing(
    words: tuple[str, str], secured_kafka: Secured, tmp_path: Path, reconciler: RunReconciler
) -> None:
    for who in words:
        lines = "".join(f"{key}={value}\n" for key, value in secured_kafka.certificate(who).items())
        (tmp_path / f"{who}.properties").write_text(lines)
    (tmp_path / "topics.yaml").write_text("version: 1\ntopics: {compared.by.guests: {partitions: 1}}\n")
    assert reconciler("apply", "--yes", "--command-config", "admin.properties").code in {0, 3}
    sides = [f"cluster:{who}.properties" for who in words]
    done = reconciler("compare", *sides, "--only", "compared.*", "-o", "json")
    found = json.loads(done.stdout)
    assert (done.code, found["equal"], found["only_in_a"], found["only_in_b"]) == (1, False, [], [])
    assert found["not_compared"] == [{"topic": "compared.by.guests", "field": None, "reason": "unreadable"}]
    assert "topic authorization failed" in done.stderr.lower()
