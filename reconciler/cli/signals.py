"""SIGINT, SIGTERM and SIGHUP: noted when they come, acted upon at safe points of the run.

An exception of a handler is raised in whatever runs at that moment: an import, a lock, an unrelated ``except``. So the
handler only notes the signal, and the run checks for it at safe points. This module is loaded before anything else,
and therefore imports little.
"""

from __future__ import annotations

import os
import select
import signal
import time
from contextlib import contextmanager, suppress

TYPE_CHECKING = False
if TYPE_CHECKING:  # typing alone takes longer to load than all the rest of this
    from collections.abc import Callable, Iterator
    from types import FrameType
    from typing import Any, TypeVar

    Result = TypeVar("Result")

_NUMBERS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
_ONE_REQUEST_SECONDS = 0.2
"""Signals that come within so long are one request to end: timeout(1) sends SIGTERM to its child and to its group."""
_POLL_SECONDS = 0.05
_STANDARD_STREAMS = 3


class Signals:
    """The first signal ends the run at its next safe point; a further one ends the process at once.

    A further SIGHUP does not: a terminal that closes sends it more than once. A SIGHUP that was ignored when the
    process was started (``nohup``) stays ignored. Without ``listen`` nothing is ever noted.
    """

    def __init__(self) -> None:
        self.came: int | None = None
        """The first signal."""
        self._came_at = 0.0
        self._is_held = False
        self._before: dict[signal.Signals, Any] = {}
        self._woken: int | None = None
        """A descriptor that a signal makes readable, also one that comes just before a wait begins."""

    def listen(self) -> None:
        """Note signals from now on, in this process; only the main thread may call this."""
        self._woken, written = map(_beyond_standard_streams, os.pipe())
        os.set_blocking(self._woken, False)
        os.set_blocking(written, False)
        signal.set_wakeup_fd(written)
        for number in _NUMBERS:
            if number is not signal.SIGHUP or signal.getsignal(number) is not signal.SIG_IGN:
                self._before[number] = signal.signal(number, self._handle)

    def let_go(self) -> None:
        """Restore the former signal handlers. Raises Interrupted where a signal was noted."""
        signal.set_wakeup_fd(-1)
        while self._before:
            signal.signal(*self._before.popitem())
        self.check()

    def check(self) -> None:
        """A safe point: raises Interrupted, every time, where a signal was noted and none is held back."""
        if self.came is not None and not self._is_held:
            from reconciler.errors import Interrupted  # noqa: PLC0415 - as the module's first words say

            raise Interrupted(self.came)

    @contextmanager
    def held(self) -> Iterator[None]:
        """No safe point inside this block: a request that was sent gets its answer."""
        self._is_held = True
        try:
            yield
        finally:
            self._is_held = False

    def sleep(self, seconds: float) -> None:
        """Wait for ``seconds``. Raises Interrupted as soon as a signal comes."""
        end = time.monotonic() + seconds
        while True:
            self.check()
            remaining = end - time.monotonic()
            if remaining <= 0:
                return
            self._wait(None, remaining)

    def wait_for_input(self, descriptor: int) -> None:
        """Wait until ``descriptor`` has something to read. Raises Interrupted as soon as a signal comes."""
        while True:
            self.check()
            if self._wait(descriptor, None):
                return

    def wait_for(self, call: Callable[[], Result]) -> Result:
        """What ``call`` returns or raises. Raises Interrupted as soon as a signal comes.

        The call runs in a thread, which is abandoned then: it may compute for long, or wait for a named pipe to open.
        """
        from concurrent.futures import Future  # noqa: PLC0415 - as the module's first words say
        from threading import Thread  # noqa: PLC0415

        outcome: Future[Result] = Future()

        def work() -> None:
            try:
                outcome.set_result(call())
            except BaseException as error:  # noqa: BLE001 - raised again below
                outcome.set_exception(error)

        thread = Thread(target=work, daemon=True)
        thread.start()
        while not outcome.done():
            self.check()
            thread.join(_POLL_SECONDS)
        return outcome.result()

    def _wait(self, other: int | None, seconds: float | None) -> bool:
        """Wait for a signal or the descriptor ``other``, at most ``seconds``; whether ``other`` is readable."""
        ready, _, _ = select.select([fd for fd in (self._woken, other) if fd is not None], [], [], seconds)
        if self._woken in ready:
            with suppress(BlockingIOError):
                os.read(self._woken, 64)  # signals that others handle wake us too
        return other in ready

    def _handle(self, number: int, _frame: FrameType | None) -> None:
        now = time.monotonic()
        if self.came is None:
            self.came, self._came_at = number, now
        elif number != signal.SIGHUP and now - self._came_at > _ONE_REQUEST_SECONDS:
            signal.signal(number, signal.SIG_DFL)
            os.kill(os.getpid(), number)


def _beyond_standard_streams(descriptor: int) -> int:
    """``descriptor`` with a number above 2: without standard error, a library would write to number 2."""
    import fcntl  # noqa: PLC0415 - nearly every process has its standard streams

    if descriptor >= _STANDARD_STREAMS:
        return descriptor
    moved: int = fcntl.fcntl(descriptor, fcntl.F_DUPFD_CLOEXEC, _STANDARD_STREAMS)
    os.close(descriptor)
    return moved
