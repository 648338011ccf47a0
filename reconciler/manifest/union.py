"""Combining several documents into one manifest.

A topic or profile defined twice is an error that names both places, even if both are equal: the next change would be
made in one of them only.
"""

from __future__ import annotations

from collections.abc import Iterable

from reconciler.errors import Diagnostic, Severity
from reconciler.manifest.nodes import Node
from reconciler.printable import quoted

# Members of these sections may be defined once; other settings may be repeated with the same value.
_OWNED = ("topics", "profiles")


def union(documents: Iterable[Node]) -> tuple[Node, list[Diagnostic]]:
    """``documents``, at least one, combined into one."""
    first, *others = documents
    problems: list[Diagnostic] = []
    whole = first
    for other in others:
        whole = _both(whole, other, (), problems)
    return whole, problems


def _both(one: Node, other: Node, path: tuple[str, ...], problems: list[Diagnostic]) -> Node:
    owned = len(path) == _DEPTH_OF_MEMBERS and path[0] in _OWNED
    if owned or not isinstance(one.value, dict) or not isinstance(other.value, dict):
        same = one.plain() == other.plain()
        if owned or not same:
            problems.append(_twice(one, other, path, same=same))
        return one
    together = dict(one.value)
    for key, node in other.value.items():
        if not path and key.startswith("x-"):
            continue  # x- keys are ignored
        together[key] = _both(together[key], node, (*path, key), problems) if key in together else node
    return Node(together, one.location, one.key_location)


_DEPTH_OF_MEMBERS = 2


def _twice(one: Node, other: Node, path: tuple[str, ...], *, same: bool) -> Diagnostic:
    name = path[-1] if path and path[0] in _OWNED else ".".join(path)
    topic = name if path and path[0] == "topics" else None
    alike = "with the same settings" if same else "with different settings"
    return Diagnostic(
        severity=Severity.ERROR,
        code="defined-twice",
        message=f"{quoted(name or 'the manifest')} is defined twice {alike}; first defined at {one.key_location}",
        hint="keep one of the two",
        topic=topic,
        origin=other.key_location,
    )
