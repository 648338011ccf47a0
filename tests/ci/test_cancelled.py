"""A job that is cancelled: GitHub signals the first process of a step, and ``reconciler`` ends in order."""

from __future__ import annotations

import json
import signal
import socket
import subprocess
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from tests.ci.github import put_commands
from tests.support.command import PROJECT, environment


@pytest.fixture
def step() -> str:
    """The shell of the step that runs ``reconciler``."""
    steps = YAML(typ="safe").load(PROJECT / "action.yml")["runs"]["steps"]
    (found,) = [each["run"] for each in steps if each.get("name") == "Run reconciler"]
    assert isinstance(found, str)
    return found


@pytest.mark.parametrize("command", ["apply", "drift"])
def test_a_cancelled_run_has_a_report(command: str, step: str, tmp_path: Path) -> None:
    (tmp_path / "topics.yaml").write_text("version: 1\ntopics: {orders: {partitions: 1}}\n")
    (tmp_path / "step.sh").write_text(step)
    report = tmp_path / "report.json"
    env = {
        "PATH": f"{put_commands(tmp_path / 'bin')}:{environment()['PATH']}",
        "GITHUB_ACTION_PATH": str(PROJECT),
        "COMMAND": command,
        "REVIEWED_PLAN": "",
        "RECONCILER_REPORT": str(report),
    }
    bash = ["bash", "--noprofile", "--norc", "-e", "-o", "pipefail", "step.sh"]
    with socket.create_server(("127.0.0.1", 0)) as broker:
        env["KAFKA_BOOTSTRAP_SERVERS"] = "127.0.0.1:{1}".format(*broker.getsockname())
        with (
            subprocess.Popen(bash, cwd=tmp_path, env=env, stdout=subprocess.PIPE, text=True) as run,
            broker.accept()[0],  # which is never answered
        ):
            run.send_signal(signal.SIGINT)
            assert run.wait(timeout=25) == 128 + signal.SIGTERM  # before it would give up by itself
            assert json.loads(report.read_text())["run"]["status"] == "interrupted"
            assert run.stdout is not None
            first, *_, last = run.stdout.read().splitlines()
    assert first.removeprefix("::stop-commands::") == last.strip(":")
