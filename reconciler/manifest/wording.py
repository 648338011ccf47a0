"""How messages show what stands in a manifest, and what was probably meant by it."""

from __future__ import annotations

import re

from reconciler.manifest.nodes import Node
from reconciler.printable import quoted, unmistakable

_GLUED = re.compile(r"([\w.-]{1,60})(?::(?![/:])|=)(\S{1,60})")
_NO_BREAK_SPACE = "\xa0"
_LONGEST_SHOWN = 60


def shown(node: Node) -> str:
    """A value: kinds for the large ones, quotes where they tell a text from a number, the variables that it is from."""
    match node.value:
        case dict():
            return "a mapping"
        case list():
            return "a list"
        case None:
            return "null"
        case str(text):
            return f"{excerpt(text)}{source_of(node)}"
        case _:
            return f"{unmistakable(node.text[:_LONGEST_SHOWN])}{source_of(node)}"


def excerpt(text: str) -> str:
    """A text in quotes, cut where it is long."""
    return quoted(text if len(text) <= _LONGEST_SHOWN else text[:_LONGEST_SHOWN] + "…")


def source_of(node: Node) -> str:
    """The variables that a value is from, so that it is clear which one is wrong."""
    return f" (from {' and '.join(f'${{{name}}}' for name in node.variables)})" if node.variables else ""


def glued(word: str) -> str | None:
    """The hint for ``partitions:3`` or ``partitions=3``, which is one word to YAML; ``None`` for any other word."""
    if _NO_BREAK_SPACE in word:
        return "replace the no-break spaces (U+00A0), which are no spaces to YAML"
    found = _GLUED.fullmatch(word)
    return f"put a colon and a space between the two: {found[1]}: {found[2]}" if found else None
