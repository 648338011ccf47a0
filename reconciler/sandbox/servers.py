"""The servers of a cluster as processes, each a child of the guardian."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from importlib import import_module
from pathlib import Path

from reconciler.errors import SandboxError
from reconciler.sandbox.extra import from_extra
from reconciler.sandbox.kafka_nodes import LOOPBACK, KafkaNode

START_SECONDS = 180
_FIRST_LOOK_SECONDS, _LONGEST_LOOK_SECONDS = 0.25, 8.0
_END_SECONDS = 60  # a broker that is told to end hands its leaderships over first
_LAST_LINES = 15


class PortTaken(Exception):
    """Another program took a port between the check and the start."""


class Servers:
    """Starts servers through ``guardian``; ``java`` is the first part of their command line."""

    def __init__(self, guardian: subprocess.Popen[str], java: Sequence[str]) -> None:
        self._guardian = guardian
        self._java = java

    def start(self, node: KafkaNode) -> int:
        """Start the server of ``node``; its process id. Raises SandboxError."""
        if self._guardian.stdin is None or self._guardian.stdout is None:
            raise AssertionError("pipes were asked for")
        command = [*self._java, "kafka.Kafka", str(node.properties_file)]
        order = {"node_id": node.node_id, "command": command, "log": str(node.log_file)}
        with suppress(BrokenPipeError):
            self._guardian.stdin.write(json.dumps(order) + "\n")
            self._guardian.stdin.flush()
        answer = self._guardian.stdout.readline()
        if not answer:
            raise SandboxError.because("guardian-died", "the process that runs the brokers exited unexpectedly")
        return int(answer)


@contextmanager
def guarded(java: Sequence[str], folder: Path) -> Iterator[Servers]:
    """Servers that end with the block or with this process; ``folder`` is then removed."""
    guardian = subprocess.Popen(
        [sys.executable, "-m", "reconciler.sandbox.guardian", str(folder)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        start_new_session=True,
        text=True,
    )
    try:
        yield Servers(guardian, java)
    finally:
        for pipe in (guardian.stdin, guardian.stdout):
            if pipe is not None:
                with suppress(BrokenPipeError):
                    pipe.close()
        guardian.wait()


def format_storage(java: Sequence[str], node: KafkaNode, cluster_id: str) -> None:
    """Format the data folder of ``node`` for the cluster. Raises SandboxError."""
    arguments = ["kafka.tools.StorageTool", "format", "-t", cluster_id, "-c", str(node.properties_file)]
    done = subprocess.run([*java, *arguments], capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL)
    if done.returncode != 0:
        raise _failed(done.stdout + done.stderr)


def await_ready(started: Mapping[KafkaNode, int]) -> None:
    """Wait until a server answers and reports all of them as alive.

    ``started`` has their process ids. Raises SandboxError, PortTaken.
    """
    from reconciler.cluster.ready import Readiness  # noqa: PLC0415 - loads the Kafka client

    readiness = Readiness(",".join(f"{LOOPBACK}:{node.direct_port}" for node in started))
    wanted = {node.node_id for node in started}
    deadline = time.monotonic() + START_SECONDS
    patience = _FIRST_LOOK_SECONDS
    while not wanted <= readiness.node_ids(timeout=patience):
        for node, pid in started.items():
            if _has_ended(pid):
                raise _died(node)
        if time.monotonic() > deadline:
            raise _failed(_log(next(iter(started))), f"Kafka is not ready after {START_SECONDS} s")
        # A busy broker with many topics may need longer than the first time limit, however often it is asked.
        patience = min(2 * patience, _LONGEST_LOOK_SECONDS)


def await_end(pid: int) -> bool:
    """Whether the process has ended, after a minute at most."""
    deadline = time.monotonic() + _END_SECONDS
    while not _has_ended(pid):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.01)
    return True


def _has_ended(pid: int) -> bool:
    """Whether the process has ended; the guardian may not have reaped it yet."""
    psutil = from_extra(lambda: import_module("psutil"))
    try:
        return bool(psutil.Process(pid).status() == psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return True


def _died(node: KafkaNode) -> Exception:
    log = _log(node)
    return PortTaken() if "Address already in use" in log else _failed(log)


def _log(node: KafkaNode) -> str:
    return node.log_file.read_text(encoding="utf-8", errors="replace")


def _failed(log: str, what: str = "Kafka did not start") -> SandboxError:
    last = "\n  ".join(log.strip().splitlines()[-_LAST_LINES:])
    hint = (
        f"the last lines of its log:\n  {last}"
        if last
        else "its log is empty; check whether the disk of TMPDIR is full"
    )
    return SandboxError.because("broker-died", what, hint=hint)
