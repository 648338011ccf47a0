"""Looks at moves on a real cluster: what they show, and what a broker that hangs costs."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import pytest

from reconciler.clock import TimeLimit
from reconciler.cluster.connection import Connection
from reconciler.cluster.moves import ReplicaMoves
from reconciler.errors import ClusterUnavailable
from reconciler.model import LiveMoves, Move
from reconciler.sandbox import Sandbox, start
from tests.reassignment.slow_moves import BYTES, RECORDS, SlowMoves
from tests.support.secured import Secured

LAST = 4
MOVE = Move(0, (1,), (1, LAST))
"""No controller."""
COUNTED_AS_ALIVE = {"broker.session.timeout.ms": "120000"}


@pytest.fixture(scope="module")
def four() -> Iterator[Sandbox]:
    with start(brokers=LAST, properties=COUNTED_AS_ALIVE) as sandbox:
        yield sandbox


@contextmanager
def stopped(sandbox: Sandbox, node: int) -> Iterator[None]:
    pid = next(each.pid for each in sandbox.brokers if each.node_id == node)
    os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(pid, signal.SIGCONT)


def look(moves: ReplicaMoves) -> LiveMoves:
    """A look that is taken again where the client starts from the broker that hangs."""
    while True:
        with suppress(ClusterUnavailable):
            return moves.look_at_moves(["slow"], {"slow": [MOVE]})


def test_a_broker_that_hangs_costs_a_look_its_sizes_and_no_more(four: Sandbox) -> None:
    tool = SlowMoves(four)
    tool.begin("slow", [[1]], {0: [1, LAST]})
    in_flight = {"slow": {0: MOVE}}
    servers = ",".join(four.bootstrap_servers.split(",")[: LAST - 1])
    moves = ReplicaMoves(Connection({"bootstrap.servers": servers}, limit=TimeLimit(120)))
    shown = look(moves)
    sizes = shown.sizes["slow"][0]
    assert (shown.in_flight, sizes[1] > BYTES * RECORDS > sizes[LAST]) == (in_flight, True)
    with stopped(four, LAST):
        began = time.monotonic()
        shown = look(moves)
        assert (shown.in_flight, shown.sizes) == (in_flight, {})
        assert time.monotonic() - began < 60  # half of the limit: the brokers have much else to do in a test run
    tool.end()


def test_a_look_that_is_not_permitted_is_not_taken_again(secured_kafka: Secured) -> None:
    connection = Connection(secured_kafka.login("guest"), limit=TimeLimit(60))
    with pytest.raises(ClusterUnavailable) as raised:
        ReplicaMoves(connection).look_at_moves(["slow"], {})
    assert raised.value.is_final
