"""``python -m tests.cli.moments``: a signal at so many moments of one run, spread evenly from its start to its end.

Whenever it comes, there is a valid report, which agrees with the exit code and with the cluster.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.support.command import PROJECT, REPORT_SCHEMA, environment
from tests.wire.fake_cluster import Topic
from tests.wire.fake_kafka import FakeKafka

MOMENTS = 200
NUMBERS = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
TOPICS = 900
"""Of which a third is there, and a third there with other settings."""

# The process as it is started otherwise, but for a word once it listens to signals: before, Python itself starts.
_TELLING = """
import os, sys
from reconciler import __main__ as program
listen = program.Signals.listen
def telling(self):
    listen(self)
    os.write({told}, b".")
program.Signals.listen = telling
program.run()
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """A run that got a signal ``after`` so many seconds, and the topics that the cluster has now."""

    command: str
    number: signal.Signals | None
    after: float
    code: int
    stderr: str
    report: Any
    seconds: float
    topics: frozenset[str]

    def what_is_wrong(self) -> Iterator[str]:
        """Nothing, or what a user could not live with."""
        if "Traceback" in self.stderr or "internal error" in self.stderr:
            yield self.stderr
        if self.report is None:
            yield "no report"
            return
        yield from (f"report{error.json_path[1:]}: {error.message}" for error in REPORT_SCHEMA.iter_errors(self.report))
        run = self.report["run"]
        if run["exit_code"] != self.code:
            yield f"the report has the exit code {run['exit_code']}"
        normal = ("changes" if self.command == "plan" else "ok", 0)
        interrupted = ("interrupted", 128 + self.number) if self.number else normal
        if (run["status"], self.code) not in {normal, interrupted}:
            yield f"{run['status']} is no way to end"
        if (run["status"] == "interrupted") != ("interrupted by" in self.stderr):
            yield f"it says something else: {self.stderr!r}"
        if self.command == "apply":
            yield from self._what_is_untrue()

    def _what_is_untrue(self) -> Iterator[str]:
        for topic in self.report["topics"]:
            exists, status = topic["name"] in self.topics, topic["status"]
            if status == "applied" and not exists:
                yield f"{topic['name']} is applied, and not there"
            if status == "not_attempted" and topic["action"] == "create" and exists:
                yield f"{topic['name']} is not attempted, and there"


def spread(moments: int) -> Iterator[Ended]:
    """A run for each of so many moments, by turns of apply, plan and validate and of the signals."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        names = [f"a.topic.with.a.longer.name.{number:04}" for number in range(TOPICS)]
        lines = "".join(f"  {name}: {{partitions: 2, config: {{retention.ms: 1d}}}}\n" for name in names)
        permitted = "defaults: {allow: [partition-increase, data-loss]}"
        (folder / "topics.yaml").write_text(f"version: 1\n{permitted}\ntopics:\n{lines}", encoding="utf-8")
        commands = ("apply", "plan", "apply", "validate")
        lasts = {command: run_with_signal(command, None, 0, folder, names).seconds for command in commands}
        for moment in range(moments):
            command, number = commands[moment % len(commands)], NUMBERS[moment % len(NUMBERS)]
            yield run_with_signal(command, number, lasts[command] * moment / moments, folder, names)


def run_with_signal(
    command: str, number: signal.Signals | None, after: float, folder: Path, names: Sequence[str]
) -> Ended:
    """Run ``command`` and send it ``number`` so many seconds after it listens to signals."""
    there = {
        name: Topic(partitions=2, config={"retention.ms": "86400000"}) if place % 2 else Topic()
        for place, name in enumerate(names)
        if place % 3
    }
    report = folder / "report.json"
    report.unlink(missing_ok=True)
    heard, told = os.pipe()
    with FakeKafka(topics=there) as kafka, os.fdopen(heard) as news:
        where = ["--bootstrap-server", kafka.bootstrap_servers] if command != "validate" else []
        arguments = [command, *where, *(["--yes"] if command == "apply" else []), "--report", report.name]
        with subprocess.Popen(
            [sys.executable, "-c", _TELLING.format(told=told), *arguments],
            cwd=folder,
            env=environment({"PYTHONPATH": str(PROJECT)}),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            pass_fds=[told],
        ) as running:
            os.close(told)
            news.read(1)
            began = time.monotonic()
            if number is not None:
                time.sleep(after)  # the moment is what is tried
                running.send_signal(number)
            _, stderr = running.communicate(timeout=60)
        seconds = time.monotonic() - began
        return Ended(
            command=command,
            number=number,
            after=after,
            code=running.returncode,
            stderr=stderr,
            report=json.loads(report.read_text(encoding="utf-8")) if report.exists() else None,
            seconds=seconds,
            topics=frozenset(kafka.topics),
        )


def main() -> int:
    """Try ``--moments`` of them and say how they ended; the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--moments", type=int, default=MOMENTS)
    ends: Counter[tuple[str, int]] = Counter()
    wrong = 0
    for ended in spread(parser.parse_args().moments):
        ends[ended.command, ended.code] += 1
        for what in ended.what_is_wrong():
            wrong += 1
            sys.stdout.write(f"{ended.command}, {ended.number!r} after {ended.after:.3f} s: {ended.code}: {what}\n")
    sys.stdout.writelines(
        f"{command} ended with {code}: {number}\n" for (command, code), number in sorted(ends.items())
    )
    sys.stdout.write(f"wrong: {wrong}\n")
    return min(wrong, 1)


if __name__ == "__main__":
    sys.exit(main())
