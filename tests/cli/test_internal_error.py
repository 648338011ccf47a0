"""A defect of ours: the run ends with exit code 1 and a whole report, and what is needed to mend it is there."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from tests.support.command import PROJECT, environment, report_at
from tests.wire.fake_kafka import FakeKafka

A_VALUE = "hunter2"

BREAKING = """
import importlib, sys
from reconciler.__main__ import run
def broken(*_arguments, **_options):
    value = {value!r}
    try:
        [][len(value)]
    except IndexError:
        raise RuntimeError(value)
where, name = sys.argv.pop(1).rsplit(".", 1)
module, _, kind = where.partition(":")
holder = importlib.import_module(module)
setattr(getattr(holder, kind) if kind else holder, name, broken)
run()
"""


class Broken(NamedTuple):
    """How a command ended that met a defect."""

    code: int
    stderr: str
    report: Any
    topics: int


def run_with_a_defect_in(function: str, folder: Path, command: str, *options: str) -> Broken:
    """Run ``command`` where ``function`` of the program raises, whatever it is asked for."""
    (folder / "topics.yaml").write_text("version: 1\ntopics: {a: {}, b: {}}\n")
    more = ["--yes"] if command == "apply" else []
    with FakeKafka() as kafka:
        where = ["--bootstrap-server", kafka.bootstrap_servers] if command != "validate" else []
        arguments = [function, command, *where, *more, "--report", "report.json", *options]
        done = subprocess.run(
            [sys.executable, "-c", BREAKING.format(value=A_VALUE), *arguments],
            cwd=folder,
            env=environment({"PYTHONPATH": str(PROJECT)}),
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )
        return Broken(done.returncode, done.stderr, report_at(folder / "report.json"), len(kafka.topics))


@pytest.mark.parametrize(
    ("function", "command"),
    [
        ("reconciler.manifest.load.load", "validate"),
        ("reconciler.plan.plan", "plan"),
        ("reconciler.cluster.reader:Reader.read", "plan"),
        ("reconciler.apply:Execution.write", "apply"),
        ("reconciler.apply:Execution.verify", "apply"),
        ("reconciler.report.build.build_topic", "plan"),
    ],
)
def test_an_internal_error_leaves_a_report_with_the_way_to_it(function: str, command: str, tmp_path: Path) -> None:
    done = run_with_a_defect_in(function, tmp_path, command)
    assert done.code == 1
    assert "error: internal error: RuntimeError in <string>:" in done.stderr
    assert "Traceback" not in done.stderr
    run = done.report["run"]
    assert (run["status"], run["exit_code"]) == ("failed", 1)
    (diagnostic,) = done.report["diagnostics"]
    assert diagnostic["code"] == "internal-error"
    assert "cli/run.py" in diagnostic["detail"], "the frame that called"
    assert ", in broken\n" in diagnostic["detail"]
    assert diagnostic["detail"].count("Traceback (most recent call last):\n") == 2, "that of the cause comes first"
    assert diagnostic["detail"].endswith("RuntimeError\n")
    assert A_VALUE not in json.dumps(done.report) + done.stderr


def test_the_traceback_is_shown_to_whoever_looks_into_it(tmp_path: Path) -> None:
    done = run_with_a_defect_in("reconciler.plan.plan", tmp_path, "plan", "-vv")
    assert done.report["diagnostics"][0]["detail"] in done.stderr
    assert A_VALUE not in done.stderr


def test_a_log_has_the_traceback_as_data(tmp_path: Path) -> None:
    done = run_with_a_defect_in("reconciler.plan.plan", tmp_path, "plan", "--log-format", "json")
    (line,) = [entry for entry in map(json.loads, done.stderr.splitlines()) if entry["level"] == "ERROR"]
    assert line["code"] == "internal-error"
    assert line["detail"] == done.report["diagnostics"][0]["detail"]
    assert A_VALUE not in done.stderr


def test_an_internal_error_in_the_middle_of_an_apply_leaves_what_is_known_of_it(tmp_path: Path) -> None:
    done = run_with_a_defect_in("reconciler.apply.send._stop_at_what_hits_all", tmp_path, "apply")
    assert (done.code, done.topics) == (1, 2)
    assert [topic["status"] for topic in done.report["topics"]] == ["unknown", "unknown"]
    assert [len(topic["attempts"]) for topic in done.report["topics"]] == [1, 1]


WITHOUT_REPORT = {
    "explain a": "reconciler.manifest.load.load",
    "schema topics": "reconciler.cli.schema.schema_text",
    "sandbox run -- true": "reconciler.sandbox.start",
    "sandbox start": "reconciler.sandbox.background.running",
    "sandbox stop": "reconciler.sandbox.background.running",
    "nonsense": "reconciler.cli.main._closest",
}


@pytest.mark.parametrize("command", WITHOUT_REPORT)
@pytest.mark.parametrize("option", ["", "-v", "-vv"])
def test_an_internal_error_of_a_command_without_a_report_is_one_message(
    command: str, option: str, tmp_path: Path
) -> None:
    (tmp_path / "topics.yaml").write_text("version: 1\ntopics: {a: {}}\n")
    words = command.split()
    where = words.index("--") if "--" in words else len(words)
    arguments = [*words[:where], *option.split(), *words[where:]]
    done = subprocess.run(
        [sys.executable, "-c", BREAKING.format(value=A_VALUE), WITHOUT_REPORT[command], *arguments],
        cwd=tmp_path,
        env=environment({"PYTHONPATH": str(PROJECT)}),
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("error: internal error: RuntimeError in <string>:")
    assert "please report it with the traceback, which -vv shows\n" in done.stderr
    is_shown = option == "-vv" and command != "nonsense"  # which has no options
    assert done.stderr.count("Traceback (most recent call last):\n") == (2 if is_shown else 0)
    assert A_VALUE not in done.stderr


def test_an_error_without_a_report_of_the_system_that_nobody_expected_is_not_taken_for_a_full_standard_output(
    tmp_path: Path,
) -> None:
    breaking = BREAKING.format(value=A_VALUE).replace("raise RuntimeError(value)", "raise OSError(28, 'No space left')")
    done = subprocess.run(
        [sys.executable, "-c", breaking, "reconciler.cli.schema.schema_text", "schema", "topics"],
        cwd=tmp_path,
        env=environment({"PYTHONPATH": str(PROJECT)}),
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 1
    assert done.stderr.startswith("error: internal error: OSError in <string>:")
