"""Starting a cluster and holding it for as long as it is used."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
import uuid
from base64 import urlsafe_b64encode
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from reconciler.errors import SandboxError
from reconciler.sandbox.jars import jars
from reconciler.sandbox.java import find_java
from reconciler.sandbox.nodes import LOOPBACK, Node, is_free, plan_nodes, write_properties
from reconciler.sandbox.versions import DEFAULT_VERSION, full_version

MOST_BROKERS = 3
START_SECONDS = 90
_LAST_LINES = 15
_TRIES = 3

# What a broker for tests needs: the heap of Kafka's own start script, which 10,000 topics fill by half, and the
# collector and the compiler that start quickest.
_JVM = ("-Xmx1g", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xshare:auto", "-XX:-UsePerfData")
_LOGGING = ("-Dorg.slf4j.simpleLogger.showDateTime=true", "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn")


@dataclass(frozen=True, slots=True, kw_only=True)
class Broker:
    """A broker that runs."""

    node_id: int
    port: int
    pid: int
    rack: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Sandbox:
    """A cluster that runs, on the loopback address only."""

    kafka_version: str
    brokers: tuple[Broker, ...]

    @property
    def bootstrap_servers(self) -> str:
        """The addresses of all brokers."""
        return _addresses(self.brokers)


def _addresses(brokers: Sequence[Broker]) -> str:
    return ",".join(f"{LOOPBACK}:{broker.port}" for broker in brokers)


class _PortTaken(Exception):
    """Somebody took a port between the look and the start."""


@contextmanager
def start(
    *,
    brokers: int = 1,
    kafka_version: str = DEFAULT_VERSION,
    port: int | None = None,
    properties: Mapping[str, str] | None = None,
    progress: Callable[[str], None] = lambda _line: None,
) -> Iterator[Sandbox]:
    """Run a cluster for the length of the ``with`` block.

    ``kafka_version`` may be short (``4.1``); ``port`` is the first broker's, the next ones count from it;
    ``properties`` are added to every server's. ``progress`` gets lines of text. The cluster ends with the
    block, and with this process however that dies. Raises SandboxError.
    """
    if not 1 <= brokers <= MOST_BROKERS:
        raise SandboxError.because("brokers", f"a sandbox has 1 to {MOST_BROKERS} brokers, not {brokers}")
    version = full_version(kafka_version)
    classpath = os.pathsep.join(map(str, _from_extra(lambda: jars(version, os.environ, progress))))
    java = [find_java(os.environ), *_JVM, *_LOGGING, "-cp", classpath]
    with ExitStack() as stack:
        for _ in range(_TRIES):
            with suppress(_PortTaken):
                started = stack.enter_context(_started(java, brokers, port, properties or {}))
                break
        else:
            raise SandboxError.because("port-taken", "free ports are taken before Kafka can use them")
        yield Sandbox(kafka_version=version, brokers=started)


@contextmanager
def _started(
    java: Sequence[str], number: int, first_port: int | None, properties: Mapping[str, str]
) -> Iterator[tuple[Broker, ...]]:
    """So many brokers, ready to serve."""
    folder = Path(tempfile.mkdtemp(prefix="reconciler-sandbox-"))
    try:
        nodes = plan_nodes(number, folder, first_port)
        taken = [node.port for node in nodes if first_port is not None and not is_free(node.port)]
        if taken:
            raise SandboxError.because("port-taken", f"port {taken[0]} is in use", hint="choose another --port")
        with _running(java, nodes, folder, properties) as pids:
            brokers = tuple(map(_broker, nodes, pids))
            _await_ready(brokers, nodes)
            yield brokers
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _broker(node: Node, pid: int) -> Broker:
    return Broker(node_id=node.node_id, port=node.port, pid=pid, rack=node.rack)


def _from_extra(get: Callable[[], Sequence[Path]]) -> Sequence[Path]:
    try:
        return get()
    except ModuleNotFoundError as error:
        raise SandboxError.because(
            "no-extra",
            f"the sandbox needs the package {error.name}",
            hint="pip install 'kafka-topic-reconciler[sandbox]'",
        ) from error


@contextmanager
def _running(
    java: Sequence[str], nodes: list[Node], folder: Path, properties: Mapping[str, str]
) -> Iterator[list[int]]:
    """The servers' process ids, while a guardian runs them."""
    cluster_id = _new_cluster_id()
    for node in nodes:
        write_properties(node, nodes, properties)
    with ThreadPoolExecutor(len(nodes)) as pool:
        list(pool.map(lambda node: _format(java, node, cluster_id), nodes))
    guardian = subprocess.Popen(
        [sys.executable, "-m", "reconciler.sandbox.guardian"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        start_new_session=True,
        text=True,
    )
    if guardian.stdin is None or guardian.stdout is None:
        raise AssertionError("pipes were asked for")
    try:
        servers = [
            {"command": [*java, "kafka.Kafka", str(node.properties_file)], "log": str(node.log_file)} for node in nodes
        ]
        guardian.stdin.write(json.dumps({"servers": servers, "folder": str(folder)}) + "\n")
        guardian.stdin.flush()
        yield json.loads(guardian.stdout.readline())
    finally:
        guardian.stdin.close()
        guardian.stdout.close()
        guardian.wait()


def _new_cluster_id() -> str:
    """A random UUID in Kafka's spelling; none that begins with "-", as Kafka's own Uuid.randomUuid avoids it."""
    while (cluster_id := urlsafe_b64encode(uuid.uuid4().bytes).rstrip(b"=").decode()).startswith("-"):
        pass
    return cluster_id


def _format(java: Sequence[str], node: Node, cluster_id: str) -> None:
    arguments = ["kafka.tools.StorageTool", "format", "-t", cluster_id, "-c", str(node.properties_file)]
    done = subprocess.run([*java, *arguments], capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL)
    if done.returncode != 0:
        raise _failed(done.stdout + done.stderr)


def _await_ready(brokers: Sequence[Broker], nodes: Sequence[Node]) -> None:
    """Wait until the cluster itself says that all brokers are alive."""
    import psutil  # noqa: PLC0415 - from the extra [sandbox]

    from reconciler.cluster.ready import Readiness  # noqa: PLC0415 - loads the Kafka client

    readiness = Readiness(_addresses(brokers))
    deadline = time.monotonic() + START_SECONDS
    while readiness.brokers(timeout=0.25) < len(nodes):
        for broker, node in zip(brokers, nodes, strict=True):
            if not psutil.pid_exists(broker.pid) or psutil.Process(broker.pid).status() == psutil.STATUS_ZOMBIE:
                raise _died(node)
        if time.monotonic() > deadline:
            raise _failed(_log(nodes[0]), f"Kafka is not ready after {START_SECONDS} s")


def _died(node: Node) -> Exception:
    log = _log(node)
    return _PortTaken() if "Address already in use" in log else _failed(log)


def _log(node: Node) -> str:
    return node.log_file.read_text(encoding="utf-8", errors="replace")


def _failed(log: str, what: str = "Kafka did not start") -> SandboxError:
    last = "\n  ".join(log.strip().splitlines()[-_LAST_LINES:])
    return SandboxError.because("broker-died", what, hint=f"the last lines of its log:\n  {last}")
