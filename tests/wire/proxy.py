"""A TCP proxy that knows where one Kafka message ends and the next begins.

https://kafka.apache.org/protocol#protocol_common: four bytes of length; a request goes on with two of API key.
"""

from __future__ import annotations

import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

API_NAMES = {
    3: "metadata",
    18: "api_versions",
    19: "create_topics",
    32: "describe_configs",
    37: "create_partitions",
    44: "incremental_alter_configs",
    75: "describe_topic_partitions",
}


class CountingProxy:
    """Passes everything on to ``target``, and keeps every request with the name of its API."""

    def __init__(self, port: int, target: int) -> None:
        self.port = port
        self._server = socket.create_server(("127.0.0.1", port))
        self._target = target
        self._open: list[socket.socket] = []
        self.sent: list[tuple[str, bytes]] = []

    def serve(self) -> None:
        """Take connections until the server is closed."""
        while True:
            try:
                client, _ = self._server.accept()
            except OSError:
                return
            broker = socket.create_connection(("127.0.0.1", self._target))
            self._open += [client, broker]
            for source, sink, are_requests in ((client, broker, True), (broker, client, False)):
                threading.Thread(target=self._pass_on, args=(source, sink, are_requests), daemon=True).start()

    def close(self) -> None:
        """Cut everything."""
        self._server.shutdown(socket.SHUT_RDWR)
        for connection in (self._server, *self._open):
            connection.close()

    def _pass_on(self, source: socket.socket, sink: socket.socket, are_requests: bool) -> None:
        with suppress(OSError):
            for message in messages(source):
                if are_requests:
                    (key,) = struct.unpack_from(">h", message, 4)
                    self.sent.append((API_NAMES.get(key, str(key)), message))
                sink.sendall(message)
        for connection in (source, sink):
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)


def messages(source: socket.socket) -> Iterator[bytes]:
    """Whole messages with their lengths, until the other side hangs up."""
    with source.makefile("rb") as stream:
        while len(length := stream.read(4)) == 4:
            yield length + stream.read(struct.unpack(">i", length)[0])


@contextmanager
def counting_proxy(port: int, target: int) -> Iterator[CountingProxy]:
    """A proxy from ``port`` to ``target``, both of this machine, for the length of the block."""
    proxy = CountingProxy(port, target)
    thread = threading.Thread(target=proxy.serve, daemon=True)
    thread.start()
    try:
        yield proxy
    finally:
        proxy.close()
        thread.join()


def free_port() -> int:
    """A port that nobody uses at this moment."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port: int = server.getsockname()[1]
        return port
