"""How messages show the values of a manifest, and common hints."""

from __future__ import annotations

import re

from reconciler.manifest.nodes import Node
from reconciler.printable import quoted, unmistakable

_GLUED = re.compile(r"([\w.-]{1,60})(?::(?![/:])| ?= ?)(\S{1,60})")
_NO_BREAK_SPACE = "\xa0"
_LONGEST_SHOWN = 60
RENDER = "render it first (helm template, envsubst, jinja); for plain variables write ${VARIABLE} instead"


def shown(node: Node) -> str:
    """A value for a message: a string in quotes, a mapping or list by its kind, with the variables it comes from."""
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
    """``text`` in quotes, shortened if it is long."""
    return quoted(text if len(text) <= _LONGEST_SHOWN else text[:_LONGEST_SHOWN] + "…")


def source_of(node: Node) -> str:
    """The variables that a value comes from, in brackets; empty if there are none."""
    return f" (from {' and '.join(f'${{{name}}}' for name in node.variables)})" if node.variables else ""


def glued(word: str) -> str | None:
    """The hint for ``partitions:3`` or ``partitions=3``, which YAML reads as one word; ``None`` for any other word."""
    if _NO_BREAK_SPACE in word:
        return "replace no-break spaces (U+00A0) with ordinary spaces"
    found = _GLUED.fullmatch(word)
    return f"write a colon and a space: {found[1]}: {found[2]}" if found else None
