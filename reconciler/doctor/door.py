"""All checks of one bootstrap address: the way there, and the login."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass

from reconciler.cluster.properties import ClientSettings
from reconciler.doctor.at_once import seconds_left
from reconciler.doctor.check import Check, Status
from reconciler.doctor.course import Course, Stopped, skipped
from reconciler.doctor.login import LOGIN, Seen, log_in
from reconciler.doctor.visit import NETWORK, STEPS, Visited, visit


@dataclass(frozen=True, slots=True, kw_only=True)
class Door:
    """What is known of one bootstrap address; ``seen`` where the login succeeded."""

    address: str
    checks: tuple[Check, ...]
    visited: Visited
    seen: Seen | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """Who comes to the door. ``seconds`` is for each check, and ``until`` the end of all of them.

    ``obstacle`` is the check that failed so that no login is possible, such as that of the properties.
    """

    settings: ClientSettings
    environ: Mapping[str, str]
    seconds: float
    until: float
    obstacle: str | None = None


def knock(address: str, caller: Caller) -> Door:
    """The checks of ``address``."""
    steps = NETWORK if caller.obstacle is not None else STEPS
    seconds = seconds_left(caller.until, caller.seconds)
    visited = visit(address, caller.settings.properties, seconds, caller.environ, steps=steps)
    failed = visited.failed
    obstacle = failed.name if failed is not None else caller.obstacle
    if obstacle is not None:
        made = {check.name for check in visited.checks}
        rest = (skipped(name, address, f"{obstacle} failed") for name in (*STEPS, LOGIN) if name not in made)
        return Door(address=address, checks=(*visited.checks, *rest), visited=visited)
    course = Course(address, (LOGIN,))
    seen: Seen | None = None
    with suppress(Stopped):
        limit = seconds_left(caller.until, caller.seconds)
        seen = course.take(LOGIN, lambda: log_in(address, caller.settings, visited.offer, limit))
    return Door(address=address, checks=(*visited.checks, *course.checks), visited=visited, seen=seen)


def late(address: str, seconds: float) -> Check:
    """The check of an address whose checks did not end within so many ``seconds``."""
    return Check(
        name=NETWORK[0],
        subject=address,
        status=Status.FAILED,
        code="late",
        detail=f"the checks did not end within {seconds:g} s",
        remedy="check the name server and the network, or raise --timeout",
    )
