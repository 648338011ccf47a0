"""Work on several addresses at the same time, until a moment by the monotonic clock."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from functools import partial
from typing import TypeVar

from reconciler.cluster.background import in_background

GRACE_SECONDS = 0.5
"""Seconds to wait beyond the limits that the work itself keeps."""
_SHORTEST = 0.1

Result = TypeVar("Result")


def seconds_left(until: float, most: float) -> float:
    """Seconds until ``until``, at most ``most``, and never 0."""
    return min(max(until - time.monotonic(), _SHORTEST), most)


def for_each(names: Iterable[str], work: Callable[[str], Result], until: float) -> dict[str, Result]:
    """What ``work`` finds for each of ``names``, all at the same time; without those that are late."""
    asked = {name: in_background(partial(work, name)) for name in names}
    results: dict[str, Result] = {}
    for name, answer in asked.items():
        try:
            results[name] = answer.result(max(until - time.monotonic(), 0) + GRACE_SECONDS)
        except TimeoutError:
            continue
    return results
