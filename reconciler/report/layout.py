"""What all texts for people share: width, detail, signs, colours, places and numbers."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import IntEnum

from click import style

from reconciler.model import RefusalKind
from reconciler.report.document import Error, Origin, Refusal, Variable


class Detail(IntEnum):
    """How much is shown of each topic."""

    SUMMARY = 0
    """Only topics that fail the run."""
    COMPACT = 1
    """One line per topic; in full those that fail the run, and those with more changes than fit a line."""
    FITTING = 2
    """``CHANGES``, or ``COMPACT`` where more than ``MAX_NEW_IN_FULL`` topics are new."""
    CHANGES = 3
    """Every setting that changes."""
    ALL = 4
    """Unchanged topics too."""


NO_BREAK = "\N{NO-BREAK SPACE}"
"""A space at which ``wrapped`` breaks no line."""
MAX_NEW_IN_FULL = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class TextStyle:
    """Width, in columns, and detail of a text."""

    width: int = 100
    detail: Detail = Detail.CHANGES
    topics: int | None = None
    """How many topics a valid manifest has, which its report does not tell."""


_COLOURS = {"+": "green", "~": "yellow", "-": "red", "*": "magenta", "!": "red", "?": "red"}


def words_of(error: Error, refusal: Refusal | None) -> str:
    """The message of ``error``, after Kafka's name for it where the broker or the client sent it."""
    is_ours = refusal is not None and refusal.kind not in {RefusalKind.BROKER, RefusalKind.CLIENT}
    return error.message if is_ours else f"{error.name}: {error.message}"


def signed(sign: str, text: str, layout: TextStyle) -> Iterator[str]:
    """The lines of a setting, with its sign before it."""
    first, *more = wrapped(f"{sign} {text}", layout, start=2, indent=6)
    yield first.replace(sign, coloured(sign), 1)
    yield from more


def coloured(sign: str) -> str:
    """``sign`` in its colour."""
    return style(sign, fg=_COLOURS[sign]) if sign in _COLOURS else sign


def wrapped(text: str, layout: TextStyle, *, start: int = 0, indent: int = 0) -> list[str]:
    """``text`` in lines of at most the width, unless a single word is longer."""
    line = " " * start + text
    if len(line) <= layout.width:
        return [line]
    return textwrap.wrap(
        line, layout.width, subsequent_indent=" " * indent, break_long_words=False, break_on_hyphens=False
    )


def wrapped_around(
    together: re.Pattern[str], text: str, layout: TextStyle, *, start: int = 0, indent: int = 0
) -> list[str]:
    """``text`` as ``wrapped`` does, but with no line break at the spaces that ``together`` matches, where that fits."""
    lines = wrapped(together.sub(NO_BREAK, text), layout, start=start, indent=indent)
    if any(len(line) > layout.width for line in lines):
        return wrapped(text, layout, start=start, indent=indent)
    return [line.replace(NO_BREAK, " ") for line in lines]


def behind(origin: Origin | None) -> str:
    """The place of a value, to follow it on the line."""
    match origin:
        case None:
            return ""
        case Variable():
            return f"  {origin.variable}"
        case _:
            return f"  {origin.file}:{origin.line}"


def details(numbers: Mapping[str, int]) -> str:
    """`` (1 in part)``: how many of a number are special; empty where none are."""
    some = [f"{number:,} {what}" for what, number in numbers.items() if number]
    return f" ({', '.join(some)})" if some else ""


def count(number: int, noun: str) -> str:
    """``1 topic``, ``2,000 topics``."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"
