"""Starts a cluster and runs it for the length of a block."""

from __future__ import annotations

import os
import shutil
import tempfile
import uuid
from base64 import urlsafe_b64encode
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from reconciler.errors import SandboxError
from reconciler.sandbox.extra import from_extra
from reconciler.sandbox.jars import jars
from reconciler.sandbox.java import find_java
from reconciler.sandbox.kafka_nodes import LOOPBACK, KafkaNode, plan_nodes, write_properties
from reconciler.sandbox.servers import PortTaken, Servers, await_end, await_ready, format_storage, guarded
from reconciler.sandbox.versions import DEFAULT_VERSION, full_version

MAX_BROKERS = 3
_TRIES = 3

# The heap of Kafka's own start script (10,000 topics use half of it), and the garbage collector and compiler that
# start fastest.
_JVM = ("-Xmx1g", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xshare:auto", "-XX:-UsePerfData")
_LOGGING = ("-Dorg.slf4j.simpleLogger.showDateTime=true", "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn")


@dataclass(frozen=True, slots=True, kw_only=True)
class Broker:
    """A broker that was started; one rack per broker."""

    node_id: int
    port: int
    advertised_port: int
    """The port that clients are told: ``port``, unless there is a proxy."""
    direct_port: int
    """A port without a proxy: clients that start here never go through one; ``port``, unless there is a proxy."""
    pid: int
    rack: str


class Sandbox:
    """A running cluster, on the loopback address only."""

    def __init__(
        self, kafka_version: str, nodes: Sequence[KafkaNode], servers: Servers, pids: Mapping[int, int]
    ) -> None:
        self.kafka_version = kafka_version
        self._nodes = {node.node_id: node for node in nodes}
        self._servers = servers
        self._pids = dict(pids)

    @property
    def brokers(self) -> tuple[Broker, ...]:
        """The brokers that were started, by node id, including those that were killed."""
        return tuple(_broker(self._nodes[node_id], pid) for node_id, pid in sorted(self._pids.items()))

    @property
    def bootstrap_servers(self) -> str:
        """The addresses of all brokers, or of their proxies."""
        return ",".join(f"{LOOPBACK}:{broker.advertised_port}" for broker in self.brokers)

    @property
    def direct_servers(self) -> str:
        """The addresses of all brokers without proxies."""
        return ",".join(f"{LOOPBACK}:{broker.direct_port}" for broker in self.brokers)

    def start_broker(self, node_id: int) -> Broker:
        """Start a broker that was standing by, killed or stopped, with the same ports and topics.

        Returns when the broker is ready and part of the cluster. Right after a kill that takes up to
        ``broker.session.timeout.ms``, 9 s by default. Raises SandboxError.
        """
        node = self._nodes[node_id]
        if node_id in self._pids and not await_end(self._pids[node_id]):
            raise SandboxError.because(
                "broker-runs", f"broker {node_id} is still running", hint="stop it first, for instance with SIGTERM"
            )
        for _ in range(_TRIES):
            with suppress(PortTaken):
                self._pids |= _run(self._servers, [node])
                return _broker(node, self._pids[node_id])
        raise SandboxError.because("port-taken", f"a port of broker {node_id} is in use")


def _broker(node: KafkaNode, pid: int) -> Broker:
    return Broker(
        node_id=node.node_id,
        port=node.port,
        advertised_port=node.advertised_port,
        direct_port=node.direct_port,
        pid=pid,
        rack=node.rack,
    )


@contextmanager
def start(
    *,
    brokers: int = 1,
    standing_by: int = 0,
    kafka_version: str = DEFAULT_VERSION,
    port: int | None = None,
    advertised_ports: Sequence[int] | None = None,
    properties: Mapping[str, str] | None = None,
    progress: Callable[[str], None] = lambda _line: None,
) -> Iterator[Sandbox]:
    """Run a cluster for the length of the ``with`` block.

    The last ``standing_by`` brokers are not started before ``Sandbox.start_broker``. ``kafka_version`` may be
    short (``4.1``); ``port`` is that of the first broker, the others use the next ports; ``properties`` are added
    to those of every server. ``progress`` gets lines of text.

    ``advertised_ports``, one per broker, are told to clients instead of ``Broker.port``: for proxies that listen
    there and pass on to that port. Brokers connect to each other without the proxies.

    The cluster ends with the block, and with this process, even if that is killed. Raises SandboxError.
    """
    _check_numbers(brokers, standing_by, advertised_ports)
    _check_working_directory()
    version = full_version(kafka_version)
    classpath = os.pathsep.join(map(str, from_extra(lambda: jars(version, os.environ, progress))))
    java = [find_java(os.environ), *_JVM, *_LOGGING, "-cp", classpath]
    with ExitStack() as stack:
        for _ in range(_TRIES):
            with suppress(PortTaken):
                folder = stack.enter_context(_temporary_folder())
                nodes = plan_nodes(brokers, folder, first_port=port, advertised_ports=advertised_ports or ())
                try:
                    write_properties(nodes, properties or {})
                except OSError as error:
                    raise _no_folder(error) from error
                servers, pids = stack.enter_context(_running(java, folder, nodes, standing_by))
                break
        else:
            raise SandboxError.because("port-taken", "other programs took the free ports before Kafka could use them")
        yield Sandbox(version, nodes, servers, pids)


def _check_numbers(brokers: int, standing_by: int, advertised_ports: Sequence[int] | None) -> None:
    if not 1 <= brokers <= MAX_BROKERS:
        raise SandboxError.because("brokers", f"a sandbox has 1 to {MAX_BROKERS} brokers, not {brokers}")
    if not 0 <= standing_by <= (brokers - 1) // 2:
        raise SandboxError.because(
            "brokers", f"{standing_by} of {brokers} brokers cannot stand by: a majority must run"
        )
    if advertised_ports is not None and len(advertised_ports) != brokers:
        raise SandboxError.because(
            "brokers", f"got {len(advertised_ports)} advertised ports for {brokers} brokers; give one per broker"
        )


def _check_working_directory() -> None:
    """Without the working directory, Java fails without naming the reason."""
    try:
        Path.cwd()
    except FileNotFoundError as error:
        raise SandboxError.because(
            "no-working-directory",
            "the working directory no longer exists",
            hint="change to a directory that exists; if it was created again, run: cd .",
        ) from error


@contextmanager
def _temporary_folder() -> Iterator[Path]:
    try:
        folder = Path(tempfile.mkdtemp(prefix="reconciler-sandbox-"))
    except OSError as error:
        raise _no_folder(error) from error
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _no_folder(error: OSError) -> SandboxError:
    return SandboxError.because(
        "no-folder",
        f"cannot write the folder for the brokers' data: {error.strerror}",
        hint="free some space, or set TMPDIR to a folder that can be written",
    )


@contextmanager
def _running(
    java: Sequence[str], folder: Path, nodes: Sequence[KafkaNode], standing_by: int
) -> Iterator[tuple[Servers, Mapping[int, int]]]:
    """Servers for ``nodes``, and the process ids of those that run: all but the last ``standing_by``."""
    with guarded(java, folder) as servers:
        cluster_id = _new_cluster_id()
        with ThreadPoolExecutor(len(nodes)) as pool:
            list(pool.map(lambda node: format_storage(java, node, cluster_id), nodes))
        yield servers, _run(servers, nodes[: len(nodes) - standing_by])


def _run(servers: Servers, nodes: Sequence[KafkaNode]) -> Mapping[int, int]:
    """Start ``nodes`` and wait until they are ready; their process ids. Raises SandboxError, PortTaken."""
    pids = {node.node_id: servers.start(node) for node in nodes}
    await_ready({node: pids[node.node_id] for node in nodes})
    return pids


def _new_cluster_id() -> str:
    """A random UUID as Kafka writes it; like Kafka's own Uuid.randomUuid, never one that begins with "-"."""
    while (cluster_id := urlsafe_b64encode(uuid.uuid4().bytes).rstrip(b"=").decode()).startswith("-"):
        pass
    return cluster_id
