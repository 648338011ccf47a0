"""The clients of tests, which end without the test waiting for it.

Destroying a client waits for its threads, rarely for ever (https://github.com/confluentinc/librdkafka/issues/4519).
No time limit of a test reaches that wait: one such client would hold up the whole run.
"""

from __future__ import annotations

from threading import Thread

import confluent_kafka
from confluent_kafka import admin

DROPPED: list[_EndsAside] = []
"""Clients that nobody uses any more. They are left to the end of the process where nobody ends them."""


class _EndsAside:
    """Is kept when its last reference goes, however it goes: by the collector of garbage, too."""

    def __del__(self) -> None:
        DROPPED.append(self)


def end_dropped() -> None:
    """Destroy the clients that nobody uses any more, in a thread of their own."""
    dropped = DROPPED.copy()
    DROPPED.clear()
    if dropped:
        Thread(target=dropped.clear, daemon=True).start()


class AdminClient(_EndsAside, admin.AdminClient):
    """An admin client of a test."""


class Consumer(_EndsAside, confluent_kafka.Consumer):
    """A consumer of a test."""


class Producer(_EndsAside, confluent_kafka.Producer):
    """A producer of a test."""
