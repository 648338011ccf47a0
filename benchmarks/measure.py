"""What a whole process costs: wall time, processor time and memory, as the kernel counts them."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

RECONCILER = (sys.executable, "-m", "reconciler")
FLOOR = (sys.executable, str(Path(__file__).with_name("floor.py")))
FLOOR_IN_C = (sys.executable, str(Path(__file__).with_name("floor_c.py")))


@dataclass(frozen=True)
class Cost:
    """Seconds of wall time, seconds of processor time (user and system), and peak memory in MB."""

    wall: float
    cpu: float
    memory: float


def cost_of(*command: str | Path) -> Cost:
    """The cost of running ``command`` to its end, which must be a success."""
    began = time.perf_counter()
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE) as process:
        said = process.stderr.read() if process.stderr else b""
        _, status, used = os.wait4(process.pid, 0)
        wall = time.perf_counter() - began
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        sys.exit(f"{' '.join(map(str, command))}\n{said.decode()}")
    return Cost(wall, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024)


def in_turn(runs: int, *commands: Sequence[str | Path]) -> list[list[Cost]]:
    """The costs of every command, run in turn so that a machine that slows down slows all of them.

    One round beforehand does not count: it fills the caches.
    """
    rounds = [[cost_of(*command) for command in commands] for _ in range(runs + 1)][1:]
    return [list(costs) for costs in zip(*rounds, strict=True)]


def middle(costs: Sequence[Cost]) -> Cost:
    """The median of each figure."""
    return Cost(*(statistics.median(getattr(cost, name) for cost in costs) for name in ("wall", "cpu", "memory")))


def ratio(costs: Sequence[Cost], floor: Sequence[Cost], figure: Literal["wall", "cpu"]) -> float:
    """The median of the ratios of one ``figure``, round by round."""
    rounds = zip(costs, floor, strict=True)
    ratios: list[float] = [getattr(mine, figure) / getattr(bare, figure) for mine, bare in rounds]
    return statistics.median(ratios)
