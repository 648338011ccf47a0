"""Time as an argument, so that code that waits can be tested without waiting."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from reconciler.errors import DeadlinePassed


@dataclass(frozen=True, slots=True, kw_only=True)
class Clock:
    """The system's clock by default."""

    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    monotonic: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep


class TimeLimit:
    """How much longer a step may take without progress, and the whole run at most.

    ``seconds`` limits a step without progress; ``deadline`` limits the run, in seconds from now, ``None`` for no limit.
    """

    def __init__(self, seconds: float, *, deadline: float | None = None, clock: Clock | None = None) -> None:
        self.seconds = seconds
        self.deadline = deadline
        self._clock = clock or Clock()
        self._end_of_run = self._clock.monotonic() + deadline if deadline is not None else math.inf
        self._end_of_step = 0.0
        self.restart()

    def restart(self) -> None:
        """Give the step its full time again: it begins, or has made progress."""
        self._end_of_step = self._clock.monotonic() + self.seconds

    def shorten(self, seconds: float) -> None:
        """Cap the rest of the step, in seconds."""
        self._end_of_step = min(self._end_of_step, self._clock.monotonic() + seconds)

    def remaining(self) -> float:
        """Seconds that the step still has, never below 0."""
        return max(0.0, min(self._end_of_step, self._end_of_run) - self._clock.monotonic())

    def is_run_over(self) -> bool:
        """Whether the deadline of the whole run has passed."""
        return self._clock.monotonic() >= self._end_of_run

    def deadline_passed(self) -> DeadlinePassed:
        """The error of a run that is over."""
        return DeadlinePassed.after(self.deadline or 0)

    def for_one_request(self) -> float:
        """Seconds for one request: half of what the step has, so that a lost one can be sent again."""
        remaining = self.remaining()
        return max(_SHORTEST, min(remaining, max(_A_FAIR_CHANCE, remaining / 2)))


_A_FAIR_CHANCE = 1.0
_SHORTEST = 0.01
