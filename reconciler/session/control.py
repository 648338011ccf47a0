"""How to follow a session's progress, and to end it early."""

from __future__ import annotations

import logging
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from typing import Protocol, TypeVar

from reconciler.clock import Clock

Result = TypeVar("Result")


class WaitsFor(Protocol):
    """Makes a call that may take long; may raise to end the session."""

    def __call__(self, call: Callable[[], Result], /) -> Result:
        """What ``call`` returns."""


def _at_once(call: Callable[[], Result], /) -> Result:
    return call()


@dataclass(frozen=True, slots=True, kw_only=True)
class Control:
    """What a session gets from its caller. By default nobody follows it and nothing ends it early.

    ``tell`` gets progress messages. ``check`` is called at every point where the session can end; it raises to end it.
    Inside ``undisturbed`` nothing interrupts the session. ``wait_for`` makes the calls that may take long. ``log`` gets
    the log lines; give each of several sessions its own logger.
    """

    tell: Callable[[str], None] = lambda _line: None
    check: Callable[[], None] = lambda: None
    undisturbed: Callable[[], AbstractContextManager[object]] = nullcontext
    wait_for: WaitsFor = _at_once
    clock: Clock = field(default_factory=Clock)
    log: logging.Logger = field(default_factory=lambda: logging.getLogger("reconciler"))
