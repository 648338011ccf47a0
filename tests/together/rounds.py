"""One round: two processes apply to one cluster at the same time, and what they report is held against the cluster."""

from __future__ import annotations

import json
import random
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Mapping
from pathlib import Path

from reconciler.sandbox import Sandbox
from tests.broker.another_client import AnotherClient
from tests.support.command import environment
from tests.together.truth import Run, Topic, untrue

DAY = 86_400_000
LONGEST_HEAD_START = 0.25
"""Seconds by which one may begin later than the other; an apply of a few topics takes about as long."""
LONGEST_RUN = 120.0
KINDS = ("same", "disjoint", "overlapping")

Manifest = Mapping[str, object]


class Untrue(AssertionError):
    """A report says what is not so; ``repeat`` is the seed."""

    def __init__(self, repeat: int, kind: str, problems: list[str]) -> None:
        super().__init__("\n  ".join([f"seed {repeat}, {kind} manifests:", *problems]))


def run(seed: int, sandbox: Sandbox, folder: Path) -> Counter[str]:
    """The statuses that the two reports have. Raises Untrue."""
    draw = random.Random(seed)  # noqa: S311 - the same round for the same seed
    kind = KINDS[seed % len(KINDS)]
    prefix = f"{kind}.{seed}"
    client = AnotherClient(sandbox)
    for name in ("kept", "grown", "gone"):
        client.create(f"{prefix}.{name}", config={"retention.ms": str(DAY)})
    pair = _manifests(kind, prefix)
    late = draw.choice((0, 1))
    head_start = draw.uniform(0, LONGEST_HEAD_START)
    processes = []
    for number in (1 - late, late):
        processes.append((number, _begun(pair[number], folder / f"{seed}-{number}", sandbox)))
        time.sleep(head_start if number != late else 0)
    runs = [_ended(process, folder / f"{seed}-{number}") for number, process in sorted(processes, key=lambda it: it[0])]
    names = {topic["name"] for each in runs for topic in each.report["topics"]}
    problems = list(untrue(runs, {name: _state(client, name) for name in names}))
    if kind != "overlapping":
        problems += [f"exit code {each.code} where nobody is in the way" for each in runs if each.code]
    if problems:
        raise Untrue(seed, kind, problems)
    return Counter(word for each in runs for word in each.words())


def _manifests(kind: str, prefix: str) -> tuple[Manifest, Manifest]:
    def retention(days: int) -> dict[str, object]:
        return {"config": {"retention.ms": f"{days}d"}}

    new, kept, grown, gone = (f"{prefix}.{name}" for name in ("new", "kept", "grown", "gone"))
    absent = {"state": "absent"}
    match kind:
        case "same":
            both = {new: retention(3), kept: retention(2), grown: {"partitions": 3}, gone: absent}
            return both, both
        case "disjoint":
            return {new: retention(3), kept: retention(2)}, {f"{new}.2": {}, grown: {"partitions": 3}, gone: absent}
        case _:
            one = {new: retention(3), kept: retention(2), grown: {"partitions": 3}, gone: absent}
            return one, {new: retention(4), kept: retention(5), grown: {"partitions": 5}, gone: retention(6)}


def _begun(manifest: Manifest, folder: Path, sandbox: Sandbox) -> subprocess.Popen[str]:
    folder.mkdir()
    defaults = {"allow": ["delete", "data-loss", "partition-increase"]}
    text = json.dumps({"version": 1, "policy": {"limits": {"deletes": None}}, "defaults": defaults, "topics": manifest})
    (folder / "topics.yaml").write_text(text, encoding="utf-8")
    command = [sys.executable, "-m", "reconciler", "apply", "--yes", "--report", "report.json"]
    command += ["--bootstrap-server", sandbox.bootstrap_servers, "--retry-delay", "0.1"]
    return subprocess.Popen(
        command, cwd=folder, env=environment(), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
    )


def _ended(process: subprocess.Popen[str], folder: Path) -> Run:
    with process:
        _, said = process.communicate(timeout=LONGEST_RUN)
    return Run(code=process.returncode, report=json.loads((folder / "report.json").read_text("utf-8")), said=said)


def _state(client: AnotherClient, name: str) -> Topic | None:
    if not client.exists(name):
        return None
    return Topic(topic_id=client.topic_id(name), partitions=client.partitions(name), config=client.overrides(name))
