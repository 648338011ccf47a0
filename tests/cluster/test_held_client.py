"""Clients of ours end in threads of their own, however their last reference goes."""

from __future__ import annotations

import gc
import subprocess
import sys
import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any

import pytest

from reconciler.clock import TimeLimit
from reconciler.cluster.connection import Connection
from reconciler.cluster.writer import WritingConnection

NOWHERE: Any = {"bootstrap.servers": "127.0.0.1:1"}


class Watched:
    """An attribute of a client: it goes where the client goes."""

    def __init__(self, ended_in: Future[int]) -> None:
        self._ended_in = ended_in

    def __del__(self) -> None:
        self._ended_in.set_result(threading.get_ident())


def close(connection: list[Connection]) -> None:
    connection[0].close()


def connect_anew(connection: list[Connection]) -> None:
    connection[0].connect_anew()


def forget(connection: list[Connection]) -> None:
    connection.clear()


def leave_to_the_collector(connection: list[Connection]) -> None:
    circle: list[object] = [connection[0]]  # as in the frames of an exception
    circle.append(circle)
    connection.clear()
    del circle
    gc.collect()


@pytest.mark.parametrize("kind", [Connection, WritingConnection])
@pytest.mark.parametrize("end", [close, connect_anew, forget, leave_to_the_collector])
def test_a_client_ends_in_another_thread(kind: type[Connection], end: Callable[[list[Connection]], None]) -> None:
    connection = [kind(NOWHERE, limit=TimeLimit(1))]
    ended_in: Future[int] = Future()
    connection[0].admin.watched = Watched(ended_in)  # type: ignore[attr-defined]  # see Watched
    end(connection)
    assert ended_in.result(timeout=60) != threading.get_ident()


def test_python_ends_with_clients_that_were_not_closed() -> None:
    script = (
        "from reconciler.clock import TimeLimit\n"
        "from reconciler.cluster.connection import Connection\n"
        f"circle = [Connection({NOWHERE}, limit=TimeLimit(1))]\n"
        "circle.append(circle)\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stderr) == (0, "")
