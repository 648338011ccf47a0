"""Signals at any moment: noted at once, acted upon where the run can be left in good order, never lost."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import click
import pytest

from reconciler.cli.console import Console
from reconciler.cli.options import OutputOptions
from reconciler.cli.run import carry_out
from reconciler.cli.signals import Signals
from reconciler.errors import Interrupted, ReconcilerError
from reconciler.model import Command
from reconciler.session import Session
from tests.cli.moments import run_with_signal, spread
from tests.support.command import PROJECT, environment, process, report_at, wait_until
from tests.wire.fake_kafka import FakeKafka
from tests.wire.faults import Fault

ENDING = [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129)]
MOMENTS = 24
"""``python -m tests.cli.moments`` tries 200."""
SLOW_METADATA = Fault(api="metadata", delay=1, times=None)
SILENT = Fault(api="metadata", delay=60, times=None)


def write_manifest(folder: Path, topics: int = 1) -> None:
    lines = "".join(f"  topic.{number:05}: {{partitions: 1}}\n" for number in range(topics))
    (folder / "topics.yaml").write_text(f"version: 1\ntopics:\n{lines}")


def test_at_every_moment_of_a_run_a_signal_leaves_a_true_report() -> None:
    ends = list(spread(MOMENTS))
    assert [(end, wrong) for end in ends for wrong in end.what_is_wrong()] == []
    assert {end.code for end in ends} >= {129, 130, 143}


@pytest.mark.parametrize(("number", "code"), ENDING)
def test_a_signal_before_the_options_are_read_leaves_the_report_that_they_ask_for(
    number: signal.Signals, code: int, tmp_path: Path
) -> None:
    write_manifest(tmp_path)
    ended = run_with_signal("apply", number, 0, tmp_path, ["topic.00000"])
    assert (ended.code, list(ended.what_is_wrong())) == (code, [])
    assert ended.report["manifest"] is None, "it was acted upon before anything was done"


@pytest.mark.parametrize(("number", "code"), ENDING)
@pytest.mark.parametrize(
    ("command", "leaves_a_report"),
    [
        (["validate"], True),
        (["apply", "--yes"], True),
        (["explain", "a"], False),
        (["compare", "topics.yaml", "topics.yaml"], False),
    ],
)
def test_a_manifest_that_cannot_be_opened_yet_does_not_keep_a_signal_waiting(
    command: list[str], leaves_a_report: bool, number: signal.Signals, code: int, tmp_path: Path
) -> None:
    os.mkfifo(tmp_path / "topics.yaml")
    report = tmp_path / "report.json"
    more = ["--report", str(report)] if leaves_a_report else []
    with process(*command, *more, cwd=tmp_path, stderr=subprocess.PIPE, stdout=subprocess.PIPE) as running:
        await_listening(running.pid)
        running.send_signal(number)
        _, stderr = running.communicate(timeout=60)
    assert running.returncode == code
    assert f"interrupted by {number.name}" in stderr.decode()
    assert "Traceback" not in stderr.decode()
    if leaves_a_report:
        assert report_at(report)["run"]["exit_code"] == code


def await_listening(pid: int) -> None:
    """Wait until the process with that id catches SIGHUP, or does not get it."""
    status = Path(f"/proc/{pid}/status")
    if not status.exists():
        pytest.skip("only Linux tells which signals a process catches")
    while not int(status.read_text().partition("SigCgt:")[2].split()[0], 16) & 1 << (signal.SIGTERM - 1):
        time.sleep(0.002)  # another process can only be looked at


@pytest.mark.parametrize("words", [["explain", "a"], ["compare", "topics.yaml", "cluster"]])
def test_a_cluster_that_does_not_answer_does_not_keep_a_signal_waiting(words: list[str], tmp_path: Path) -> None:
    write_manifest(tmp_path)
    with FakeKafka(SILENT) as kafka:
        command = [*words, "--bootstrap-server", kafka.bootstrap_servers]
        with process(*command, cwd=tmp_path, stderr=subprocess.PIPE, stdout=subprocess.PIPE) as running:
            wait_until(lambda: bool(kafka.received("metadata")), running)
            running.send_signal(signal.SIGTERM)
            _, stderr = running.communicate(timeout=60)
    assert (running.returncode, stderr.decode().count("interrupted by SIGTERM")) == (143, 1)


@pytest.mark.parametrize(
    "numbers",
    [(signal.SIGTERM, signal.SIGTERM), (signal.SIGHUP, signal.SIGHUP), (signal.SIGTERM, signal.SIGHUP)],
    ids=["timeout(1)", "a terminal that closes", "systemd with SendSIGHUP"],
)
def test_a_request_to_end_that_comes_as_two_signals_is_one(
    numbers: tuple[signal.Signals, signal.Signals], tmp_path: Path
) -> None:
    first, second = numbers
    write_manifest(tmp_path)
    with (
        FakeKafka(SILENT) as kafka,
        process("plan", "--bootstrap-server", kafka.bootstrap_servers, "--report", "r.json", cwd=tmp_path) as running,
    ):
        wait_until(lambda: bool(kafka.received("metadata")), running)
        running.send_signal(first)
        with suppress(ProcessLookupError):
            running.send_signal(second)
        code = running.wait(60)
    assert code in {128 + first, 128 + second}, "two that come at once have no order"
    assert report_at(tmp_path / "r.json")["run"]["exit_code"] == code


SIGNALLING_ITSELF = """
import os, signal, sys, time
from reconciler.cli.signals import Signals
Signals().listen()
os.kill(os.getpid(), int(sys.argv[1]))
time.sleep(float(sys.argv[3]))
os.kill(os.getpid(), int(sys.argv[2]))
"""


@pytest.mark.parametrize(
    ("first", "second", "pause", "code"),
    [
        (signal.SIGTERM, signal.SIGTERM, 0.3, -signal.SIGTERM),
        (signal.SIGINT, signal.SIGINT, 0.3, -signal.SIGINT),
        (signal.SIGHUP, signal.SIGTERM, 0.3, -signal.SIGTERM),
        (signal.SIGTERM, signal.SIGHUP, 0.3, 0),
        (signal.SIGHUP, signal.SIGHUP, 0.3, 0),
        (signal.SIGTERM, signal.SIGTERM, 0, 0),
        (signal.SIGINT, signal.SIGTERM, 0, 0),
    ],
)
def test_the_second_signal_ends_the_process_unless_it_belongs_to_the_first(
    first: signal.Signals, second: signal.Signals, pause: float, code: int
) -> None:
    arguments = [str(int(first)), str(int(second)), str(pause)]
    done = subprocess.run(
        [sys.executable, "-c", SIGNALLING_ITSELF, *arguments], cwd=PROJECT, env=environment(), check=False
    )
    assert done.returncode == code


def test_a_hangup_under_nohup_does_nothing(tmp_path: Path) -> None:
    write_manifest(tmp_path)
    ignored = "import signal, sys; signal.signal(signal.SIGHUP, signal.SIG_IGN); from os import execv; execv"
    command = [sys.executable, "-m", "reconciler", "plan", "--report", "report.json", "--bootstrap-server"]
    with (
        FakeKafka(SLOW_METADATA) as kafka,
        subprocess.Popen(
            [sys.executable, "-c", f"{ignored}(sys.executable, {[*command, kafka.bootstrap_servers]})"],
            cwd=tmp_path,
            env=environment({"PYTHONPATH": str(PROJECT)}),
        ) as running,
    ):
        wait_until(lambda: bool(kafka.received("metadata")), running)
        running.send_signal(signal.SIGHUP)
        assert running.wait(60) == 0
    assert report_at(tmp_path / "report.json")["run"]["status"] == "changes"


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
@pytest.mark.parametrize("unbuffered", ["", "1"])
def test_a_signal_after_the_run_has_ended_changes_nothing(
    number: signal.Signals, unbuffered: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONUNBUFFERED", unbuffered)
    write_manifest(tmp_path, topics=1_000)
    arguments = ["plan", "-o", "json", "--report", "report.json", "--bootstrap-server"]
    with (
        FakeKafka() as kafka,
        process(*arguments, kafka.bootstrap_servers, cwd=tmp_path, stdout=subprocess.PIPE) as running,
    ):
        # Nobody reads standard output yet, and a pipe does not take this much: the run cannot get to its end.
        wait_until((tmp_path / "report.json").exists, running)
        running.send_signal(number)
        stdout, _ = running.communicate(timeout=60)
    assert running.returncode == 0
    assert json.loads(stdout) == report_at(tmp_path / "report.json")
    assert json.loads(stdout)["run"]["exit_code"] == 0


WAITING_FOR_AN_IMPORT = """
import sys, threading, time
from reconciler.cli.signals import Signals
signals = Signals()
signals.listen()
if sys.argv[1] == "another thread's":
    threading.Thread(target=__import__, args=("slow",), daemon=True).start()
    while "slow" not in sys.modules:
        time.sleep(0.001)
print("listening", flush=True)
try:
    import slow
    print("imported", slow.WHOLE)
    signals.check()
except BaseException as error:
    print(type(error).__name__, error.signal_number)
"""


@pytest.fixture(params=["its own", "another thread's"])
def importing(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    """A process whose main thread waits for an import until a file ``go`` is there."""
    wait = "import pathlib, time\nwhile not pathlib.Path('go').exists(): time.sleep(0.01)\nWHOLE = True\n"
    (tmp_path / "slow.py").write_text(wait)
    with subprocess.Popen(
        [sys.executable, "-c", WAITING_FOR_AN_IMPORT, request.param],
        cwd=tmp_path,
        env=environment({"PYTHONPATH": f"{PROJECT}{os.pathsep}{tmp_path}"}),
        stdout=subprocess.PIPE,
        text=True,
    ) as running:
        assert running.stdout is not None
        assert running.stdout.readline() == "listening\n"
        yield running


def test_a_signal_does_not_break_an_import_off(importing: subprocess.Popen[str], tmp_path: Path) -> None:
    importing.send_signal(signal.SIGTERM)
    (tmp_path / "go").touch()
    stdout, _ = importing.communicate(timeout=60)
    assert stdout == "imported True\nInterrupted 15\n"


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_second_signal_ends_the_process_while_it_imports(
    importing: subprocess.Popen[str], number: signal.Signals
) -> None:
    while importing.poll() is None:
        importing.send_signal(number)
        time.sleep(0.05)  # until the first has been handled
    assert importing.returncode == -number


@pytest.fixture
def signals() -> Iterator[Signals]:
    """Listening in this process."""
    listening = Signals()
    listening.listen()
    yield listening
    with suppress(Interrupted):
        listening.let_go()


def send_soon(number: signal.Signals) -> None:
    threading.Timer(0.1, os.kill, (os.getpid(), number)).start()


def test_waiting_of_any_kind_ends_with_the_signal(signals: Signals) -> None:
    heard, told = os.pipe()
    with os.fdopen(heard) as stream, os.fdopen(told, "w"):
        waits: list[Callable[[], object]] = [
            lambda: signals.sleep(300),
            lambda: signals.wait_for(lambda: stream.read(1)),
            lambda: signals.wait_for_input(stream.fileno()),
        ]
        for wait in waits:
            signals.came = None
            send_soon(signal.SIGTERM)
            with pytest.raises(Interrupted):
                wait()


def test_who_swallows_an_interruption_meets_it_again_at_the_next_safe_point(signals: Signals) -> None:
    signals.came = signal.SIGTERM
    for _ in range(3):
        with pytest.raises(Interrupted):
            signals.check()


def test_a_run_whose_interruption_was_swallowed_still_ends_as_interrupted(tmp_path: Path) -> None:
    noted = Signals()

    def work(session: Session, _console: Console) -> None:
        noted.came = signal.SIGTERM
        with suppress(ReconcilerError):
            session.control.check()

    report = tmp_path / "report.json"
    output = OutputOptions(output="text", reports=(report,), log_format="text", verbosity=0, quiet=True)
    with click.Context(click.Command("validate"), obj=noted):
        assert carry_out(lambda control: Session(Command.VALIDATE, control=control), output, work) == 143
    assert report_at(report)["run"]["status"] == "interrupted"


def test_a_signal_is_held_back_until_the_block_has_ended(signals: Signals) -> None:
    with signals.held():
        os.kill(os.getpid(), signal.SIGTERM)
        signals.check()
    with pytest.raises(Interrupted):
        signals.check()


def test_the_signals_of_others_do_not_shorten_a_sleep(signals: Signals) -> None:
    before = signal.signal(signal.SIGUSR1, lambda *_: None)
    began = time.monotonic()
    try:
        send_soon(signal.SIGUSR1)
        signals.sleep(0.3)
    finally:
        signal.signal(signal.SIGUSR1, before)
    assert time.monotonic() - began >= 0.3


def test_what_is_waited_for_keeps_its_result_and_its_exception(signals: Signals) -> None:
    assert signals.wait_for(lambda: 42) == 42
    with pytest.raises(ZeroDivisionError):
        signals.wait_for(lambda: 1 // 0)


def test_importing_the_package_leaves_signals_alone() -> None:
    code = (
        "import signal; before = [signal.getsignal(each) for each in (1, 2, 15)]\n"
        "import reconciler.__main__, reconciler.cli.main, reconciler.cli.apply, reconciler.cli.sandbox\n"
        "assert [signal.getsignal(each) for each in (1, 2, 15)] == before\n"
        "assert signal.set_wakeup_fd(-1) == -1\n"
    )
    subprocess.run([sys.executable, "-c", code], cwd=PROJECT, env=environment(), check=True)


def test_nothing_heavy_is_loaded_before_signals_are_heeded() -> None:
    code = "import sys, reconciler.__main__; print(*sys.modules)"
    unmeasured = {name: value for name, value in environment().items() if not name.startswith("COVERAGE_")}
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=PROJECT, env=unmeasured, check=True, capture_output=True, text=True
    )
    assert not {"click", "dataclasses", "typing", "logging", "reconciler.errors"} & set(done.stdout.split())


@pytest.mark.parametrize("closed", [(2,), (1, 2), (0, 1, 2)])
def test_the_wake_up_pipe_is_never_a_standard_stream(closed: tuple[int, ...], tmp_path: Path) -> None:
    code = (
        "import os, signal\n"
        "from reconciler.cli.signals import Signals\n"
        "signals = Signals()\n"
        "signals.listen()\n"
        "open('descriptor', 'w').write(str(min(signals._woken, signal.set_wakeup_fd(-1))))\n"
    )
    closing = " ".join(f"{number}>&-" for number in closed)
    subprocess.run(
        ["/bin/sh", "-c", f'exec "$@" {closing}', "sh", sys.executable, "-c", code],
        cwd=tmp_path,
        env=environment({"PYTHONPATH": str(PROJECT)}),
        check=True,
    )
    assert int((tmp_path / "descriptor").read_text()) > 2
