"""``compare`` on a real broker: what somebody changed by hand since a run, and what a manifest does not have."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from reconciler.sandbox import Sandbox
from tests.broker.another_client import AnotherClient
from tests.support.command import Finished, RunReconciler


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
