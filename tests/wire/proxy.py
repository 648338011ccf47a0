"""TCP proxies before a broker, and one that knows where one Kafka message ends and the next begins.

https://kafka.apache.org/protocol#protocol_common: four bytes of length; a request goes on with two of API key.
"""

from __future__ import annotations

import socket
import struct
import threading
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress

from reconciler.sandbox.kafka_nodes import free_ports

API_NAMES = {
    3: "metadata",
    18: "api_versions",
    19: "create_topics",
    32: "describe_configs",
    37: "create_partitions",
    44: "incremental_alter_configs",
    75: "describe_topic_partitions",
}


class Proxy(ABC):
    """Takes connections at ``port``, any free one for 0, and makes one to ``target`` for each, both of this machine."""

    def __init__(self, port: int, target: int) -> None:
        self._server = socket.create_server(("127.0.0.1", port))
        self.port: int = self._server.getsockname()[1]
        self._target = target
        self._open: list[socket.socket] = []

    def serve(self) -> None:
        """Take connections until the server is closed."""
        while True:
            try:
                client, _ = self._server.accept()
            except OSError:
                return
            self._open.append(client)
            try:
                broker = socket.create_connection(("127.0.0.1", self._target))
            except OSError:  # the broker is down: so is the client's connection
                client.close()
                continue
            self._open.append(broker)
            for carry in self._carriers(client, broker):
                threading.Thread(target=carry, daemon=True).start()

    def close(self) -> None:
        """Cut everything."""
        self._server.shutdown(socket.SHUT_RDWR)
        for connection in (self._server, *self._open):
            hang_up(connection)
            connection.close()

    @abstractmethod
    def _carriers(self, client: socket.socket, broker: socket.socket) -> Sequence[Callable[[], None]]:
        """What passes the bytes on, each to run in a thread of its own."""


class CountingProxy(Proxy):
    """Passes everything on, and keeps every request with the name of its API."""

    def __init__(self, port: int, target: int) -> None:
        super().__init__(port, target)
        self.sent: list[tuple[str, bytes]] = []

    def _carriers(self, client: socket.socket, broker: socket.socket) -> Sequence[Callable[[], None]]:
        return (
            lambda: self._pass_on(client, broker, are_requests=True),
            lambda: self._pass_on(broker, client, are_requests=False),
        )

    def _pass_on(self, source: socket.socket, sink: socket.socket, *, are_requests: bool) -> None:
        with suppress(OSError):
            for message in messages(source):
                if are_requests:
                    (key,) = struct.unpack_from(">h", message, 4)
                    self.note(API_NAMES.get(key, str(key)), message)
                if self.passes_on(is_request=are_requests):
                    sink.sendall(message)
        hang_up(source, sink)

    def note(self, api: str, message: bytes) -> None:
        """Keep a request that came in."""
        self.sent.append((api, message))

    def passes_on(self, *, is_request: bool) -> bool:  # noqa: ARG002 - for those that do not pass on everything
        """Whether the message that has just come is passed on."""
        return True


def messages(source: socket.socket) -> Iterator[bytes]:
    """Whole messages with their lengths, until the other side hangs up."""
    with source.makefile("rb") as stream:
        while len(length := stream.read(4)) == 4:
            yield length + stream.read(struct.unpack(">i", length)[0])


def hang_up(*connections: socket.socket) -> None:
    """End them for both sides; what was sent before still arrives."""
    for connection in connections:
        with suppress(OSError):
            connection.shutdown(socket.SHUT_RDWR)


@contextmanager
def serving(proxy: Proxy) -> Iterator[None]:
    """Let ``proxy`` work for the length of the block."""
    thread = threading.Thread(target=proxy.serve, daemon=True)
    thread.start()
    try:
        yield
    finally:
        proxy.close()
        thread.join()


@contextmanager
def counting_proxy(port: int, target: int) -> Iterator[CountingProxy]:
    """A proxy from ``port`` to ``target``, both of this machine, for the length of the block."""
    proxy = CountingProxy(port, target)
    with serving(proxy):
        yield proxy


def free_port() -> int:
    """A port that nobody uses at this moment, and that nobody gets by chance."""
    (port,) = free_ports(1)
    return port
