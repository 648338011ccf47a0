"""Values that remember where they stand in their file."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from reconciler.errors import Location

Value = dict[str, "Node"] | list["Node"] | str | int | float | bool | None


@dataclass(slots=True)
class Node:
    """A value with its place, and the place of the key it hangs on.

    Nobody changes one. It is not frozen, because a large manifest has 100,000 and a frozen one takes six times as long
    to make.
    """

    value: Value
    location: Location
    key_location: Location
    text: str = ""
    """A scalar as it was written, without quotes: ``3e+9`` and ``0.50`` survive here."""
    variables: tuple[str, ...] | None = None
    """The environment variables that a scalar with references has its value from; ``None`` without references."""

    def plain(self) -> Any:
        """The value without its places, as JSON would have it."""
        match self.value:
            case dict():
                return {key: child.plain() for key, child in self.value.items()}
            case list():
                return [child.plain() for child in self.value]
            case _:
                return self.value

    def at(self, path: Iterable[str | int]) -> Node:
        """The node under ``path``, or the last one on the way that exists."""
        node = self
        for step in path:
            child = _child(node, step)
            if child is None:
                break
            node = child
        return node


def _child(node: Node, step: str | int) -> Node | None:
    if isinstance(node.value, dict):
        return node.value.get(str(step))
    if isinstance(node.value, list) and isinstance(step, int):
        return node.value[step]
    return None


def mapping(node: Node | None) -> Mapping[str, Node]:
    """The members of a mapping; of anything else, which the schema objects to, none."""
    return node.value if node is not None and isinstance(node.value, dict) else {}


def string(node: Node | None) -> str | None:
    """A text, or ``None`` where there is none."""
    return node.value if node is not None and isinstance(node.value, str) else None


def whole_number(node: Node | None) -> int | None:
    """A whole number, also one with ``.0`` as JSON Schema has it, or ``None`` where there is none."""
    match node.value if node is not None else None:
        case bool():
            return None
        case int(number):
            return number
        case float(number) if number.is_integer():
            return int(number)
        case _:
            return None


def strings(node: Node | None) -> tuple[str, ...] | None:
    """A list of texts, or ``None`` where there is none."""
    if node is None or not isinstance(node.value, list):
        return None
    return tuple(item.value for item in node.value if isinstance(item.value, str))
