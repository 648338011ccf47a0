"""How whoever starts a session follows it and ends it."""

from __future__ import annotations

import logging
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from typing import Protocol, TypeVar

from reconciler.clock import Clock

Result = TypeVar("Result")


class WaitsFor(Protocol):
    """Calls something that may take long; what it raises itself ends the session."""

    def __call__(self, call: Callable[[], Result], /) -> Result:
        """What ``call`` returns."""


def _at_once(call: Callable[[], Result], /) -> Result:
    return call()


@dataclass(frozen=True, slots=True, kw_only=True)
class Control:
    """What a session needs of its surroundings; by default it is neither followed nor ended.

    ``check`` is called at every safe point and raises where the session is to end; inside ``undisturbed`` nothing
    does. ``wait_for`` makes calls that may take long. ``tell`` gets what is going on, in words, as often as there is
    news. ``log`` gets the session's lines: give each of several sessions its own.
    """

    tell: Callable[[str], None] = lambda _line: None
    check: Callable[[], None] = lambda: None
    undisturbed: Callable[[], AbstractContextManager[object]] = nullcontext
    wait_for: WaitsFor = _at_once
    clock: Clock = field(default_factory=Clock)
    log: logging.Logger = field(default_factory=lambda: logging.getLogger("reconciler"))
