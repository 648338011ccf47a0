"""Where the partitions go that are added to a topic, on brokers in racks."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from reconciler.sandbox import Sandbox, start
from tests.broker.another_client import AnotherClient
from tests.support.command import RunReconciler


def is_even(brokers: list[int], kafka: Sandbox) -> bool:
    """Whether each broker of ``kafka`` is as often among ``brokers`` as every other, but for one."""
    load = Counter(brokers)
    numbers = [load[broker.node_id] for broker in kafka.brokers]
    return max(numbers) - min(numbers) <= 1


APPLY = ("apply", "--yes", "--allow", "partition-increase")


def test_a_topic_that_grows_in_steps_stays_even_over_racks(
    kafka3: Sandbox, tmp_path: Path, reconciler: RunReconciler
) -> None:
    """Each broker has a rack of its own. The broker's own placement starts at a random one in each step."""
    client = AnotherClient(kafka3)
    client.create("growing-in-steps", partitions=1, replicas=2)
    for partitions in (2, 3, 4, 5, 6, 12):
        (tmp_path / "topics.yaml").write_text(
            f"version: 1\ntopics: {{growing-in-steps: {{partitions: {partitions}}}}}\n"
        )
        done = reconciler(*APPLY, "--bootstrap-server", kafka3.bootstrap_servers)
        assert done.code == 0, done.stdout + done.stderr
        placed = client.replicas("growing-in-steps")
        assert len(placed) == partitions
        assert all(len(set(replicas)) == 2 for replicas in placed)
        assert is_even([each for replicas in placed for each in replicas], kafka3), placed
    assert is_even([replicas[0] for replicas in placed], kafka3), placed
    client.delete("growing-in-steps")


def test_replicas_are_in_different_racks_of_new_topics_and_of_new_partitions(
    tmp_path: Path, reconciler: RunReconciler
) -> None:
    """New topics are placed by the broker, which knows racks; partitions that are added later are placed here."""
    with start(brokers=5, racks=2) as sandbox:
        racks = {broker.node_id: broker.rack for broker in sandbox.brokers}
        for partitions in (10, 25):
            manifest = f"version: 1\ntopics: {{wide: {{partitions: {partitions}, replication_factor: 2}}}}\n"
            (tmp_path / "topics.yaml").write_text(manifest)
            done = reconciler(*APPLY, "--bootstrap-server", sandbox.bootstrap_servers)
            assert done.code == 0, done.stdout + done.stderr
        placed = AnotherClient(sandbox).replicas("wide")
    assert len(placed) == 25
    assert {frozenset(racks[broker] for broker in replicas) for replicas in placed} == {frozenset(racks.values())}
    assert sorted(Counter(racks.values()).values()) == [2, 3]
    assert is_even([replicas[0] for replicas in placed], sandbox)
