"""The command under test as a process, and what it left."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.chaos.invariants import Done, InvariantBroken
from tests.chaos.scenarios import Scenario
from tests.support.command import REPORT_SCHEMA, environment

LONGEST_RUN = 120.0
"""Seconds in which a command has to end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reconciler:
    """The command, on the manifest of a scenario."""

    scenario: Scenario
    servers: str
    folder: Path
    command: tuple[str, ...] = (sys.executable, "-m", "reconciler")

    def __call__(self, what: str, *arguments: str) -> Done:
        """Run it to its end. Raises InvariantBroken where it does not end, or leaves no report as published."""
        (self.folder / "topics.yaml").write_text(self.scenario.manifest(), encoding="utf-8")
        report = self.folder / f"{what}.json"
        command = [*self.command, *arguments, "--bootstrap-server", self.servers, "--report", report.name]
        began = time.monotonic()
        try:
            done = subprocess.run(
                command,
                cwd=self.folder,
                env=environment(),
                capture_output=True,
                text=True,
                timeout=LONGEST_RUN,
                check=False,
            )
        except subprocess.TimeoutExpired:
            raise InvariantBroken(self.scenario.seed, what, [f"no end after {LONGEST_RUN} s"]) from None
        seconds = time.monotonic() - began
        document, wrong = read_report(report)
        if wrong or "Traceback" in done.stderr:
            raise InvariantBroken(self.scenario.seed, what, [*wrong, f"exit code {done.returncode}", done.stderr])
        return Done(exit_code=done.returncode, report=document, seconds=seconds)


def read_report(path: Path) -> tuple[Any, list[str]]:
    """A report, and what is wrong with its form."""
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        return None, [f"no report: {error}"]
    return document, [f"report{error.json_path[1:]}: {error.message}" for error in REPORT_SCHEMA.iter_errors(document)]
