"""SIGINT and SIGTERM: the first ends the run in good order, the second ends the process at once."""

from __future__ import annotations

import os
import select
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType, TracebackType
from typing import Any, Self, TextIO

from reconciler.errors import Interrupted

_NUMBERS = (signal.SIGINT, signal.SIGTERM)


class Signals:
    """Inside the block a signal raises Interrupted, once; from then on signals end the process, as ever."""

    def __init__(self) -> None:
        self._before: dict[signal.Signals, Any] = {}
        self._is_held = False
        self._came: int | None = None
        self._pipe: tuple[int, int] = (-1, -1)

    def __enter__(self) -> Self:
        self._pipe = os.pipe()
        os.set_blocking(self._pipe[1], False)
        signal.set_wakeup_fd(self._pipe[1])
        self._before = {number: signal.signal(number, self._handle) for number in _NUMBERS}
        return self

    def __exit__(
        self, _type: type[BaseException] | None, _error: BaseException | None, _traceback: TracebackType | None
    ) -> None:
        signal.set_wakeup_fd(-1)
        for end in self._pipe:
            os.close(end)
        if self._came is None:
            for number, handler in self._before.items():
                signal.signal(number, handler)

    @contextmanager
    def held(self) -> Iterator[None]:
        """What comes inside this block raises only at its end: a request under way gets its answer."""
        self._is_held = True
        try:
            yield
        finally:
            self._is_held = False
            if self._came is not None:
                raise Interrupted(self._came)

    def wait_for_input(self, stream: TextIO) -> None:
        """Wait until ``stream`` has something to read, or a signal raises Interrupted.

        ``input`` alone would go on to wait after a signal that came the moment before it reads.
        """
        select.select([stream.fileno(), self._pipe[0]], [], [])

    def _handle(self, number: int, _frame: FrameType | None) -> None:
        for each in _NUMBERS:
            signal.signal(each, signal.SIG_DFL)
        self._came = number
        if not self._is_held:
            raise Interrupted(number)
