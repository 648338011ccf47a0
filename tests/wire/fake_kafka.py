"""A Kafka cluster inside the test process that goes wrong as a test scripts it. It keeps topics, but no records.

The protocol is the real one, https://kafka.apache.org/protocol.
"""

from __future__ import annotations

import socket
import struct
import threading
from collections.abc import Callable, Collection, Mapping
from contextlib import suppress
from typing import Any, NamedTuple, Self

from reconciler.sandbox.kafka_nodes import free_ports
from tests.wire.fake_cluster import Cluster, Topic
from tests.wire.fake_messages import API_VERSIONS, HOST, SPOKEN, read_request, versions, write_answer
from tests.wire.faults import Fault, Script

_START = struct.Struct(">ihhi")
"""What a request starts with: length of the rest, API key, version, correlation id."""
_READS = frozenset({"metadata", "describe_configs"})
_A_WHILE = 30.0
_GARBAGE = b"\x7f" * 64
"""More topics than there can be; of less than none the client would crash."""


class Received(NamedTuple):
    """A request as it came in; ``topics`` is ``None`` where it was about all of them."""

    node: int
    api: str
    topics: tuple[str, ...] | None
    validate_only: bool


class FakeKafka(Cluster):
    """Brokers 1 to ``brokers``, each with a port of its own, serving from construction to the end of the block."""

    def __init__(
        self,
        *faults: Fault,
        topics: Mapping[str, Topic] | None = None,
        brokers: int = 1,
        forwards: bool = True,
        most_records: int = 10_000,
        reject_credentials: bool = False,
        sensitive: Collection[str] = (),
    ) -> None:
        # Each its own port, not one that a client of an earlier test may still come to.
        self._doors = {node: socket.create_server((HOST, *free_ports(1))) for node in range(1, brokers + 1)}
        super().__init__(
            topics=dict(topics or {}),
            ports={node: door.getsockname()[1] for node, door in self._doors.items()},
            forwards=forwards,
            most_records=most_records,
            reject_credentials=reject_credentials,
            sensitive=frozenset(sensitive),
        )
        self.bootstrap_servers = ",".join(f"{HOST}:{port}" for port in self.ports.values())
        self.requests: list[Received] = []
        """In the order in which they came, without ApiVersions."""
        self._script = Script(faults)
        self._lock = threading.Lock()
        self._closing = threading.Event()
        self._frozen: set[int] = set()
        self._looks: dict[int, int | None] = {}
        self._connections: list[socket.socket] = []
        self._talks: list[threading.Thread] = []
        self._porters = [_started(self._accept, node) for node in self._doors]

    def __enter__(self) -> Self:
        """Serving already."""
        return self

    def __exit__(self, *_error: object) -> None:
        """Cut every connection; what is delayed is never answered."""
        self._closing.set()
        for door, porter in zip(self._doors.values(), self._porters, strict=True):
            door.shutdown(socket.SHUT_RDWR)
            porter.join()
            door.close()
        for connection in self._connections:
            with suppress(OSError):  # closed before
                connection.shutdown(socket.SHUT_RDWR)
        for talk in self._talks:
            talk.join()

    def add(self, *faults: Fault) -> None:
        """Let ``faults`` happen after those that are to come already."""
        with self._lock:
            self._script.faults += faults

    def hang(self, node: int) -> None:
        """Let one broker hang for good, as a stopped process: its connections stay, no answer comes."""
        with self._lock:
            self._frozen.add(node)

    def freeze(self, node: int) -> None:
        """The same once the others have noticed: they no longer count it among the brokers."""
        self.hang(node)
        with self._lock:
            self.ports = {other: port for other, port in self.ports.items() if other != node}
            self.controller = min(self.ports)

    def lag(self, node: int, *, looks: int | None = None) -> None:
        """Let one broker show the topics as they are now: for good, or in so many answers about topics from now on.

        Writes it passes on.
        """
        with self._lock:
            self.behind[node] = self.topics
            self._looks[node] = looks

    def _looked_at(self, node: int) -> None:
        left = self._looks.get(node)
        if left == 0:
            del self.behind[node], self._looks[node]
        elif left is not None:
            self._looks[node] = left - 1

    def faults_left(self) -> list[Fault]:
        """Faults that have not happened as often as they are to, also those without end."""
        with self._lock:
            return list(self._script.left().values())

    def received(self, api: str) -> list[Received]:
        """The requests to one API."""
        with self._lock:
            return [request for request in self.requests if request.api == api]

    def written(self, api: str) -> list[Received]:
        """Those that were not only to be checked."""
        return [request for request in self.received(api) if not request.validate_only]

    def unread(self) -> int:
        """Bytes of requests that wait behind one that hangs: on its connection nothing else is read."""
        waiting = 0
        for connection in list(self._connections):
            with suppress(OSError):  # closed, or nothing there
                waiting += len(connection.recv(1024, socket.MSG_PEEK | socket.MSG_DONTWAIT))
        return waiting

    def await_no_connection(self) -> None:
        """Wait until every client has gone."""
        for talk in self._talks:
            talk.join(_A_WHILE)
            assert not talk.is_alive(), "a client stays"

    def _accept(self, node: int) -> None:
        with suppress(OSError):  # closed
            while True:
                connection, _ = self._doors[node].accept()
                self._connections.append(connection)
                self._talks.append(_started(self._talk, node, connection))

    def _talk(self, node: int, connection: socket.socket) -> None:
        with connection, suppress(OSError):  # the client has gone, or the test is over
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # else every second answer is 40 ms late
            while True:
                start = _exactly(connection, _START.size)
                length, key, version, correlation = _START.unpack(start)
                if key not in SPOKEN:
                    return  # not Kafka's protocol, such as the beginning of TLS: brokers cut that, too
                rest = length + 4 - _START.size
                if self._cuts_half_read(
                    node, key, start[4:] + connection.recv(rest, socket.MSG_PEEK | socket.MSG_WAITALL)
                ):
                    return
                if node in self._frozen:
                    self._closing.wait()
                    return
                message = start[4:] + _exactly(connection, rest)
                answer = versions(version) if key == API_VERSIONS else self._answer(node, key, message)
                if answer is None:
                    return
                connection.sendall(struct.pack(">ii", 4 + len(answer), correlation) + answer)

    def _cuts_half_read(self, node: int, key: int, message: bytes) -> bool:
        """Whether the connection is cut with ``message`` on it, which was looked at but not taken."""
        api, _ = SPOKEN[key]
        checks = key != API_VERSIONS and read_request(node, key, message).validate_only
        with self._lock:
            is_cut = self._script.cuts_half_read(api, checks=checks)
            if is_cut:
                self.requests.append(Received(node, api, (), validate_only=checks))
            return is_cut

    def _answer(self, node: int, key: int, message: bytes) -> bytes | None:
        """The body of the answer once its time has come, or ``None`` to cut the connection."""
        request = read_request(node, key, message)
        topics = None if request.wanted is None else tuple(request.wanted)
        with self._lock:
            self.requests.append(Received(node, request.api, topics, request.validate_only))
            is_own_accord = request.api == "metadata" and topics == ()
            if request.api in _READS and not is_own_accord:
                self._looked_at(node)
            shown = self.seen_by(node)
            wanted = dict.fromkeys(shown.topics) if request.wanted is None else request.wanted
            met = {} if is_own_accord else self._script.take(request.api, wanted, checks=request.validate_only)
            faults = met.values()
            if any(fault.cut == "before" for fault in faults):
                return None
            answers = self.answers(node, request.api, wanted, met, validate_only=request.validate_only)
            answer = write_answer(request, answers, self.seen_by(node))
        self._closing.wait(max((fault.delay for fault in faults), default=0))
        if self._closing.is_set() or any(fault.cut == "after" for fault in faults):
            return None
        if any(fault.garbage for fault in faults):
            return _GARBAGE
        return b"" if any(fault.short for fault in faults) else answer


def _exactly(connection: socket.socket, size: int) -> bytes:
    data = connection.recv(size, socket.MSG_WAITALL)
    if len(data) < size:
        raise ConnectionError
    return data


def _started(target: Callable[..., None], *arguments: Any) -> threading.Thread:
    thread = threading.Thread(target=target, args=arguments, daemon=True)
    thread.start()
    return thread
