"""``ensure_topics`` for asyncio: in a thread, and cancelled where nothing is under way."""

from __future__ import annotations

import asyncio
import functools
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from dataclasses import replace
from threading import Event
from typing import Any, ParamSpec

from reconciler.errors import ReconcilerError
from reconciler.service.ensure import ensure_topics
from reconciler.service.report import TopicsReport
from reconciler.session import Control

Arguments = ParamSpec("Arguments")


class Cancelled(ReconcilerError):
    """The task that waits for the topics was cancelled. Only the thread sees this."""


class _Cancellation:
    """Ends a session in another thread at its next safe point."""

    def __init__(self, control: Control) -> None:
        self._asked = Event()
        self._held = 0
        self._control = control

    def ask(self) -> None:
        self._asked.set()

    @property
    def control(self) -> Control:
        """What the session gets: that of the caller, which also ends when it is asked to."""
        return replace(self._control, check=self._check, undisturbed=self._undisturbed)

    def _check(self) -> None:
        if self._asked.is_set() and not self._held:
            raise Cancelled
        self._control.check()

    @contextmanager
    def _undisturbed(self) -> Iterator[None]:
        self._held += 1
        try:
            with self._control.undisturbed():
                yield
        finally:
            self._held -= 1


def _in_thread(call: Callable[Arguments, TopicsReport]) -> Callable[Arguments, Coroutine[Any, Any, TopicsReport]]:
    @functools.wraps(call)
    async def awaited(*args: Arguments.args, **kwargs: Arguments.kwargs) -> TopicsReport:
        given = kwargs.get("control")
        cancellation = _Cancellation(given if isinstance(given, Control) else Control())
        kwargs["control"] = cancellation.control
        running = asyncio.ensure_future(asyncio.to_thread(call, *args, **kwargs))
        try:
            return await asyncio.shield(running)
        except asyncio.CancelledError:
            cancellation.ask()
            await asyncio.wait([running])
            running.exception()  # read, so that asyncio does not report it as forgotten
            raise

    awaited.__name__ = awaited.__qualname__ = f"{call.__name__}_async"
    return awaited


ensure_topics_async = _in_thread(ensure_topics)
"""The same as a coroutine. A task that is cancelled waits until the request under way has its answer, then ends."""
