"""A client of a test never keeps the test waiting."""

from __future__ import annotations

import gc
import threading
from concurrent.futures import Future
from typing import Any

import pytest

from tests.support.clients import DROPPED, AdminClient, Consumer, Producer, end_dropped

NOWHERE: Any = {"bootstrap.servers": "127.0.0.1:1", "group.id": "nobody", "log_level": 0}


class Watched:
    """An attribute of a client: it goes where the client goes."""

    def __init__(self, ended_in: Future[int]) -> None:
        self._ended_in = ended_in

    def __del__(self) -> None:
        self._ended_in.set_result(threading.get_ident())


class Holder:
    """What holds a client and itself, as the frames of an exception do."""

    client: Any
    itself: Any


@pytest.mark.parametrize("kind", [AdminClient, Consumer, Producer])
def test_a_client_ends_in_another_thread(kind: type[Any]) -> None:
    ended_in: Future[int] = Future()
    client = kind(NOWHERE)
    client.watched = Watched(ended_in)
    del client
    end_dropped()
    assert ended_in.result(timeout=60) != threading.get_ident()


def test_the_collector_of_garbage_ends_none() -> None:
    holder = Holder()
    holder.client, holder.itself = AdminClient(NOWHERE), holder
    holder.client.mark = "held"
    del holder
    gc.collect()
    assert "held" in [getattr(each, "mark", None) for each in DROPPED]
