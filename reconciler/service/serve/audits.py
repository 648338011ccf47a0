"""Audits at an interval, and what is known from them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import NoReturn

from reconciler.clock import Clock
from reconciler.model import Record, RunStatus
from reconciler.report.document import Report

FIRST_RETRY_SECONDS = 10.0
"""Pause after a failed audit; doubled after each further one, up to the interval."""
_SHORTEST_PAUSE = 1.0
"""Seconds between audits that take longer than the interval."""
_LONGEST_AUDIT = 600.0
"""Seconds; an audit that takes longer, and longer than three intervals, counts as stuck."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Audit:
    """One audit; ``is_complete`` if it compared the whole manifest with the cluster, whatever the result."""

    record: Record
    report: Report
    is_complete: bool

    @property
    def result(self) -> RunStatus:
        """How it ended; one that is not complete has failed."""
        return self.record.status if self.is_complete else RunStatus.FAILED


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What is known at one moment: the last audit, the last complete one, and when the next begins."""

    interval: float
    last: Audit | None = None
    complete: Audit | None = None
    next_at: datetime | None = None
    """``None`` while an audit runs."""
    began: float = 0.0
    """When the audit that runs now, or the last one, began; by the monotonic clock."""
    topics_created: int = 0
    """By all audits of this process, likewise the errors."""
    topic_creation_errors: int = 0

    @property
    def is_running(self) -> bool:
        """Whether an audit runs now."""
        return self.next_at is None


class Board:
    """Holds what is known. One thread writes, any may read: every change replaces the whole."""

    def __init__(self, interval: float, *, clock: Clock | None = None) -> None:
        self._clock = clock or Clock()
        self._known = Known(interval=interval, began=self._clock.monotonic())

    @property
    def known(self) -> Known:
        """What is known now."""
        return self._known

    @property
    def is_stuck(self) -> bool:
        """Whether an audit has been running for so long that it will probably never end."""
        known = self._known
        limit = max(_LONGEST_AUDIT, 3 * known.interval)
        return known.is_running and self._clock.monotonic() - known.began > limit

    def begin(self) -> None:
        """An audit begins."""
        self._known = replace(self._known, next_at=None, began=self._clock.monotonic())

    def end(self, audit: Audit, pause: float) -> None:
        """An audit has ended, and the next begins after ``pause`` seconds."""
        known, done = self._known, audit.report.statistics
        self._known = replace(
            known,
            last=audit,
            complete=audit if audit.is_complete else known.complete,
            next_at=self._clock.now() + timedelta(seconds=pause),
            topics_created=known.topics_created + done.topics_created,
            topic_creation_errors=known.topic_creation_errors + done.topic_creation_errors,
        )


def pause_after(failures: int, took: float, interval: float) -> float:
    """Seconds until the next audit after one that ``took`` so long; ``failures`` are those in a row.

    Audits begin at the interval. After a failed one the next comes sooner: the cluster may be back in a moment.
    """
    if failures:
        return min(FIRST_RETRY_SECONDS * 2.0 ** min(failures - 1, 30), interval)
    return max(interval - took, min(interval, _SHORTEST_PAUSE))


def keep_auditing(
    audit: Callable[[], Audit], board: Board, *, clock: Clock, notice: Callable[[Audit, Audit | None], None]
) -> NoReturn:
    """Audit at the board's interval until ``audit`` or ``clock.sleep`` raises.

    ``notice`` gets each audit that ended, and the one before.
    """
    failures = 0
    while True:
        before = board.known
        board.begin()
        began = clock.monotonic()
        done = audit()
        failures = 0 if done.is_complete else failures + 1
        pause = pause_after(failures, clock.monotonic() - began, before.interval)
        board.end(done, pause)
        notice(done, before.last)
        clock.sleep(pause)
