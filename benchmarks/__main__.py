"""``python -m benchmarks``: what the commands cost, as a ratio to bare clients in the same run.

Every figure is the median of several whole processes, command and floors in turn.
"""

from __future__ import annotations

import argparse
import compileall
import json
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.groups import write_groups
from benchmarks.measure import FLOOR, FLOOR_IN_C, RECONCILER, Cost, cost_of, in_turn, middle, ratio
from benchmarks.starting import starts
from benchmarks.variants import VARIANTS
from benchmarks.workload import changed, topics, write_for_floor, write_manifest
from reconciler.sandbox import start

PACKAGE = Path(__file__).parent.parent / "reconciler"
GROUPS = 1_000


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=[100, 1_000, 5_000, 10_000])
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--only", choices=PARTS, help="one table instead of all")
    options = parser.parse_args()
    # An installed package is compiled; a checkout is not where PYTHONDONTWRITEBYTECODE is set.
    compileall.compile_dir(PACKAGE, quiet=1)
    with tempfile.TemporaryDirectory() as folder:
        for part in [options.only] if options.only else PARTS:
            PARTS[part](Path(folder), options.sizes, options.runs)
            print()


def without_cluster(folder: Path, _sizes: Sequence[int], runs: int) -> None:
    """Help, the example, many files, and how long a sandbox takes to start."""
    many = folder / "many"
    many.mkdir()
    for number in range(1_000):
        write_manifest(many / f"{number:03}.yaml", topics(10, prefix=f"{number:03}."))
    example = PACKAGE.parent / "topics.yaml"
    head("what", "wall s", "CPU s", "peak MB")
    commands: dict[str, list[str | Path]] = {
        "`--help`": ["--help"],
        "`validate` the example": ["validate", "-f", example],
        "`validate` 10,000 topics in 1,000 files": ["validate", "-f", many],
    }
    for what, arguments in commands.items():
        [costs] = in_turn(runs, (*RECONCILER, *arguments))
        row(what, *figures(middle(costs)))
    seconds = []
    for _ in range(runs):
        began = time.perf_counter()
        with start():
            seconds.append(time.perf_counter() - began)
    row("sandbox start, one broker", f"{sorted(seconds)[runs // 2]:.2f}", "", "")


def reads(folder: Path, sizes: Sequence[int], runs: int) -> None:
    """Every reading command."""
    head(*COLUMNS)
    for size in sizes:
        read(folder, size, runs)


def read(folder: Path, size: int, runs: int) -> None:
    """Every reading command on a cluster of its own with so many topics."""
    there = topics(size)
    manifest = write_manifest(folder / f"{size}.yaml", there)
    other = write_manifest(folder / f"{size}-changed.yaml", changed(there, 0.01))
    rows = write_for_floor(manifest)
    [costs] = in_turn(runs, (*RECONCILER, "validate", "-f", manifest))
    row("`validate`", f"{size:,}", *figures(middle(costs)), "0")
    with start() as sandbox:
        servers = sandbox.bootstrap_servers
        cluster = ("--bootstrap-server", servers, "--timeout", "300")
        same, new = ((*RECONCILER, "plan", "-f", path, *cluster) for path in (manifest, other))
        bare_read, check_changes, check_creates, create = (
            (*FLOOR, servers, rows, what) for what in ("read", "check-changes", "check-creates", "create")
        )
        plan("`plan`, all topics new", same, check_creates, runs)
        cost_of(*create)
        plan("`plan`, no changes", same, bare_read, runs, (*FLOOR_IN_C, servers))
        plan("`plan`, 1 % changed", new, check_changes, runs)
        for what, command in VARIANTS.items():
            plan(f"`plan`, no changes, {what}", (*command, "plan", "-f", manifest, *cluster), bare_read, runs)


def writes(folder: Path, sizes: Sequence[int], runs: int) -> None:
    """Creating every topic and reading it back, each time on a new cluster."""
    head(*COLUMNS)
    for size in sizes:
        manifest = write_manifest(folder / f"new-{size}.yaml", topics(size))
        rows = write_for_floor(manifest)
        mine, bare, requests = [], [], 0
        for _ in range(runs):
            with start() as sandbox:
                cluster = ("--bootstrap-server", sandbox.bootstrap_servers)
                report = folder / "report.json"
                apply = (*RECONCILER, "apply", "--yes", "-f", manifest, *cluster, "--report", report)
                mine.append(cost_of(*apply))
                requests = sum(json.loads(report.read_bytes())["statistics"]["requests"].values())
            with start() as sandbox:
                bare.append(cost_of(*FLOOR, sandbox.bootstrap_servers, rows, "create"))
        row("`apply`, all topics new", f"{size:,}", *figures(middle(mine)), str(requests), *against(mine, bare))


def risks(folder: Path, sizes: Sequence[int], runs: int) -> None:
    """Plans whose changes must be measured, beside a plan of as many safe changes, with 1,000 groups."""
    head("what", "topics", "wall s", "CPU s", "peak MB", "requests", "measuring, s")
    for size in sizes:
        there = topics(size)
        rows = write_for_floor(write_manifest(folder / f"there-{size}.yaml", there))
        with start() as sandbox:
            servers = sandbox.bootstrap_servers
            cost_of(*FLOOR, servers, rows, "create")
            write_groups(servers, [topic.name for topic in there], GROUPS)
            shared = ("--bootstrap-server", servers, "--timeout", "300", "--allow", "data-loss")
            plans = {
                "`plan`, 1 % changed, all safe": changed(there, 0.01, "retention.ms", "-1"),
                "`plan`, 1 % risky": changed(there, 0.01, "retention.ms", "1h"),
                "`plan`, all risky": changed(there, 1, "retention.ms", "1h"),
            }
            commands = [
                (*RECONCILER, "plan", "-f", write_manifest(folder / f"risks-{size}-{number}.yaml", wanted), *shared)
                for number, wanted in enumerate(plans.values())
            ]
            for what, command, costs in zip(plans, commands, in_turn(runs, *commands), strict=True):
                statistics = [report_of(command)["statistics"] for _ in range(runs)]
                measuring = median(each["durations"]["measure"] for each in statistics)
                requests = sum(statistics[0]["requests"].values())
                row(what, f"{size:,}", *figures(middle(costs)), str(requests), f"{measuring:.2f}")


def replicas(folder: Path, _sizes: Sequence[int], runs: int) -> None:
    """A second replica for every partition, on three brokers."""
    from benchmarks.moves import moves  # noqa: PLC0415 - the second client is only needed here

    head("partitions", "wall s", "CPU s", "peak MB", "requests", "bare client, wall s", "ratio")
    for cells in moves(folder, [100, 1_000], runs):
        row(*cells)


def service_start(folder: Path, _sizes: Sequence[int], runs: int) -> None:
    """What ``ensure_topics`` adds to the start of a service whose topics all exist."""
    head("topics of the service", "brokers", "topics", "added wall s", "added CPU s")
    for cells in starts(folder, runs):
        row(*cells)


def plan(
    what: str,
    command: Sequence[str | Path],
    floor: Sequence[str | Path],
    runs: int,
    floor_in_c: Sequence[str | Path] = (),
) -> None:
    """Measure one plan and its floors, and print the row."""
    costs, bare, *in_c = in_turn(runs, command, floor, *([floor_in_c] if floor_in_c else []))
    facts = report_of(command)
    row(
        what,
        f"{facts['summary']['create'] + facts['summary']['skip'] + facts['summary']['drift']:,}",
        *figures(middle(costs)),
        str(sum(facts["statistics"]["requests"].values())),
        *against(costs, bare, *in_c),
    )


def reports(folder: Path, sizes: Sequence[int], runs: int) -> None:
    """The report of a plan in each format, and its page in a browser, where there is one."""
    from benchmarks import pages  # noqa: PLC0415 - the browser's library is only needed here

    head("format", "topics", "kB", "s to write")
    for cells in pages.formats(sizes, runs):
        row(*cells)
    if pages.BROWSER is not None:
        print()
        head("topics on the page", "s to open", "s to sort", "s to filter")
        for cells in pages.pages(folder, sizes, runs):
            row(*cells)


def against(costs: Sequence[Cost], bare: Sequence[Cost], in_c: Sequence[Cost] = ()) -> Sequence[str]:
    """The cells of the floors: wall time of the Python client, processor time of the C interface, and the ratios."""
    cells = [f"{middle(bare).wall:.2f}", f"{ratio(costs, bare, 'wall'):.2f}"]
    return [*cells, f"{middle(in_c).cpu:.2f}", f"{ratio(costs, in_c, 'cpu'):.2f}"] if in_c else cells


def report_of(command: Sequence[str | Path]) -> Any:
    """The report of a command."""
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder, "report.json")
        cost_of(*command, "--report", report)
        return json.loads(report.read_bytes())


def figures(cost: Cost) -> tuple[str, str, str]:
    return f"{cost.wall:.2f}", f"{cost.cpu:.2f}", f"{cost.memory:.0f}"


def head(*columns: str) -> None:
    row(*columns)
    row("---", *("---:" for _ in columns[1:]))


def row(*cells: str) -> None:
    """A row of a table; columns at its end without a cell stay empty."""
    print("|", " | ".join(cells), "|", flush=True)


COLUMNS = (
    *("what", "topics", "wall s", "CPU s", "peak MB", "requests"),
    *("Python client, wall s", "ratio", "C interface, CPU s", "ratio"),
)
PARTS: dict[str, Callable[[Path, Sequence[int], int], None]] = {
    "without-cluster": without_cluster,
    "reads": reads,
    "writes": writes,
    "risks": risks,
    "replicas": replicas,
    "start": service_start,
    "reports": reports,
}

if __name__ == "__main__":
    main()
