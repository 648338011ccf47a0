"""The nodes of a sandbox cluster: ports, folders and server properties.

The first three nodes are broker and controller (KRaft combined mode), so that a cluster of three survives the loss of
one; further ones are only brokers.
"""

from __future__ import annotations

import errno
import secrets
import socket
import uuid
from base64 import urlsafe_b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import count, islice
from pathlib import Path

from reconciler.errors import SandboxError

LOOPBACK = "127.0.0.1"
CONTROLLERS = 3

# Below the ephemeral ports (from 32768 on Linux, 49152 elsewhere, RFC 6335): a connection could take one of those
# from a broker that is about to start, or to restart.
_PORTS = range(20_000, 32_768)
_turns = count(secrets.randbelow(len(_PORTS)))
"""Indices into ``_PORTS``: each call continues after the last one, and each process starts somewhere else."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KafkaNode:
    """One node before it runs."""

    node_id: int
    port: int
    advertised_port: int
    """The port that clients are told; differs from ``port`` where there is a proxy."""
    direct_port: int
    """The port for other brokers; differs from ``port`` where there is a proxy."""
    controller_port: int
    folder: Path
    rack: str

    @property
    def is_controller(self) -> bool:
        """Whether it takes part in deciding, besides being a broker."""
        return self.node_id <= CONTROLLERS

    @property
    def properties_file(self) -> Path:
        """The file with its server properties."""
        return self.folder / "server.properties"

    @property
    def data(self) -> Path:
        """The folder with its data."""
        return self.folder / "data"

    @property
    def log_file(self) -> Path:
        """The file with its output."""
        return self.folder / "server.log"


def new_id() -> str:
    """A random UUID as Kafka writes it; like Kafka's own Uuid.randomUuid, never one that begins with "-"."""
    while (text := urlsafe_b64encode(uuid.uuid4().bytes).rstrip(b"=").decode()).startswith("-"):
        pass
    return text


def free_ports(number: int) -> list[int]:
    """Ports of the loopback address that are free now and not ephemeral.

    Raises SandboxError.
    """
    ports: list[int] = []
    for turn in islice(_turns, len(_PORTS)):
        port = _PORTS[turn % len(_PORTS)]
        if why_not(port) is None:
            ports.append(port)
        if len(ports) == number:
            return ports
    raise SandboxError.because("no-port", f"cannot find {number} free ports from {_PORTS[0]} to {_PORTS[-1]}")


HIGHEST_PORT = 65_535


def why_not(port: int) -> str | None:
    """Why a server cannot listen on ``port`` now; ``None`` where it can."""
    if port > HIGHEST_PORT:
        return f"is above {HIGHEST_PORT}, the highest port"
    try:
        socket.create_server((LOOPBACK, port)).close()
    except PermissionError:
        return "is not allowed for this user"
    except OSError as error:
        return "is in use" if error.errno == errno.EADDRINUSE else f"cannot be used: {error.strerror}"
    return None


def plan_nodes(
    brokers: int,
    folder: Path,
    *,
    racks: int | None = None,
    first_port: int | None = None,
    advertised_ports: Sequence[int] = (),
) -> list[KafkaNode]:
    """Nodes for ``brokers``, on consecutive ports from ``first_port``, or on free ones. Raises SandboxError.

    They are in so many ``racks`` in turn, by default each in one of its own.
    """
    ports = free_ports(3 * brokers)
    nodes = []
    for number in range(1, brokers + 1):
        port = first_port + number - 1 if first_port is not None else ports.pop()
        reason = why_not(port) if first_port is not None else None
        if reason is not None:
            several = f" (brokers use {brokers} consecutive ports)" if brokers > 1 else ""
            hint = f"choose another --port{several}, or omit --port to use any free one"
            raise SandboxError.because("port-taken", f"port {port} {reason}", hint=hint)
        nodes.append(
            KafkaNode(
                node_id=number,
                port=port,
                advertised_port=advertised_ports[number - 1] if advertised_ports else port,
                direct_port=ports.pop() if advertised_ports else port,
                controller_port=ports.pop(),
                folder=folder / f"node-{number}",
                rack=f"rack-{(number - 1) % (racks or brokers) + 1}",
            )
        )
    return nodes


def write_properties(nodes: Sequence[KafkaNode], extra: Mapping[str, str]) -> None:
    """Make the folder of each node with its server properties; ``extra`` takes precedence."""
    controllers = [node for node in nodes if node.is_controller]
    voters = ",".join(f"{node.node_id}@{LOOPBACK}:{node.controller_port}" for node in controllers)
    for node in nodes:
        properties = _of_all(len(controllers)) | {
            "node.id": str(node.node_id),
            "process.roles": "broker,controller" if node.is_controller else "broker",
            "broker.rack": node.rack,
            "controller.quorum.voters": voters,
            "log.dirs": str(node.data),
            **_listeners(node),
            **extra,
        }
        node.folder.mkdir(parents=True)
        lines = (f"{key}={value}\n" for key, value in properties.items())
        node.properties_file.write_text("".join(lines), encoding="utf-8")


def _of_all(controllers: int) -> dict[str, str]:
    copies = str(controllers)
    return {
        "controller.listener.names": "CONTROLLER",
        "auto.create.topics.enable": "false",
        "offsets.topic.replication.factor": copies,
        "transaction.state.log.replication.factor": copies,
        "share.coordinator.state.topic.replication.factor": copies,
        "offsets.topic.num.partitions": "1",
        "group.initial.rebalance.delay.ms": "0",
        "num.network.threads": "2",
        "num.io.threads": "4",
        "log.cleaner.dedupe.buffer.size": str(4 * 1024 * 1024),  # by default 128 MB of heap
    }


def _listeners(node: KafkaNode) -> dict[str, str]:
    """One listener; with a proxy, a second one for connections that do not go through it."""
    direct = {"DIRECT": node.direct_port} if node.direct_port != node.port else {}
    controlling = {"CONTROLLER": node.controller_port}
    listeners = {"PLAINTEXT": node.port, **direct, **(controlling if node.is_controller else {})}
    properties = {
        "listeners": _spelt(listeners),
        "advertised.listeners": _spelt({"PLAINTEXT": node.advertised_port, **direct}),
        "listener.security.protocol.map": ",".join(f"{name}:PLAINTEXT" for name in listeners | controlling),
    }
    return properties | ({"inter.broker.listener.name": "DIRECT"} if direct else {})


def _spelt(listeners: Mapping[str, int]) -> str:
    return ",".join(f"{name}://{LOOPBACK}:{port}" for name, port in listeners.items())
