"""A client that ends without anybody waiting for it.

Destroying a client waits for its threads: a tenth of a second, and rarely for ever
(https://github.com/confluentinc/librdkafka/issues/4519). Left to Python, the thread that drops the last reference, or
that happens to collect garbage, would wait: in a service, that of some request.
"""

from __future__ import annotations

import _thread
import sys
import weakref
from contextlib import suppress

from confluent_kafka.admin import AdminClient

_KEPT: list[AdminClient] = []
"""Clients that are left to the end of the process, which ends their threads, too."""


class HeldClient:
    """A client that a thread of its own destroys, once ``end`` is called or nothing refers to this any more."""

    def __init__(self, client: AdminClient) -> None:
        held = [client]
        self._held = held
        # It holds the list as well, so that the client is never garbage together with what refers to it.
        self.end = weakref.finalize(self, _let_go, held)
        self.end.atexit = False

    @property
    def client(self) -> AdminClient:
        """The client. Do not keep it."""
        return self._held[0]


def _let_go(held: list[AdminClient]) -> None:
    if not sys.is_finalizing():
        # Thread.start would wait for a thread that cannot begin any more while Python ends.
        with suppress(RuntimeError):
            _thread.start_new_thread(held.clear, ())
            return
    _KEPT.extend(held)
