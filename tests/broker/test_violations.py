"""Topics that violate the policy, on a real broker: refused, while everything else is done."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.broker.another_client import AnotherClient
from tests.support.command import Finished, RunReconciler

Command = Callable[..., Finished]
POLICY = "version: 1\npolicy: {require: [owner]}\n"


@pytest.fixture
def without_policy(tmp_path: Path, prefix: str, client: AnotherClient) -> Callable[[], None]:
    """A manifest of five topics, of which three violate the policy and three are on the cluster; remove the policy."""
    for name in ("changed", "gone", "synced"):
        client.create(f"{prefix}.{name}")
    text = f"""\
topics:
  {prefix}.bad: {{partitions: 1}}
  {prefix}.changed: {{partitions: 2, config: {{retention.ms: 8d}}}}
  {prefix}.gone: {{state: absent, allow: [delete]}}
  {prefix}.good: {{partitions: 1, owner: me}}
  {prefix}.synced: {{partitions: 1}}
"""
    (tmp_path / "topics.yaml").write_text(POLICY + text)

    def remove_policy() -> None:
        (tmp_path / "topics.yaml").write_text(f"version: 1\n{text}")

    return remove_policy


def test_what_violates_the_policy_is_refused_and_everything_else_is_done(
    without_policy: Callable[[], None], prefix: str, plan: Command, apply: Command, client: AnotherClient
) -> None:
    applied = apply()
    assert (applied.code, applied.report["run"]["status"]) == (3, "refused")
    assert {topic["name"].removeprefix(f"{prefix}."): topic["status"] for topic in applied.report["topics"]} == {
        "bad": "refused",
        "changed": "refused",
        "gone": "applied",
        "good": "applied",
        "synced": "unchanged",
    }
    assert [client.exists(f"{prefix}.{name}") for name in ("bad", "gone", "good")] == [False, False, True]
    assert client.overrides(f"{prefix}.changed") == {}
    again = plan()
    assert (again.code, again.report["summary"]["refused"]) == (3, 2)
    without_policy()
    assert (apply("--allow", "partition-increase").code, plan("--detailed-exitcode").code) == (0, 0)
    assert client.overrides(f"{prefix}.changed") == {"retention.ms": "691200000"}


@pytest.mark.usefixtures("without_policy")
def test_a_violation_of_a_topic_in_sync_is_refused_too_but_not_where_it_is_not_chosen(
    prefix: str, plan: Command
) -> None:
    in_sync, chosen = plan("--only", f"{prefix}.synced"), plan("--only", f"{prefix}.good")
    assert (in_sync.code, chosen.code) == (3, 0)
    assert [each["topic"] for each in in_sync.report["diagnostics"] if each["code"] == "policy-required"] == [
        f"{prefix}.synced"
    ]
    assert [each for each in chosen.report["diagnostics"] if each["severity"] == "error"] == []


def test_a_violation_does_not_hide_that_the_cluster_cannot_be_reached(
    reconciler: RunReconciler, tmp_path: Path
) -> None:
    (tmp_path / "topics.yaml").write_text(f"{POLICY}topics: {{bad: {{}}}}\n")
    done = reconciler("plan", "--bootstrap-server", "127.0.0.1:9", "--timeout", "1")
    assert done.code == 1
    assert "policy.require" in done.stderr
