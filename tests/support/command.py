"""The command under test: in this process, or as one of its own, and the reports that it writes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any, Protocol

import jsonschema_rs
from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError

PROJECT = Path(__file__).parent.parent.parent


class ReportSchema:
    """The published schema of reports. It says yes in a hundredth of the time that a list of errors takes."""

    def __init__(self) -> None:
        schema = json.loads((PROJECT / "schemas/report.schema.json").read_text())
        self._quick = jsonschema_rs.Draft202012Validator(schema)
        self._thorough = Draft202012Validator(schema)

    def validate(self, report: Any) -> None:
        """Raises ValidationError."""
        if not self._quick.is_valid(report):
            self._thorough.validate(report)

    def iter_errors(self, report: Any) -> Iterator[ValidationError]:
        """What is wrong with ``report``."""
        if not self._quick.is_valid(report):
            yield from self._thorough.iter_errors(report)


REPORT_SCHEMA = ReportSchema()


@dataclass(frozen=True)
class Finished:
    """A finished run of the command."""

    code: int
    stdout: str
    stderr: str

    @property
    def report(self) -> Any:
        """Standard output as a report; its form is checked already."""
        return json.loads(self.stdout)


class RunReconciler(Protocol):
    def __call__(
        self,
        *arguments: str | Path,
        cwd: Path | None = None,
        env: Mapping[str, str] | None = None,
        stdin: str | None = None,
    ) -> Finished: ...


def environment(extra: Mapping[str, str] | None = None) -> dict[str, str]:
    """This process's environment, in which nothing steers the command under test, and ``extra``."""
    return dict(os.environ) | dict(extra or {})


@contextmanager
def process(*arguments: str, cwd: Path = PROJECT, **streams: Any) -> Iterator[subprocess.Popen[bytes]]:
    """The command, running."""
    command = [sys.executable, "-m", "reconciler", *arguments]
    with subprocess.Popen(command, cwd=cwd, env=environment(), **streams) as running:
        yield running


def wait_until(is_so: Callable[[], bool], running: subprocess.Popen[bytes]) -> None:
    """Wait for something that the running command does elsewhere, at a broker for instance."""
    while not is_so():
        assert running.poll() is None, "it has ended"
        time.sleep(0.005)  # what another process sends can only be looked for


def process_runner(folder: Path, prefix: Sequence[str] = ()) -> RunReconciler:
    """What runs the command in ``folder`` as a process; its command line begins with ``prefix``."""

    def run(
        *arguments: str | Path,
        cwd: Path | None = None,
        env: Mapping[str, str] | None = None,
        stdin: str | None = None,
    ) -> Finished:
        command = [*prefix, sys.executable, "-m", "reconciler", *map(str, arguments)]
        done = subprocess.run(
            command,
            cwd=cwd or folder,
            env=environment(env),
            input=stdin or "",
            capture_output=True,
            text=True,
            timeout=280,
            check=False,
        )
        return checked(Finished(done.returncode, done.stdout, done.stderr), arguments, cwd or folder)

    return run


def checked(finished: Finished, arguments: Sequence[str | Path], cwd: Path) -> Finished:
    """``finished``, which failed in no unforeseen way, and whose reports are as the published schema wants them."""
    assert "Traceback" not in finished.stderr, finished.stderr
    check_reports(list(map(str, arguments)), cwd, finished)
    return finished


def check_reports(arguments: list[str], cwd: Path, finished: Finished) -> None:
    """Hold the JSON on standard output and in every ``--report`` file against the schema."""
    if arguments[:1] not in (["validate"], ["plan"], ["apply"]):
        return
    for option, value in pairwise(arguments):
        if option == "--report" and value.endswith(".json") and (cwd / value).exists():
            check_report((cwd / value).read_text(), finished.code)
        elif (option, value) == ("-o", "json"):
            check_report(finished.stdout, finished.code)


def check_report(text: str, exit_code: int) -> None:
    """Hold one report against the schema, and its exit code against that of the run."""
    report = json.loads(text)
    REPORT_SCHEMA.validate(report)
    assert report["run"]["exit_code"] == exit_code


def report_at(path: Path) -> Any:
    """The report in a file, held against the schema."""
    report = json.loads(path.read_text())
    REPORT_SCHEMA.validate(report)
    return report
