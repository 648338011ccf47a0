"""The nodes of a sandbox cluster: ports, folders and server properties.

Every node is broker and controller at once (KRaft combined mode), so that a cluster of three survives
the loss of any one.
"""

from __future__ import annotations

import socket
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

LOOPBACK = "127.0.0.1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """One node before it runs."""

    node_id: int
    port: int
    controller_port: int
    folder: Path

    @property
    def rack(self) -> str:
        """Each node has a rack of its own."""
        return f"rack-{self.node_id}"

    @property
    def properties_file(self) -> Path:
        """Where its server properties stand."""
        return self.folder / "server.properties"

    @property
    def log_file(self) -> Path:
        """Where its output goes."""
        return self.folder / "server.log"


def free_ports(number: int) -> list[int]:
    """Ports of the loopback address that nobody uses at this moment."""
    with ExitStack() as stack:
        servers = [stack.enter_context(socket.create_server((LOOPBACK, 0))) for _ in range(number)]
        return [server.getsockname()[1] for server in servers]


def is_free(port: int) -> bool:
    """Whether a server could listen on ``port`` now."""
    try:
        socket.create_server((LOOPBACK, port)).close()
    except OSError:
        return False
    return True


def plan_nodes(brokers: int, folder: Path, first_port: int | None) -> list[Node]:
    """So many nodes; their ports count from ``first_port``, or are any that are free."""
    ports = free_ports(2 * brokers)
    return [
        Node(
            node_id=number,
            port=first_port + number - 1 if first_port is not None else ports.pop(),
            controller_port=ports.pop(),
            folder=folder / f"node-{number}",
        )
        for number in range(1, brokers + 1)
    ]


def write_properties(node: Node, nodes: list[Node], extra: Mapping[str, str]) -> None:
    """Make the folder of ``node`` and put its server properties there; ``extra`` has the last word."""
    copies = str(len(nodes))
    voters = ",".join(f"{each.node_id}@{LOOPBACK}:{each.controller_port}" for each in nodes)
    properties = {
        "process.roles": "broker,controller",
        "node.id": str(node.node_id),
        "broker.rack": node.rack,
        "controller.quorum.voters": voters,
        "controller.listener.names": "CONTROLLER",
        "listeners": f"PLAINTEXT://{LOOPBACK}:{node.port},CONTROLLER://{LOOPBACK}:{node.controller_port}",
        "advertised.listeners": f"PLAINTEXT://{LOOPBACK}:{node.port}",
        "listener.security.protocol.map": "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT",
        "log.dirs": str(node.folder / "data"),
        "auto.create.topics.enable": "false",
        "offsets.topic.replication.factor": copies,
        "transaction.state.log.replication.factor": copies,
        "share.coordinator.state.topic.replication.factor": copies,
        "offsets.topic.num.partitions": "1",
        "group.initial.rebalance.delay.ms": "0",
        "num.network.threads": "2",
        "num.io.threads": "4",
        "log.cleaner.dedupe.buffer.size": str(4 * 1024 * 1024),  # by default 128 MB of heap
        **extra,
    }
    node.folder.mkdir(parents=True)
    node.properties_file.write_text("".join(f"{key}={value}\n" for key, value in properties.items()), encoding="utf-8")
