"""A sandbox in the background: ``sandbox start`` and ``sandbox stop``.

``python -m reconciler.sandbox.background`` is the process that runs it until SIGTERM.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from importlib import import_module
from pathlib import Path

from reconciler.errors import Diagnostic, ReconcilerError, SandboxError, Severity
from reconciler.sandbox.extra import from_extra

STOP_SECONDS = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Background:
    """A sandbox in the background: its process and its addresses."""

    pid: int
    pid_created: float
    """Start time of the process, since the pid may be reused by another one."""
    bootstrap_servers: str
    kafka_version: str


def running() -> Background | None:
    """The sandbox in the background, if there is one. Raises SandboxError where its state file cannot be read."""
    state = _state_file()
    with _note_problems(state, "read"):
        try:
            text = state.read_bytes()
        except FileNotFoundError:
            return None
        noted = _noted(text)
    if noted is None:
        raise SandboxError.because(
            "background",
            f"{state} is damaged: it does not describe a sandbox",
            hint="end the process python -m reconciler.sandbox.background if it still runs, then remove the file",
        )
    if _created(noted.pid) == noted.pid_created:
        return noted
    _forget(state)  # the process died, or the machine was restarted
    return None


def _noted(text: bytes) -> Background | None:
    """What ``launch`` wrote, or ``None`` for any other text."""
    try:
        noted = Background(**json.loads(text))
    except (ValueError, TypeError):
        return None
    kinds = {"pid": int, "pid_created": int | float, "bootstrap_servers": str, "kafka_version": str}
    return noted if all(isinstance(getattr(noted, name), kind) for name, kind in kinds.items()) else None


def _forget(state: Path) -> None:
    with _note_problems(state, "removed"):
        state.unlink(missing_ok=True)


@contextmanager
def _note_problems(state: Path, done: str) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise SandboxError.because("background", f"{state} cannot be {done}: {error.strerror}") from error


def launch(*, brokers: int, kafka_version: str, port: int | None, progress: Callable[[str], None]) -> Background:
    """Start a sandbox in the background and wait until it is ready. Raises SandboxError."""
    state = _state_file()
    with _note_problems(state, "written"):  # before there is a cluster that ``sandbox stop`` could not find
        state.parent.mkdir(parents=True, exist_ok=True)
        draft = state.with_name(f"{state.name}.{os.getpid()}")
        draft.touch()
        draft.unlink()
    try:
        with _holder(brokers, kafka_version, port) as holder:
            background = _await_ready(holder, progress)
            with _note_problems(state, "written"):
                draft.write_text(json.dumps(asdict(background)), encoding="utf-8")
                draft.replace(state)
            return background
    finally:
        draft.unlink(missing_ok=True)


@contextmanager
def _holder(brokers: int, kafka_version: str, port: int | None) -> Iterator[subprocess.Popen[str]]:
    """The process that runs the sandbox; it survives the block, unless an exception (or Ctrl-C) ends the block."""
    holder = subprocess.Popen(
        [sys.executable, "-m", "reconciler.sandbox.background", str(brokers), kafka_version, str(port or "")],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
        text=True,
    )
    try:
        yield holder
    except BaseException:
        holder.terminate()
        if holder.stdout is not None:
            holder.stdout.close()
        with suppress(subprocess.TimeoutExpired):
            holder.wait(STOP_SECONDS)
        raise


def _await_ready(holder: subprocess.Popen[str], progress: Callable[[str], None]) -> Background:
    """The sandbox as soon as it is ready. Raises SandboxError."""
    if holder.stdout is None:
        raise AssertionError("a pipe was asked for")
    with holder.stdout:
        for line in holder.stdout:
            said = json.loads(line)
            if "progress" in said:
                progress(said["progress"])
            elif "ready" in said:
                return Background(**said["ready"])
            else:
                raise SandboxError(Diagnostic(severity=Severity.ERROR, **said["error"]))
    code = holder.wait()
    raise SandboxError.because("background", f"the sandbox process exited early with exit code {code}")


def stop(background: Background) -> None:
    """Stop the sandbox and wait until it has ended. Raises SandboxError."""
    import psutil  # noqa: PLC0415 - from the extra [sandbox]

    try:
        process = psutil.Process(background.pid)
        process.terminate()
        process.wait(STOP_SECONDS)
    except psutil.NoSuchProcess:
        pass
    except psutil.TimeoutExpired:
        raise SandboxError.because(
            "background", f"process {background.pid} did not stop within {STOP_SECONDS} s"
        ) from None
    except psutil.AccessDenied:
        raise SandboxError.because("background", f"process {background.pid} belongs to another user") from None
    _forget(_state_file())


def _created(pid: int) -> float | None:
    psutil = from_extra(lambda: import_module("psutil"))
    try:
        return float(psutil.Process(pid).create_time())
    except (psutil.NoSuchProcess, OverflowError, ValueError):  # not the pid of a process
        return None


def _state_file() -> Path:
    platformdirs = from_extra(lambda: import_module("platformdirs"))
    folder: Path = platformdirs.user_state_path("kafka-topic-reconciler")
    return folder / "sandbox.json"


def hold(brokers: int, kafka_version: str, port: int | None) -> None:
    """Run a sandbox until SIGTERM; progress, readiness and errors are JSON lines on standard output."""
    from reconciler.sandbox.cluster import start  # noqa: PLC0415 - only the holding process starts a cluster

    def say(**words: object) -> None:
        sys.stdout.write(json.dumps(words) + "\n")
        sys.stdout.flush()

    signal.signal(signal.SIGTERM, lambda _number, _frame: sys.exit())
    try:
        with start(
            brokers=brokers, kafka_version=kafka_version, port=port, progress=lambda line: say(progress=line)
        ) as sandbox:
            pid = os.getpid()
            ready = Background(
                pid=pid,
                pid_created=_created(pid) or 0,
                bootstrap_servers=sandbox.bootstrap_servers,
                kafka_version=sandbox.kafka_version,
            )
            say(ready=asdict(ready))
            while True:
                signal.pause()
    except ReconcilerError as error:
        first = error.diagnostics[0]
        say(error={"code": first.code, "message": first.message, "hint": first.hint})


if __name__ == "__main__":
    hold(int(sys.argv[1]), sys.argv[2], int(sys.argv[3]) if sys.argv[3] else None)
