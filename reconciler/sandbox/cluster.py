"""Starts a cluster and runs it for the length of a block."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from reconciler.errors import SandboxError
from reconciler.sandbox.extra import from_extra
from reconciler.sandbox.jars import cache_folder, jars
from reconciler.sandbox.java import find_java
from reconciler.sandbox.kafka_nodes import CONTROLLERS, LOOPBACK, KafkaNode, new_id, plan_nodes, write_properties
from reconciler.sandbox.prepared import Prepared, prepare
from reconciler.sandbox.servers import PortTaken, Servers, await_end, await_ready, format_storage, guarded
from reconciler.sandbox.temporary import temporary_folder, writing
from reconciler.sandbox.versions import DEFAULT_VERSION, full_version

MAX_BROKERS = 6
_TRIES = 3

# The heap of Kafka's own start script (10,000 topics use half of it), and the garbage collector and compiler that
# start fastest.
_JVM = ("-Xmx1g", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xshare:auto", "-XX:-UsePerfData")
_LOGGING = ("-Dorg.slf4j.simpleLogger.showDateTime=true", "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn")


@dataclass(frozen=True, slots=True, kw_only=True)
class Broker:
    """A broker that was started."""

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
    racks: int | None = None,
    kafka_version: str = DEFAULT_VERSION,
    port: int | None = None,
    advertised_ports: Sequence[int] | None = None,
    properties: Mapping[str, str] | None = None,
    progress: Callable[[str], None] = lambda _line: None,
) -> Iterator[Sandbox]:
    """Run a cluster for the length of the ``with`` block.

    The last ``standing_by`` brokers are not started before ``Sandbox.start_broker``. Brokers are in ``racks`` in turn,
    so many of them; by default each has one of its own. ``kafka_version`` may be
    short (``4.1``); ``port`` is that of the first broker, the others use the next ports; ``properties`` are added
    to those of every server. ``progress`` gets lines of text.

    ``advertised_ports``, one per broker, are told to clients instead of ``Broker.port``: for proxies that listen
    there and pass on to that port. Brokers connect to each other without the proxies.

    The cluster ends with the block, and with this process, even if that is killed. Raises SandboxError.
    """
    _check_numbers(brokers, standing_by, racks, advertised_ports)
    _check_working_directory()
    version = full_version(kafka_version)
    files = from_extra(lambda: jars(version, os.environ, progress))
    java = find_java(os.environ)
    jvm = [java.program, *_JVM, *_LOGGING, "-cp", os.pathsep.join(map(str, files))]
    prepared = prepare(version, build=java.build, jvm=jvm, jars=files, cache=cache_folder(), progress=progress)
    with ExitStack() as stack:
        for _ in range(_TRIES):
            with suppress(PortTaken):
                folder = stack.enter_context(temporary_folder())
                nodes = plan_nodes(
                    brokers, folder, racks=racks, first_port=port, advertised_ports=advertised_ports or ()
                )
                servers = stack.enter_context(guarded(prepared.with_archive(jvm), folder))
                with writing():
                    write_properties(nodes, properties or {})
                    _format(nodes, prepared, jvm, properties or {})
                pids = _run(servers, nodes[: len(nodes) - standing_by])
                break
        else:
            raise SandboxError.because("port-taken", "other programs took the free ports before Kafka could use them")
        yield Sandbox(version, nodes, servers, pids)


def _check_numbers(brokers: int, standing_by: int, racks: int | None, advertised_ports: Sequence[int] | None) -> None:
    if not 1 <= brokers <= MAX_BROKERS:
        raise SandboxError.because("brokers", f"a sandbox has 1 to {MAX_BROKERS} brokers, not {brokers}")
    if not 0 <= standing_by <= brokers - min(brokers, CONTROLLERS) // 2 - 1:
        raise SandboxError.because(
            "brokers", f"{standing_by} of {brokers} brokers cannot stand by: a majority must run"
        )
    if racks is not None and not 1 <= racks <= brokers:
        raise SandboxError.because("racks", f"{brokers} brokers can be in 1 to {brokers} racks, not in {racks}")
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


def _format(nodes: Sequence[KafkaNode], prepared: Prepared, jvm: Sequence[str], extra: Mapping[str, str]) -> None:
    cluster_id = new_id()
    if not all(prepared.format(node, cluster_id, extra) for node in nodes):
        with ThreadPoolExecutor(len(nodes)) as pool:
            list(pool.map(lambda node: format_storage(prepared.with_archive(jvm), node, cluster_id), nodes))


def _run(servers: Servers, nodes: Sequence[KafkaNode]) -> Mapping[int, int]:
    """Start ``nodes`` and wait until they are ready; their process ids. Raises SandboxError, PortTaken."""
    pids = {node.node_id: servers.start(node) for node in nodes}
    await_ready({node: pids[node.node_id] for node in nodes})
    return pids
