"""Signals and questions: what happens when somebody says stop."""

from __future__ import annotations

import signal
import subprocess
import time
from pathlib import Path

import pytest

from reconciler.sandbox import Sandbox
from tests.broker.another_client import AnotherClient
from tests.support.command import process, report_at
from tests.support.listener import listener, silence
from tests.support.terminal import Terminal


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129)])
def test_a_signal_ends_the_run_with_a_report(number: signal.Signals, code: int, tmp_path: Path) -> None:
    report = tmp_path / "report.json"
    with listener(silence) as port:
        arguments = ["plan", "--bootstrap-server", f"127.0.0.1:{port}", "--timeout", "100", "--report", str(report)]
        # librdkafka's own words on standard error say that the connection is being made.
        with process(*arguments, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as running:
            await_connection(port)
            running.send_signal(number)
            stdout, stderr = running.communicate(timeout=60)
        assert running.returncode == code
    assert stdout == b""
    assert f"interrupted by {number.name}" in stderr.decode()
    assert "Traceback" not in stderr.decode()
    assert report_at(report)["run"] | {"status": "interrupted", "exit_code": code} == report_at(report)["run"]


def await_connection(port: int) -> None:
    """Wait until somebody is connected to ``port`` of this machine."""
    import psutil  # noqa: PLC0415 - only these tests look at sockets

    while not any(
        each.raddr and each.raddr.port == port and each.status == psutil.CONN_ESTABLISHED
        for each in psutil.net_connections("tcp4")
    ):
        time.sleep(0.01)  # there is nothing to wait on but the kernel's table


@pytest.mark.parametrize(
    ("answer", "code", "status"),
    [("y\n", 0, "applied"), ("n\n", 1, "not_attempted"), ("\x03", 130, "not_attempted")],
    ids=["yes", "no", "ctrl-c"],
)
def test_apply_asks_on_a_terminal(answer: str, code: int, status: str, kafka: Sandbox, tmp_path: Path) -> None:
    name = f"asked-{status}-{code}"
    (tmp_path / "topics.yaml").write_text(f"version: 1\ntopics: {{{name}: {{}}}}\n")
    arguments = ["--bootstrap-server", kafka.bootstrap_servers, "--report", "report.json"]
    terminal = Terminal("apply", *arguments, cwd=tmp_path)
    terminal.read_until("Apply this plan? [y/N]: ")
    assert f"+\x1b[0m \x1b[1m{name}" in terminal.said, "the plan is shown first, in colour"
    assert terminal.answer(answer) == code
    assert "Traceback" not in terminal.said
    report = report_at(tmp_path / "report.json")
    assert report["run"]["exit_code"] == code
    assert report["topics"][0]["status"] == status
    assert AnotherClient(kafka).exists(name) == (status == "applied")


def test_nothing_is_asked_when_there_is_nothing_to_do(kafka: Sandbox, tmp_path: Path) -> None:
    AnotherClient(kafka).create("there-already")
    (tmp_path / "topics.yaml").write_text("version: 1\ntopics: {there-already: {}}\n")
    terminal = Terminal("apply", "--bootstrap-server", kafka.bootstrap_servers, cwd=tmp_path)
    terminal.read_until("Apply: 0 topics applied, 1 unchanged.")
    assert terminal.answer("") == 0


def test_on_a_terminal_progress_leaves_no_trace(tmp_path: Path) -> None:
    (tmp_path / "topics.yaml").write_text("version: 1\ntopics: {a: {}}\n")
    with listener(silence) as port:
        terminal = Terminal("plan", "--bootstrap-server", f"127.0.0.1:{port}", "--timeout", "2", cwd=tmp_path)
        terminal.read_until(f"\r\x1b[Kwaiting for an answer from 127.0.0.1:{port}; giving up after 2 s")
        assert terminal.answer("") == 1
    before, _, after = terminal.said.rpartition("\r\x1b[K")
    assert "waiting" in before
    assert "waiting" not in after
