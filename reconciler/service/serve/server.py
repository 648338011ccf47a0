"""Serves an ASGI application from a thread, so that the main thread can audit and get signals."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Thread

import uvicorn
from starlette.types import ASGIApp

from reconciler.errors import ReconcilerError

_TO_END_SECONDS = 5
"""How long answers under way may take after the end."""


class AddressUnavailable(ReconcilerError):
    """The address cannot be listened to: it is taken, not of this machine, or not permitted."""


class Serving:
    """A server that answers."""

    def __init__(self, thread: Thread, address: str) -> None:
        self._thread = thread
        self.address = address
        """``http://127.0.0.1:8080``, with the port that is really listened to."""

    @property
    def is_alive(self) -> bool:
        """Whether it still answers."""
        return self._thread.is_alive()


def listen(host: str, port: int) -> socket.socket:
    """A socket that listens; port 0 chooses a free one. Raises AddressUnavailable."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family)
    except (OSError, UnicodeError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise AddressUnavailable.because(
            "address",
            f"cannot listen on {_joined(host, port)}: {reason}",
            hint="choose another address with --address HOST:PORT; port 0 takes a free one",
        ) from error


@contextmanager
def serving(application: ASGIApp, listener: socket.socket) -> Iterator[Serving]:
    """Serve ``application`` on ``listener`` for the length of the block."""
    host, port = listener.getsockname()[:2]
    server = uvicorn.Server(
        uvicorn.Config(
            application,
            loop="asyncio",
            http="h11",
            ws="none",
            lifespan="off",
            log_config=None,
            access_log=False,
            server_header=False,
            proxy_headers=False,
            timeout_graceful_shutdown=_TO_END_SECONDS,
        )
    )
    thread = Thread(target=server.run, args=([listener],), name="http", daemon=True)
    thread.start()
    try:
        yield Serving(thread, f"http://{_joined(host, port)}")
    finally:
        server.should_exit = True
        thread.join(_TO_END_SECONDS + 1)


def _joined(host: str, port: int) -> str:
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
