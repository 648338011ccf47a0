"""Kafka's own topics in a manifest: they are changed where they exist, and never created."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from reconciler.sandbox import Sandbox, start
from tests.broker.another_client import OFFSETS, AnotherClient
from tests.support.command import RunReconciler


@pytest.fixture
def fresh() -> Iterator[Sandbox]:
    """A Kafka of which nobody has used a group yet."""
    with start() as sandbox:
        yield sandbox


def test_the_offsets_topic_is_never_created_and_changed_where_it_exists(
    fresh: Sandbox, reconciler: RunReconciler, tmp_path: Path
) -> None:
    (tmp_path / "topics.yaml").write_text(
        "version: 1\npolicy: {protected_topics: []}\ntopics:\n"
        f"  {OFFSETS}: {{config: {{segment.bytes: 64MiB}}}}\n"
        "  orders: {}\n"
    )
    client = AnotherClient(fresh)
    servers = ["--bootstrap-server", fresh.bootstrap_servers, "-o", "json"]
    for done in (reconciler("plan", *servers), reconciler("apply", *servers, "--yes")):
        assert done.code == 3
        assert done.report["topics"][0]["refusal"]["kind"] == "impossible"
    assert client.exists("orders")
    assert not client.exists(OFFSETS)

    client.create("any")
    client.make_offsets_topic("any")
    before = client.overrides(OFFSETS)
    assert before["cleanup.policy"] == "compact"
    done = reconciler("apply", *servers, "--yes")
    assert done.code == 0, done.stderr
    assert client.overrides(OFFSETS) == {**before, "segment.bytes": str(64 * 1024 * 1024)}
    assert reconciler("plan", *servers).report["summary"]["skip"] == 2
