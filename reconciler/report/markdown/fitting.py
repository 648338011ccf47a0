"""As much of a text as fits a limit."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

_OF_THE_END = 4_000
"""Bytes that lists leave to what follows them."""


class Room:
    """What is left of a limit, in bytes of UTF-8."""

    def __init__(self, size: int) -> None:
        self._left = size

    def section(
        self, noun: str, head: Sequence[str], lines: Iterable[str], tail: Sequence[str] = (), *, more: int = 0
    ) -> Iterator[str]:
        """``head``, as many of ``lines`` as fit, how many are left out, ``tail``; nothing if not even these fit.

        ``more`` are left out besides, each a ``noun``.
        """
        around = [*head, *_left_out(more + 1_000_000, noun), *tail]
        if _size(around) > self._left:
            return
        self._left -= _size(around)
        fitting, is_full = [], False
        for line in lines:
            is_full = is_full or _size([line]) > self._left - _OF_THE_END
            if is_full:
                more += 1
            else:
                self._left -= _size([line])
                fitting.append(line)
        yield from head
        yield from fitting
        yield from _left_out(more, noun)[0 if fitting or not head or head[-1] else 1 :]
        yield from tail


def _left_out(number: int, noun: str) -> Sequence[str]:
    if not number:
        return []
    return ["", f"And {number:,} more {noun if number == 1 else f'{noun}s'}: see the JSON report."]


def _size(lines: Iterable[str]) -> int:
    return sum(len(line.encode()) + 1 for line in lines)
