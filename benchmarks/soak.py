"""``python -m benchmarks.soak``: runs ``serve`` for some minutes and looks whether its memory and its threads grow.

An audit a second, answers all the time, and each minute the broker is killed and comes back. Exits with 1 where memory,
threads or open files grew by more than a twentieth from the second third to the last, and where audits did not go on.
"""

from __future__ import annotations

import argparse
import os
import re
import signal
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import NamedTuple

import psutil

from benchmarks.workload import topics, write_manifest
from reconciler.sandbox import start

PATHS = ("/", "/health", "/health/topics", "/ready", "/metrics")
GROWTH = 1.05
PARTS = 8
MEBI = 2**20
ENVIRONMENT = {**os.environ, "MALLOC_ARENA_MAX": "2"}
"""As in deploy/kubernetes; without it, glibc keeps what each thread freed, and takes minutes to level off."""
_PAUSE_SECONDS = 0.05
_TIMEOUT_SECONDS = 10
_AWAY_SECONDS = 10


class Sample(NamedTuple):
    """What the process has at one moment; memory in bytes."""

    memory: int
    threads: int
    files: int


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=5)
    parser.add_argument("--topics", type=int, default=500)
    parser.add_argument("--apply", action="store_true")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, start() as sandbox:
        write_manifest(Path(folder) / "topics.yaml", topics(options.topics, prefix="soak."))
        command = [sys.executable, "-m", "reconciler", "serve", "--address", "127.0.0.1:0", "--interval", "1"]
        command += ["--bootstrap-server", sandbox.bootstrap_servers, "--timeout", "2"]
        command += ["--apply"] if options.apply else []
        with subprocess.Popen(command, cwd=folder, env=ENVIRONMENT, stderr=subprocess.PIPE, text=True) as process:
            try:
                address = address_of(process)

                def away() -> None:
                    os.kill(sandbox.brokers[0].pid, signal.SIGKILL)
                    time.sleep(_AWAY_SECONDS)
                    sandbox.start_broker(1)

                samples, asked = watched(process, address, options.minutes * 60, away)
                audits = audits_of(address)
                time.sleep(_AWAY_SECONDS)
                goes_on = audits_of(address) != audits
            finally:
                process.terminate()
            code = process.wait(30)
    report(samples, asked, audits)
    if code != 128 + signal.SIGTERM:
        sys.exit(f"it ended with {code}")
    if not goes_on:
        sys.exit("audits do not go on")


def address_of(process: subprocess.Popen[str]) -> str:
    """Where the process answers; the rest of its log is read and dropped."""
    if process.stderr is None:
        raise AssertionError("its log is a pipe")
    for line in process.stderr:
        if found := re.search(r"http://[\d.]+:\d+", line):
            threading.Thread(target=process.stderr.read, daemon=True).start()
            return found[0]
    raise AssertionError("it ended")


def watched(
    process: subprocess.Popen[str], address: str, seconds: float, away: Callable[[], None]
) -> tuple[list[Sample], int]:
    """A sample each second, and how many answers there were; ``away`` is called after 20 s of each minute."""
    looked = psutil.Process(process.pid)
    samples: list[Sample] = []
    asked, began, due = 0, time.monotonic(), 0.0
    outages = [threading.Timer(after, away) for after in range(20, int(seconds) - 40, 60)]
    for outage in outages:
        outage.start()
    while (passed := time.monotonic() - began) < seconds:
        for path in PATHS:
            answer(address + path)
            asked += 1
        if passed >= due:
            samples.append(Sample(looked.memory_info().rss, looked.num_threads(), looked.num_fds()))
            due = passed + 1
        time.sleep(_PAUSE_SECONDS)
    for outage in outages:
        outage.join()
    return samples, asked


def answer(url: str) -> str:
    try:
        with urllib.request.urlopen(url, timeout=_TIMEOUT_SECONDS) as answered:  # noqa: S310 - http, by us
            text: str = answered.read().decode()
            return text
    except urllib.error.HTTPError as error:
        return error.read().decode()


def audits_of(address: str) -> dict[str, int]:
    found = re.findall(
        r'^reconciler_audits_total{result="(\w+)"} ([\d.e+]+)$', answer(f"{address}/metrics"), re.MULTILINE
    )
    return {result: int(float(number)) for result, number in found}


def report(samples: list[Sample], asked: int, audits: dict[str, int]) -> None:
    print(f"{len(samples)} samples, {asked:,} answers, audits: {audits}")
    print("| part | memory MiB | most MiB | threads | files |\n| ---: | ---: | ---: | ---: | ---: |")
    size = max(1, len(samples) // PARTS)
    parts = [samples[start : start + size] for start in range(0, size * PARTS, size)]
    for number, part in enumerate(parts, start=1):
        memory = [each.memory / MEBI for each in part]
        threads, files = (median(getattr(each, what) for each in part) for what in ("threads", "files"))
        print(f"| {number} | {median(memory):.1f} | {max(memory):.1f} | {threads:.0f} | {files:.0f} |")
    third = len(samples) // 3
    middle, last = samples[third : 2 * third], samples[2 * third :]
    for what in Sample._fields:
        before, after = (median(getattr(each, what) for each in part) for part in (middle, last))
        if after > GROWTH * before:
            sys.exit(f"{what} grows: {before:,.0f}, then {after:,.0f}")


if __name__ == "__main__":
    main()
