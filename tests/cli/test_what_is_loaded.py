"""What a run loads: one that only reads loads no writer, and one that only writes a report no reader of reports."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.command import PROJECT, environment

CODE = """
import sys
from reconciler.cli.main import main
beginnings = tuple(sys.argv.pop().split(","))
try:
    main(sys.argv[1:])
except SystemExit:
    pass
print(*(name for name in sys.modules if name.startswith(beginnings)))
"""


SERVE = ["serve", "--address", "127.0.0.1:0"]
"""It ends at its first audit, for want of a cluster."""
UNREACHABLE = ["--bootstrap-server", "127.0.0.1:1", "--timeout", "0.1"]


def loaded(*arguments: str | Path, of: str) -> str:
    """Which modules whose names begin with one of ``of`` a run of the command loads."""
    done = subprocess.run(
        [sys.executable, "-c", CODE, *map(str, arguments), of],
        cwd=PROJECT,
        env=environment(),
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.splitlines()[-1]


@pytest.mark.parametrize(
    "arguments",
    [
        ["validate"],
        ["plan", *UNREACHABLE],
        ["drift", *UNREACHABLE],
        ["explain", "orders.requests", *UNREACHABLE],
        ["compare", "topics.yaml", "cluster", *UNREACHABLE],
        ["schema", "topics"],
        ["render", "tests/cases/report/1.0.json"],
        ["doctor", "--bootstrap-server", "127.0.0.1:1"],
        SERVE,
    ],
)
def test_a_reading_command_never_loads_the_writer(arguments: list[str]) -> None:
    assert loaded(*arguments, of="reconciler.apply,reconciler.cluster.writer") == ""


@pytest.mark.parametrize("arguments", [["explain", "orders.requests"], ["compare", "dev", "prod"]])
def test_manifests_are_shown_without_a_kafka_client(arguments: list[str]) -> None:
    assert loaded(*arguments, of="confluent_kafka") == ""


@pytest.mark.parametrize("command", [["validate"], ["plan", *UNREACHABLE], ["apply", "--yes", *UNREACHABLE]])
def test_a_run_that_writes_a_report_does_not_load_what_checks_reports(command: list[str], tmp_path: Path) -> None:
    report = tmp_path / "report.json"
    assert loaded(*command, "--report", report, of="pydantic") == ""
    assert report.exists()


@pytest.mark.parametrize(("ending", "is_loaded"), [("json", False), ("md", False), ("html", True)])
def test_what_makes_pages_is_loaded_only_for_a_page(ending: str, is_loaded: bool, tmp_path: Path) -> None:
    assert bool(loaded("validate", "--report", tmp_path / f"report.{ending}", of="jinja2")) == is_loaded
