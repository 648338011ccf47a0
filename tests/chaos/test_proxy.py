"""The proxy of the chaos tests, before a server that answers with what it was asked."""

from __future__ import annotations

import socket
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import pytest

from tests.chaos import proxy as chaos
from tests.chaos.proxy import LONGEST_DELAY, MAX_ANSWERED, MAX_REQUESTED, ChaosProxy, Fate, Kind, fate_of
from tests.wire.proxy import free_port, serving

SENT = bytes(range(100))


@pytest.fixture
def echo() -> Iterator[int]:
    """The port of a server that sends back what it gets."""

    def answer() -> None:
        while True:
            try:
                connection, _ = server.accept()
            except OSError:
                return
            with connection:
                while data := connection.recv(1000):
                    connection.sendall(data)

    with socket.create_server(("127.0.0.1", 0)) as server:
        thread = threading.Thread(target=answer)
        thread.start()
        yield server.getsockname()[1]
        server.shutdown(socket.SHUT_RDWR)
        thread.join()


@contextmanager
def connection_with(
    fate: Fate, target: int, monkeypatch: pytest.MonkeyPatch
) -> Iterator[tuple[socket.socket, ChaosProxy]]:
    """A connection through a proxy that meets ``fate``."""
    monkeypatch.setattr(chaos, "fate_of", lambda _seed, _node_id, _number: fate)
    proxy = ChaosProxy(0, target, seed=1, node_id=1)
    with serving(proxy), socket.create_connection(("127.0.0.1", proxy.port)) as connection:
        connection.settimeout(20)
        yield connection, proxy


def read_to_the_end(connection: socket.socket) -> bytes:
    return b"".join(iter(lambda: connection.recv(1000), b""))


def test_a_fate_depends_on_seed_broker_and_number_alone() -> None:
    drawn = [fate_of(7, 2, number) for number in range(5)]
    assert drawn == [fate_of(7, 2, number) for number in range(5)]
    others = [fate_of(8, 2, 0), fate_of(7, 3, 0), fate_of(7, 2, 1)]
    assert drawn[0] not in others


def test_many_connections_are_spared_and_every_part_of_the_others_is_hit() -> None:
    fates = [fate_of(seed, 1, 0) for seed in range(5_000)]
    kinds = Counter(fate.kind for fate in fates)
    assert kinds["untouched"] > 2_000
    assert min(kinds.values()) > 100
    for of_requests, most in ((True, MAX_REQUESTED), (False, MAX_ANSWERED)):
        after = {fate.after_bytes for fate in fates if fate.of_requests == of_requests}
        assert {0, 1} <= after
        assert 0.9 * most < max(after) <= most
    assert all(0 <= fate.delay_seconds <= LONGEST_DELAY for fate in fates)


@pytest.mark.parametrize("of_requests", [True, False])
@pytest.mark.parametrize("after", [0, 1, 57])
def test_a_cut_connection_has_passed_so_many_bytes(
    of_requests: bool, after: int, echo: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    with connection_with(Fate(kind="cut", of_requests=of_requests, after_bytes=after), echo, monkeypatch) as (
        connection,
        proxy,
    ):
        connection.sendall(SENT)
        answered = read_to_the_end(connection)
        assert answered == SENT[: len(answered)]
        assert len(answered) == after or (of_requests and len(answered) < after)  # the answer may be cut too
        assert proxy.struck == {"cut": 1}


@pytest.mark.parametrize("kind", ["cut", "frozen"])
def test_a_request_may_be_delivered_and_its_answer_lost(kind: Kind, monkeypatch: pytest.MonkeyPatch) -> None:
    fate = Fate(kind=kind, after_bytes=40, delivers=True)
    with socket.create_server(("127.0.0.1", 0)) as server:
        target = server.getsockname()[1]
        with connection_with(fate, target, monkeypatch) as (connection, proxy), server.accept()[0] as broker:
            connection.sendall(SENT)
            assert b"".join(broker.recv(1) for _ in SENT) == SENT
            while not proxy.struck:
                pass
            with suppress(OSError):  # it may have heard of the cut
                broker.sendall(SENT)
            proxy.calm()
            assert read_to_the_end(connection) == b""


@pytest.mark.parametrize("of_requests", [True, False])
def test_nothing_comes_from_a_frozen_connection_until_calm_cuts_it(
    of_requests: bool, echo: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    with connection_with(Fate(kind="frozen", of_requests=of_requests, after_bytes=40), echo, monkeypatch) as (
        connection,
        proxy,
    ):
        connection.sendall(SENT)
        while not proxy.struck:
            pass
        connection.sendall(SENT)
        proxy.calm()
        assert SENT[:40].startswith(read_to_the_end(connection))
        assert proxy.struck == {"frozen": 1}


def test_a_frozen_connection_ends_when_the_client_hangs_up(echo: int, monkeypatch: pytest.MonkeyPatch) -> None:
    with connection_with(Fate(kind="frozen", after_bytes=40), echo, monkeypatch) as (connection, proxy):
        connection.sendall(SENT)
        while not proxy.struck:
            pass
        connection.shutdown(socket.SHUT_WR)
        assert SENT[:40].startswith(read_to_the_end(connection))


@pytest.mark.parametrize("kind", ["delayed", "untouched"])
def test_all_of_it_comes_from_a_delayed_connection_and_from_one_that_is_spared(
    kind: Kind, echo: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    with connection_with(Fate(kind=kind, after_bytes=40, delay_seconds=0.01), echo, monkeypatch) as (connection, proxy):
        connection.sendall(SENT)
        assert b"".join(connection.recv(1) for _ in SENT) == SENT
        assert proxy.struck == ({"delayed": 1} if kind == "delayed" else {})


@pytest.mark.parametrize("kind", ["cut", "delayed", "frozen"])
def test_a_calm_proxy_passes_everything(kind: Kind, echo: int, monkeypatch: pytest.MonkeyPatch) -> None:
    with connection_with(
        Fate(kind=kind, of_requests=False, after_bytes=40, delay_seconds=1_000), echo, monkeypatch
    ) as (connection, proxy):
        proxy.calm()
        connection.sendall(SENT)
        assert b"".join(connection.recv(1) for _ in SENT) == SENT
        assert not proxy.struck


def test_calm_ends_a_delay(echo: int, monkeypatch: pytest.MonkeyPatch) -> None:
    with connection_with(Fate(kind="delayed", of_requests=False, delay_seconds=1_000), echo, monkeypatch) as (
        connection,
        proxy,
    ):
        connection.sendall(SENT)
        while not proxy.struck:
            pass
        proxy.calm()
        assert b"".join(connection.recv(1) for _ in SENT) == SENT


def test_without_a_broker_the_client_is_cut_off() -> None:
    proxy = ChaosProxy(0, free_port(), seed=1, node_id=1)
    with serving(proxy), socket.create_connection(("127.0.0.1", proxy.port)) as connection:
        assert read_to_the_end(connection) == b""
