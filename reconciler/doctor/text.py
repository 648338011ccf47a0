"""A checkup for people."""

from __future__ import annotations

import textwrap
from collections import Counter
from collections.abc import Iterator
from itertools import groupby

from click import style

from reconciler.doctor.check import Check, Checkup, Status
from reconciler.printable import escaped, escaped_hint

_COLOURS = {Status.OK: "green", Status.WARNING: "yellow", Status.FAILED: "red", Status.UNKNOWN: "magenta"}
_NOT_MADE = frozenset({Status.SKIPPED, Status.UNKNOWN})
_STATUS_WIDTH = max(map(len, Status))
_NARROWEST = 40


def render(checkup: Checkup, *, width: int = 100, quiet: bool = False) -> str:
    """The checks by group, each with its status, and their numbers; where ``quiet``, only those with a problem."""
    lines: list[str] = []
    names = max((len(_name(check)) for check in checkup.checks if check.status not in _NOT_MADE), default=0)
    for group in checkup.groups:
        checks = [check for check in group.checks if not quiet or check.status in {Status.FAILED, Status.WARNING}]
        if checks:
            lines += [escaped(group.title), *_table(checks, names, width), ""]
    return "".join(f"{line}\n" for line in [*lines, _summary(checkup)])


def _table(checks: list[Check], names: int, width: int) -> Iterator[str]:
    """A line for each check; those in a row that were not made for the same reason share theirs."""
    for (status, why), alike in groupby(checks, key=lambda check: (check.status, check.detail)):
        together = list(alike)
        if status in _NOT_MADE:
            yield from _not_made(status, [check.name for check in together], why, width)
        else:
            yield from (line for check in together for line in _check(check, names, width))


def _not_made(status: Status, names: list[str], why: str, width: int) -> Iterator[str]:
    start = f"  {status:<{_STATUS_WIDTH}}  "
    first, *more = _wrapped(f"{', '.join(names)}: {escaped(why)}", max(width - len(start), _NARROWEST))
    yield _coloured(start, status) + first
    for line in more:
        yield " " * len(start) + line


def _check(check: Check, names: int, width: int) -> Iterator[str]:
    start = f"  {check.status:<{_STATUS_WIDTH}}  {_name(check):<{names}}  "
    room = max(width - len(start), _NARROWEST)
    first, *more = _wrapped(escaped(check.detail), room)
    yield _coloured(start, check.status) + first
    for line in more:
        yield " " * len(start) + line
    for part in escaped_hint(check.remedy or "").split("\n  "):
        for line in _wrapped(part, room - 2) if part else ():
            yield " " * (len(start) + 2) + line


def _coloured(line: str, status: Status) -> str:
    return line.replace(status, style(status, fg=_COLOURS[status]), 1) if status in _COLOURS else line


def _name(check: Check) -> str:
    return f"{check.name} {check.subject}" if check.subject.startswith("broker ") else check.name


def _wrapped(text: str, width: int) -> list[str]:
    return textwrap.wrap(text, width, break_long_words=False, break_on_hyphens=False) or [""]


def _summary(checkup: Checkup) -> str:
    numbers = Counter(check.status for check in checkup.checks)
    parts = [f"{numbers[status]} {status}" for status in Status if numbers[status]]
    return f"Checks: {', '.join(parts)}. {checkup.seconds:.1f} s"
