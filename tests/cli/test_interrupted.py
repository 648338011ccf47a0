"""Signals and questions: what happens when somebody says stop."""

from __future__ import annotations

import fcntl
import json
import os
import pty
import select
import signal
import subprocess
import sys
import termios
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from reconciler.sandbox import Sandbox
from tests.broker.another_client import AnotherClient
from tests.cli.test_unreachable import listener, silence
from tests.conftest import PROJECT, REPORT_SCHEMA, environment


@contextmanager
def process(*arguments: str, cwd: Path = PROJECT, **streams: Any) -> Iterator[subprocess.Popen[bytes]]:
    command = [sys.executable, "-m", "reconciler", *arguments]
    with subprocess.Popen(command, cwd=cwd, env=environment(), **streams) as running:
        yield running


def report_at(path: Path) -> Any:
    report = json.loads(path.read_text())
    REPORT_SCHEMA.validate(report)
    return report


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


class Terminal:
    """A process on a terminal of its own; ``onwards`` is how a shell is to go on, `> file` for instance."""

    def __init__(self, *arguments: str, cwd: Path, onwards: str = "", env: Mapping[str, str] | None = None) -> None:
        self._master, slave = pty.openpty()
        command = [sys.executable, "-m", "reconciler", *arguments]
        if onwards:
            command = ["/bin/sh", "-c", f'"$@" {onwards}', "sh", *command]
        self.process = subprocess.Popen(
            command,
            cwd=cwd,
            env=environment(env),
            stdin=slave,
            stdout=slave,
            stderr=slave,
            start_new_session=True,
            preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),  # noqa: PLW1509 - so that ^C becomes a signal
        )
        os.close(slave)
        self.said = ""

    def read_until(self, text: str) -> None:
        while text not in self.said:
            ready, _, _ = select.select([self._master], [], [], 60)
            assert ready, f"nothing more after: {self.said}"
            self.said += os.read(self._master, 4096).decode()

    def type(self, text: str) -> None:
        os.write(self._master, text.encode())

    def drain(self) -> None:
        """Read what there is, without which the process would wait in the end."""
        while select.select([self._master], [], [], 0)[0]:
            self.said += os.read(self._master, 4096).decode(errors="replace")

    def close(self) -> int:
        """Close the window: the process gets SIGHUP, and what it reads and writes from then on fails."""
        os.close(self._master)
        return self.process.wait(60)

    def answer(self, text: str) -> int:
        self.type(text)
        while True:
            try:
                self.said += os.read(self._master, 4096).decode()
            except OSError:  # how Linux says that the other side has closed the terminal
                break
        os.close(self._master)
        return self.process.wait(60)


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
