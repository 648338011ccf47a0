"""``python -m benchmarks``: how long the commands take, as a ratio to the bare client in the same run.

Every row is the median of several whole processes, command and floor in turn, so that a machine that
gets slower meanwhile slows both.
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from reconciler.sandbox import start

RECONCILER = (sys.executable, "-m", "reconciler")
FLOOR = (sys.executable, str(Path(__file__).with_name("floor.py")))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--topics", type=int, default=1000)
    parser.add_argument("--runs", type=int, default=5)
    options = parser.parse_args()
    print(f"{options.topics} topics where nothing else is said, median of {options.runs} runs, seconds of wall time\n")
    print("| what | seconds | floor | ratio |\n| --- | ---: | ---: | ---: |")
    with tempfile.TemporaryDirectory() as folder:
        measure(Path(folder), options.topics, options.runs)


def measure(folder: Path, topics: int, runs: int) -> None:
    """Print the table's rows."""
    validation(folder, runs)
    started = [seconds(sandbox_starts) for _ in range(runs)]
    row("sandbox start, 1 broker", started)
    with start() as sandbox:
        servers = sandbox.bootstrap_servers
        cluster = ("--bootstrap-server", servers, "--timeout", "120")
        manifest = write_manifest(folder, "topic", topics)
        row("validate", [process(*RECONCILER, "validate", "-f", manifest) for _ in range(runs)])
        plan = (*RECONCILER, "plan", "-f", manifest, *cluster)
        read = (*FLOOR, "read", servers, f"{manifest}.names")
        row("plan, all topics new", *pairs(plan, read, runs))
        applied, created = [], []
        for number in range(runs):
            mine, bare = (write_manifest(folder, f"{who}-{number}", topics) for who in ("ours", "bare"))
            applied.append(process(*RECONCILER, "apply", "-f", mine, "--yes", *cluster))
            created.append(process(*FLOOR, "create", servers, f"{bare}.names"))
        row("apply, all topics new", applied, created)
        plan = (*RECONCILER, "plan", "-f", mine, *cluster)
        read = (*FLOOR, "read", servers, f"{mine}.names")
        row("plan, no changes", *pairs(plan, read, runs))


def validation(folder: Path, runs: int) -> None:
    """What needs no cluster: help, the example, and 10,000 topics in one file and in 1,000."""
    example = str(Path(__file__).parent.parent / "topics.yaml")
    one = write_manifest(folder, "large", 10_000)
    many = folder / "many"
    many.mkdir()
    for number in range(1_000):
        write_manifest(many, f"part-{number:03}", 10)
    validate = (*RECONCILER, "validate", "-f")
    row("--help", [process(*RECONCILER, "--help") for _ in range(runs)])
    row("validate the example", [process(*validate, example) for _ in range(runs)])
    row("validate 10,000 topics in one file", [process(*validate, one) for _ in range(runs)])
    row("validate 10,000 topics in 1,000 files", [process(*validate, str(many)) for _ in range(runs)])


def write_manifest(folder: Path, prefix: str, topics: int) -> str:
    """A manifest of so many topics, and beside it their names alone."""
    names = [f"{prefix}.{number:05}" for number in range(topics)]
    path = folder / f"{prefix}.yaml"
    lines = "".join(f"  {name}: {{config: {{retention.ms: 86400000}}}}\n" for name in names)
    path.write_text(
        f"version: 1\ndefaults: {{partitions: 1, replication_factor: 1}}\ntopics:\n{lines}", encoding="utf-8"
    )
    Path(f"{path}.names").write_text("\n".join(names), encoding="utf-8")
    return str(path)


def sandbox_starts() -> None:
    with start():
        pass


def pairs(one: Sequence[str], other: Sequence[str], runs: int) -> tuple[list[float], list[float]]:
    """Seconds of two commands, in turn; one run of each beforehand does not count."""
    timed = [(process(*one), process(*other)) for _ in range(runs + 1)][1:]
    return [first for first, _ in timed], [second for _, second in timed]


def process(*command: str) -> float:
    """Seconds that a command takes; it must succeed."""
    return seconds(lambda: subprocess.run(command, check=True, capture_output=True))


def seconds(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def row(what: str, times: Sequence[float], floor: Sequence[float] = ()) -> None:
    """A line of the table."""
    middle = statistics.median(times)
    base = statistics.median(floor) if floor else None
    ratios = statistics.median(a / b for a, b in zip(times, floor, strict=True)) if floor else None
    print(
        f"| {what} | {middle:.2f} | {f'{base:.2f}' if base else ''} | {f'{ratios:.2f}' if ratios else ''} |", flush=True
    )


if __name__ == "__main__":
    main()
