"""Checks of what an overlay removes from the base manifest."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from difflib import get_close_matches

from reconciler.errors import Diagnostic, Severity
from reconciler.manifest.nodes import Node, mapping
from reconciler.manifest.wording import glued
from reconciler.printable import unmistakable


def removals(base: Node, patch: Node) -> list[Diagnostic]:
    """A warning for each ``null`` of ``patch`` that has no effect on ``base``, and an error for each key without one.

    Only a written ``null`` removes: a key without a value is an unfinished line, or one that a template left empty.
    """
    return [*_removals(base, patch, (), None)]


def _removals(base: Node | None, patch: Node, path: tuple[str, ...], hint: str | None) -> Iterator[Diagnostic]:
    below = mapping(base)
    for key, change in mapping(patch).items():
        where = (*path, key)
        if not path and key.startswith("x-"):
            continue
        if change.value is None and not change.text:
            yield _error(change, where)
            continue
        missing = hint if key in below or base is None else _closest(key, below)
        if change.value is not None:
            yield from _removals(below.get(key), change, where, missing)
        elif key not in below:
            yield _warning(change, where, missing)


def _closest(key: str, below: Mapping[str, Node]) -> str | None:
    close = get_close_matches(key, below, n=1)
    return f"did you mean {unmistakable(close[0])}?" if close else None


def _warning(change: Node, path: tuple[str, ...], hint: str | None) -> Diagnostic:
    return Diagnostic(
        severity=Severity.WARNING,
        code="removes-nothing",
        message=f"null removes nothing: {unmistakable('.'.join(path))} is not in the base manifest",
        hint=hint or "remove this line",
        topic=_topic(path),
        origin=change.key_location,
    )


def _error(change: Node, path: tuple[str, ...]) -> Diagnostic:
    return Diagnostic(
        severity=Severity.ERROR,
        code="wrong-value",
        message=f"{unmistakable('.'.join(path))} has no value",
        hint=glued(path[-1]) or "write a value, or null to remove the one in the base manifest",
        topic=_topic(path),
        origin=change.key_location,
    )


def _topic(path: tuple[str, ...]) -> str | None:
    match path:
        case ("topics", name, *_):
            return name
        case _:
            return None
