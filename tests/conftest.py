"""What every test may use: the command as a process, and golden files."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any, Protocol

import pytest
from hypothesis import HealthCheck, settings
from jsonschema import Draft202012Validator

from reconciler.sandbox import Sandbox, start
from reconciler.sandbox.jars import MIRROR
from tests.ordinary_user import as_ordinary_user

PROJECT = Path(__file__).parent.parent
REPORT_SCHEMA = Draft202012Validator(json.loads((PROJECT / "schemas/report.schema.json").read_text()))


# The same examples on every machine: a test that fails only sometimes is a defect.
settings.register_profile("project", derandomize=True, deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("project")


# Started by nohup, this process ignores SIGHUP, and all that it starts would too; a handler is not passed on.
if signal.getsignal(signal.SIGHUP) is signal.SIG_IGN:
    signal.signal(signal.SIGHUP, lambda _number, _frame: None)


# Started in the background by a script, it ignores SIGINT likewise.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)


# What would steer the command under test, in this process or in one of its own. A mirror only says where jars are.
STEERING = ("KAFKA_", "RECONCILER_", "NO_COLOR", "FORCE_COLOR", "COLUMNS")
for name in [name for name in os.environ if name.startswith(STEERING) and name != MIRROR]:
    del os.environ[name]


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update-golden", action="store_true", help="write what is there now into the golden files")


@dataclass(frozen=True)
class Finished:
    """A finished process."""

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


@pytest.fixture
def reconciler(tmp_path: Path) -> RunReconciler:
    """Run the command as a process; every report it writes is held against the published schema."""
    return runner(tmp_path)


@pytest.fixture
def ordinary_user(tmp_path: Path) -> RunReconciler:
    """The same, run by a user who may only read and write what the modes of files allow."""
    return runner(tmp_path, as_ordinary_user(tmp_path))


def runner(folder: Path, prefix: Sequence[str] = ()) -> RunReconciler:
    """What runs the command in ``folder``; its command line begins with ``prefix``."""

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
        finished = Finished(done.returncode, done.stdout, done.stderr)
        assert "Traceback" not in finished.stderr, finished.stderr
        check_reports(list(map(str, arguments)), cwd or folder, finished)
        return finished

    return run


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
    """Hold one report against the schema, and its exit code against that of the process."""
    report = json.loads(text)
    REPORT_SCHEMA.validate(report)
    assert report["run"]["exit_code"] == exit_code


@pytest.fixture(scope="session")
def kafka() -> Iterator[Sandbox]:
    """A real Kafka of one broker, for all tests; topics of different tests have different names."""
    with start() as sandbox:
        yield sandbox


@pytest.fixture(scope="session")
def kafka3() -> Iterator[Sandbox]:
    """A real Kafka of three brokers, likewise."""
    with start(brokers=3) as sandbox:
        yield sandbox


@pytest.fixture
def golden(request: pytest.FixtureRequest) -> Callable[[Path, str], None]:
    """Compare a text with a file, or write the file with ``--update-golden``."""

    def compare(path: Path, text: str) -> None:
        if request.config.getoption("--update-golden"):
            path.write_text(text, encoding="utf-8")
        assert path.read_text(encoding="utf-8") == text

    return compare


def case_folders(kind: str) -> list[Any]:
    """The folders of ``tests/cases/<kind>``, as parameters named after them."""
    folders = sorted(path for path in (PROJECT / "tests/cases" / kind).iterdir() if path.is_dir())
    return [pytest.param(path, id=path.name) for path in folders]
