"""What an overlay removes, held against what the files below it have."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from difflib import get_close_matches

from reconciler.errors import Diagnostic, Severity
from reconciler.manifest.nodes import Node, mapping
from reconciler.manifest.wording import glued
from reconciler.printable import unmistakable


def removals(base: Node, patch: Node) -> list[Diagnostic]:
    """A warning for each ``null`` of ``patch`` that removes nothing from ``base``, an error for each key without value.

    Only a written ``null`` removes: a key with nothing behind it is a line that somebody has not finished, or that a
    template left empty.
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
        message=f"null removes nothing: {unmistakable('.'.join(path))} is not in the files below this overlay",
        hint=hint or "remove this line",
        topic=_topic(path),
        origin=change.key_location,
    )


def _error(change: Node, path: tuple[str, ...]) -> Diagnostic:
    return Diagnostic(
        severity=Severity.ERROR,
        code="wrong-value",
        message=f"{unmistakable('.'.join(path))} has no value",
        hint=glued(path[-1]) or "write one, or null to remove what the files below have there",
        topic=_topic(path),
        origin=change.key_location,
    )


def _topic(path: tuple[str, ...]) -> str | None:
    match path:
        case ("topics", name, *_):
            return name
        case _:
            return None
