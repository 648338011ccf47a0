"""Partitions, replicas and settings of many topics changed by one run, as a seed draws them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random

import pytest

from reconciler.sandbox import Sandbox
from tests.reassignment.other_tool import OtherTool
from tests.support.command import RunReconciler

TOPICS, RECORDS = 15, 10
KINDS = ("replication-change", "durability-loss", "availability-loss", "partition-increase")


@dataclass(frozen=True)
class Drawn:
    """A topic as it is, and as it is wanted."""

    name: str
    before: Sequence[Sequence[int]]
    in_sync_before: int
    partitions: int
    replicas: int
    in_sync: int

    @property
    def line(self) -> str:
        """Its line in the manifest."""
        counts = f"partitions: {self.partitions}, replication_factor: {self.replicas}"
        return f"  {self.name}: {{{counts}, config: {{min.insync.replicas: {self.in_sync}}}}}\n"


def draw(name: str, random: Random) -> Drawn:
    brokers, before = [1, 2, 3, 4], random.randint(1, 3)
    replicas = random.randint(1, 4)
    partitions = random.randint(1, 5)
    return Drawn(
        name=name,
        before=[random.sample(brokers, before) for _ in range(partitions)],
        in_sync_before=random.randint(1, before),
        partitions=partitions + random.choice([0, 0, 2]),
        replicas=replicas,
        in_sync=random.randint(1, min(replicas, 3)),
    )


@pytest.mark.parametrize("seed", [1, 2])
def test_everything_becomes_as_wanted_in_one_run_with_every_record(
    seed: int, racked: Sandbox, reconciler: RunReconciler, tmp_path: Path
) -> None:
    tool, random = OtherTool(racked), Random(seed)  # noqa: S311 - no secret
    topics = [draw(f"drawn.{seed}.{number:02}", random) for number in range(TOPICS)]
    for topic in topics:
        tool.place(topic.name, topic.before, {"min.insync.replicas": str(topic.in_sync_before)})
        tool.write(topic.name, len(topic.before), RECORDS)
    (tmp_path / "topics.yaml").write_text("version: 1\ntopics:\n" + "".join(topic.line for topic in topics))
    servers = ("--bootstrap-server", racked.bootstrap_servers)
    done = reconciler("apply", "--yes", *servers, *(word for kind in KINDS for word in ("--allow", kind)))
    assert done.code == 0, done.stdout[-3000:] + done.stderr
    assert reconciler("plan", "--detailed-exitcode", *servers).code == 0
    racks = {broker.node_id: broker.rack for broker in racked.brokers}
    for topic in topics:
        placed = tool.replicas(topic.name)
        assert [len(set(each)) for each in placed] == [topic.replicas] * topic.partitions, topic
        added = topic.replicas - len(topic.before[0])
        if added > 0:
            there = [{racks[broker] for broker in was} for was in topic.before]  # these stay where they are
            most = [min(len(was) + added, 3) for was in there] + [3] * (topic.partitions - len(there))
            found = [len({racks[broker] for broker in now}) for now in placed]
            assert found == [min(topic.replicas, each) for each in most], (topic, placed)
            leaders = Counter(of[0] for of in placed)
            # New partitions come last: they make replicas even first, and the other leaders stay.
            at_most = 1 if topic.partitions == len(topic.before) else 2
            assert max(leaders.values()) - min(leaders[broker] for broker in racks) <= at_most, (topic, placed)
        kept = zip(topic.before, placed, strict=False)
        assert all(set(was) <= set(now) or set(now) < set(was) for was, now in kept), (topic, placed)
    tool.assert_all_have({topic.name: len(topic.before) for topic in topics}, RECORDS)
