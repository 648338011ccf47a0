"""What changing the replication factor costs, beside a bare client that asks for the same."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from confluent_kafka.admin import AdminClient, NewTopic

from benchmarks.measure import RECONCILER, Cost, cost_of, middle, ratio
from reconciler.sandbox import start

BROKERS, PER_TOPIC = 3, 20
FLOOR = (sys.executable, str(Path(__file__).with_name("floor_moves.py")))


def moves(folder: Path, partitions: Sequence[int], runs: int) -> Iterator[Sequence[str]]:
    """The cells of a row for each number of ``partitions``, all of which get a second replica."""
    for number in partitions:
        with start(brokers=BROKERS) as sandbox:
            servers = sandbox.bootstrap_servers
            report = folder / "moves.json"
            mine, bare = [], []
            for turn in range(runs + 1):  # the first one fills the caches
                for prefix in (f"mine{turn}-", f"bare{turn}-"):
                    _create(servers, prefix, number)
                manifest = folder / "moves.yaml"
                names = [f"mine{turn}-{each}" for each in range(number // PER_TOPIC)]
                manifest.write_text(
                    "version: 1\ntopics:\n" + "".join(f"  {name}: {{replication_factor: 2}}\n" for name in names)
                )
                options = ("--yes", "-f", manifest, "--bootstrap-server", servers, "--report", report)
                mine.append(cost_of(*RECONCILER, "apply", *options, "--allow", "replication-change"))
                bare.append(cost_of(*FLOOR, servers, f"bare{turn}-", "2"))
            requests = sum(json.loads(report.read_bytes())["statistics"]["requests"].values())
            yield [f"{number:,}", *_figures(middle(mine[1:])), str(requests), *_against(mine[1:], bare[1:])]


def _create(servers: str, prefix: str, partitions: int) -> None:
    client = AdminClient({"bootstrap.servers": servers})
    topics = [
        NewTopic(
            f"{prefix}{topic}",
            num_partitions=PER_TOPIC,
            replica_assignment=[[1 + (topic + each) % BROKERS] for each in range(PER_TOPIC)],
        )
        for topic in range(partitions // PER_TOPIC)
    ]
    for answer in client.create_topics(topics, operation_timeout=60).values():
        answer.result()


def _figures(cost: Cost) -> tuple[str, str, str]:
    return f"{cost.wall:.2f}", f"{cost.cpu:.2f}", f"{cost.memory:.0f}"


def _against(costs: Sequence[Cost], bare: Sequence[Cost]) -> tuple[str, str]:
    return f"{middle(bare).wall:.2f}", f"{ratio(costs, bare, 'wall'):.2f}"
