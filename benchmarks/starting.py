"""What ``ensure_topics`` adds to the start of a service whose topics all exist."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

from benchmarks.measure import FLOOR, cost_of, in_turn, middle
from benchmarks.workload import changed, topics, write_for_floor, write_manifest
from reconciler.sandbox import start

SERVICE = (sys.executable, "-c", "import sys, confluent_kafka.admin")
ENSURES = (
    f"{SERVICE[-1]}\nfrom reconciler import ensure_topics\nensure_topics(sys.argv[1], bootstrap_servers=sys.argv[2])"
)
SIZES = (10, 100)


def starts(folder: Path, runs: int) -> Iterator[tuple[str, ...]]:
    """A row for each kind of cluster and of manifest; times are beyond those of a service that only has a client."""
    for brokers in (1, 3):
        with start(brokers=brokers) as sandbox:
            servers = sandbox.bootstrap_servers
            for size in SIZES:
                there = topics(size, prefix=f"{size}.")
                same = write_manifest(folder / f"start-{size}.yaml", there)
                other = write_manifest(folder / f"start-{size}-other.yaml", changed(there, 0.1))
                cost_of(*FLOOR, servers, write_for_floor(same), "create")
                for what, manifest in {"as asked for": same, "one in ten differs": other}.items():
                    ensures = (sys.executable, "-c", ENSURES, manifest, servers)
                    without, with_topics = map(middle, in_turn(runs, SERVICE, ensures))
                    added = with_topics.wall - without.wall, with_topics.cpu - without.cpu
                    yield what, str(brokers), str(size), *(f"{seconds:.2f}" for seconds in added)
