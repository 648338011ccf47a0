"""Calls that block and cannot be cancelled."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from threading import Thread
from typing import TypeVar

Result = TypeVar("Result")


def in_background(call: Callable[[], Result]) -> Future[Result]:
    """The result of ``call``, made in a daemon thread: it delays neither the cause of a failure nor the exit."""
    result: Future[Result] = Future()

    def make() -> None:
        try:
            result.set_result(call())
        except BaseException as error:  # noqa: BLE001 - raised again where the result is read
            result.set_exception(error)

    Thread(target=make, daemon=True).start()
    return result
