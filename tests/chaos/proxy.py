"""A TCP proxy that cuts, delays and freezes connections to a broker, the same ones for the same seed."""

from __future__ import annotations

import math
import socket
import threading
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from random import Random
from typing import Literal

from tests.wire.proxy import Proxy, hang_up

MAX_REQUESTED, MAX_ANSWERED = 2_500, 50_000
"""What a connection of an apply of 25 topics carries, roughly, in bytes."""
LONGEST_DELAY = 0.5
_CHUNK = 65_536

Kind = Literal["untouched", "cut", "delayed", "frozen"]

_CALMEST, _WILDEST = 0.1, 0.95  # shares of connections to which something happens; a seed is somewhere between
_WEIGHTS: dict[Kind, int] = {"cut": 6, "delayed": 2, "frozen": 3}


@dataclass(frozen=True, slots=True, kw_only=True)
class Fate:
    """What befalls a connection when so many bytes of its requests, or else of its answers, have passed.

    One that is cut is closed for both sides. From one that is frozen nothing more comes, either way, although
    it stays open. With ``delivers`` the rest of what was read together with these bytes passes before: a
    request is carried out, and its answer lost.
    """

    kind: Kind
    of_requests: bool = True
    after_bytes: int = 0
    delivers: bool = False
    delay_seconds: float = 0.0


def fate_of(seed: int, node_id: int, number: int) -> Fate:
    """The fate of the connection that is the ``number``-th, from 0, to a broker."""
    random = Random(f"{seed}/{node_id}/{number}")  # noqa: S311 - chance is wanted, secrecy is not
    share = Random(f"{seed}").uniform(_CALMEST, _WILDEST)  # noqa: S311
    (kind,) = random.choices(list(_WEIGHTS), weights=list(_WEIGHTS.values()))
    of_requests = random.random() < 0.5
    most = MAX_REQUESTED if of_requests else MAX_ANSWERED
    # Half of them even over the orders of magnitude: the handshake is short, and it is hit as well as the writes.
    evenly = random.random() < 0.5
    return Fate(
        kind=kind if random.random() < share else "untouched",
        of_requests=of_requests,
        after_bytes=random.randint(0, most) if evenly else int(math.exp(random.uniform(0, math.log(most + 1)))) - 1,
        delivers=random.random() < 0.5,
        delay_seconds=random.uniform(0, LONGEST_DELAY),
    )


class ChaosProxy(Proxy):
    """The way to one broker; ``struck`` counts the connections that met their fate, by kind."""

    def __init__(self, port: int, target: int, *, seed: int, node_id: int) -> None:
        super().__init__(port, target)
        self.struck: Counter[Kind] = Counter()
        self._seed = seed
        self._node_id = node_id
        self._number = 0
        self._lock = threading.Lock()
        self._calm = threading.Event()
        self._frozen: list[_Link] = []

    def calm(self) -> None:
        """From now on pass on everything; a frozen connection, of which the middle is lost, is cut."""
        with self._lock:
            self._calm.set()
        for link in self._frozen:
            link.hang_up()

    def _carriers(self, client: socket.socket, broker: socket.socket) -> Sequence[Callable[[], None]]:
        fate = fate_of(self._seed, self._node_id, self._number)
        self._number += 1
        link = _Link(client, broker, fate, self._strike)
        return link.carry_requests, link.carry_answers

    def _strike(self, link: _Link) -> None:
        fate = link.fate
        with self._lock:
            if self._calm.is_set() or fate.kind == "untouched":
                return
            self.struck[fate.kind] += 1
            if fate.kind == "frozen":
                link.is_frozen = True
                self._frozen.append(link)
        if fate.kind == "cut":
            link.hang_up()
        elif fate.kind == "delayed":
            self._calm.wait(fate.delay_seconds)


class _Link:
    """A client's connection and the one to the broker that belongs to it."""

    def __init__(
        self, client: socket.socket, broker: socket.socket, fate: Fate, strike: Callable[[_Link], None]
    ) -> None:
        self.fate = fate
        self.is_frozen = False
        self._client = client
        self._broker = broker
        self._strike = strike

    def carry_requests(self) -> None:
        """Pass on until a side hangs up."""
        self._carry(self._client, self._broker, self.fate.after_bytes if self.fate.of_requests else None)

    def carry_answers(self) -> None:
        """Likewise."""
        self._carry(self._broker, self._client, None if self.fate.of_requests else self.fate.after_bytes)

    def hang_up(self) -> None:
        """Cut it for both sides."""
        hang_up(self._client, self._broker)

    def _carry(self, source: socket.socket, sink: socket.socket, spared: int | None) -> None:
        """``spared`` is the number of bytes before the connection's fate; ``None`` where it has none this way."""
        with suppress(OSError):
            while data := source.recv(_CHUNK):
                if spared is None or spared >= len(data):
                    self._pass_on(data, sink)
                    spared = None if spared is None else spared - len(data)
                else:
                    before = len(data) if self.fate.delivers else spared
                    self._pass_on(data[:before], sink)
                    self._strike(self)
                    self._pass_on(data[before:], sink)
                    spared = None
        self.hang_up()

    def _pass_on(self, data: bytes, sink: socket.socket) -> None:
        if not self.is_frozen:  # else it is read all the same, so that the end is noticed
            sink.sendall(data)
