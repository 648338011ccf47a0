"""Events of a YAML parser to :class:`Node` objects, with anchors, aliases and merge keys.

Anchors may be used again, as YAML allows: an alias means the last one before it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, NamedTuple

from ruamel.yaml.composer import ComposerError
from ruamel.yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
)

from reconciler.errors import Diagnostic, Location, Severity
from reconciler.manifest.nodes import Node
from reconciler.manifest.scalars import Scalars
from reconciler.printable import quoted

MAX_DEPTH = 200
"""Collections inside each other, through aliases too: far more than manifests have, far less than a stack holds."""


class _Anchored(NamedTuple):
    """What an alias stands for."""

    event: Any
    node: Node | None = None
    """``None`` for a scalar, and for a collection that is still open."""
    values: int = 1
    height: int = 0


class _LimitPassedError(Exception):
    """The rest of the file is not worth reading."""


class Composer:
    """The documents of one file, without the empty ones, and the problems in them."""

    def __init__(self, file: str, environ: Mapping[str, str], *, max_values: int) -> None:
        self.documents: list[Node] = []
        self.problems: list[Diagnostic] = []
        self._file = file
        self._scalars = Scalars(file, environ, self.problems)
        self._max_values = max_values
        self._values = 0
        self._depth = 0
        self._deepest = 0
        self._anchors: dict[str, _Anchored] = {}

    def read(self, events: Iterator[Any]) -> None:
        """Compose every document. Raises what ``events`` raises; what the documents before that hold is kept."""
        self._next = events.__next__
        sound = 0
        try:
            for event in events:
                if type(event) is DocumentStartEvent:
                    self._document()
                    sound = len(self.problems)
        except _LimitPassedError:
            return
        except BaseException:
            del self.problems[sound:]
            raise

    def _document(self) -> None:
        self._anchors = {}
        root = self._node(self._next(), None)
        self._next()  # its end, before which its last line may turn out to be wrong
        if root.value is not None:  # a document of comments only is null
            self.documents.append(root)

    def _node(self, event: Any, key_place: Location | None) -> Node:
        """The value that begins with ``event`` and hangs on the key at ``key_place``."""
        kind = type(event)
        if kind is ScalarEvent:
            if event.anchor is not None:
                self._anchors[event.anchor] = _Anchored(event)
            return self._scalars.node(event, key_place)
        if kind is AliasEvent:
            return self._copy(event, key_place)
        return self._collection(event, key_place)

    def _collection(self, event: Any, key_place: Location | None) -> Node:
        place, values, deepest = self._scalars.place(event), self._values, self._deepest
        self._deepest = 0
        self._reach(1)
        self._depth += 1
        still_open = _Anchored(event)
        if event.anchor is not None:
            self._anchors[event.anchor] = still_open
        value = self._mapping() if type(event) is MappingStartEvent else self._sequence()
        self._depth -= 1
        self._values += len(value)
        node = Node(value, place, key_place or place)
        if event.anchor is not None and self._anchors[event.anchor] is still_open:
            size, height = self._values - values + 1, self._deepest - self._depth
            self._anchors[event.anchor] = _Anchored(event, node, size, height)
        self._deepest = max(deepest, self._deepest)
        return node

    def _sequence(self) -> list[Node]:
        items = []
        while type(event := self._next()) is not SequenceEndEvent:
            items.append(self._node(event, None))
        return items

    def _mapping(self) -> dict[str, Node]:
        own: dict[str, Node] = {}
        merged: dict[str, Node] = {}
        while type(event := self._next()) is not MappingEndEvent:
            key = self._key(event)
            place = self._scalars.place(key)
            if type(key) is not ScalarEvent:
                self._problem("yaml-key", "keys must be strings", place)
                self._node(self._next(), place)
                continue
            name = self._scalars.name(key)
            if name is None:
                merged = self._merged(place) | merged
                continue
            if name in own:
                message = f"duplicate key {quoted(name)}, first defined on line {own[name].key_location.line}"
                self._problem("duplicate-key", message, place, "remove one of the two")
            own.setdefault(name, self._node(self._next(), place))
        return merged | own if merged else own

    def _key(self, event: Any) -> Any:
        """The event of the key that begins with ``event``, which is read to its end."""
        if type(event) is AliasEvent:
            return self._anchored(event).event
        if type(event) is not ScalarEvent:
            self._collection(event, None)
        elif event.anchor is not None:
            self._anchors[event.anchor] = _Anchored(event)
        return event

    def _merged(self, key_place: Location) -> dict[str, Node]:
        """What ``<<: *alias`` or ``<<: [*a, *b]`` brings in; the first one wins, and own keys win over it."""
        source = self._node(self._next(), key_place)
        together: dict[str, Node] = {}
        for node in source.value if isinstance(source.value, list) else [source]:
            if isinstance(node.value, dict):
                together = node.value | together
            else:
                self._problem("yaml-merge", "<< must be a mapping or a list of mappings", node.location)
        return together

    def _anchored(self, alias: Any) -> _Anchored:
        if alias.anchor not in self._anchors:
            raise ComposerError(None, None, f"found undefined alias {quoted(alias.anchor)}", alias.start_mark)
        return self._anchors[alias.anchor]

    def _copy(self, alias: Any, key_place: Location | None) -> Node:
        """What ``alias`` stands for, on the key at ``key_place``."""
        event, node, values, height = self._anchored(alias)
        self._values += values - 1
        if self._values > self._max_values:
            message = f"YAML aliases expand to more than {self._max_values:,} values"
            self._problem("too-large", message, self._scalars.place(alias))
            self.documents.clear()
            raise _LimitPassedError
        if type(event) is ScalarEvent:
            return self._scalars.node(event, key_place)
        if node is None:
            place = self._scalars.place(event)
            self._problem("yaml-cycle", "this YAML alias contains itself", place)
            return Node({}, place, key_place or place)
        self._reach(height)
        return replace(node, key_location=key_place or node.location)

    def _reach(self, levels: int) -> None:
        """Note that there are so many levels below this one."""
        self._deepest = max(self._deepest, self._depth + levels)
        if self._deepest > MAX_DEPTH:
            self._problem("yaml-syntax", "nested too deeply for a manifest", Location(self._file, 1, 1))
            raise _LimitPassedError

    def _problem(self, code: str, message: str, origin: Location, hint: str | None = None) -> None:
        self.problems.append(Diagnostic(severity=Severity.ERROR, code=code, message=message, origin=origin, hint=hint))
