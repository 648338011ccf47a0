"""Time as an argument, so that whatever waits or stamps can be tried without waiting."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Clock:
    """The system's clock, unless told otherwise."""

    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    monotonic: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep


class TimeLimit:
    """How much longer something may take: so long without progress, and until a deadline of the whole run.

    ``seconds`` is for a step without progress; ``deadline`` is in seconds from now, ``None`` for none.
    """

    def __init__(self, seconds: float, *, deadline: float | None = None, clock: Clock | None = None) -> None:
        self.seconds = seconds
        self._clock = clock or Clock()
        self._end_of_run = self._clock.monotonic() + deadline if deadline is not None else math.inf
        self._end_of_step = 0.0
        self.restart()

    def restart(self) -> None:
        """A step begins, or has made progress."""
        self._end_of_step = self._clock.monotonic() + self.seconds

    def shorten(self, seconds: float) -> None:
        """Give the step at most so many seconds more."""
        self._end_of_step = min(self._end_of_step, self._clock.monotonic() + seconds)

    def remaining(self) -> float:
        """Seconds that the step still has, never below 0."""
        return max(0.0, min(self._end_of_step, self._end_of_run) - self._clock.monotonic())

    def is_run_over(self) -> bool:
        """Whether the deadline of the whole run has passed."""
        return self._clock.monotonic() >= self._end_of_run

    def for_one_request(self) -> float:
        """Seconds for one request: half of what the step has, so that a lost one can be sent again."""
        remaining = self.remaining()
        return max(_SHORTEST, min(remaining, max(_A_FAIR_CHANCE, remaining / 2)))


_A_FAIR_CHANCE = 1.0
_SHORTEST = 0.01
