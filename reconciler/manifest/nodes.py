"""YAML text to values that remember where they stand.

The file is parsed once: ruamel.yaml composes it, and its nodes become :class:`Node` objects with plain
values and places, so that every later message can say file, line and column.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from reconciler.errors import Diagnostic, Location, Severity

MOST_NODES = 2_000_000
"""More values than any manifest has: a file of aliases of aliases can mean billions."""


@dataclass(slots=True, frozen=True)
class Node:
    """A value with its place, and the place of the key it hangs on."""

    value: dict[str, Node] | list[Node] | str | int | float | bool | None
    location: Location
    key_location: Location
    text: str = ""
    """A scalar as it was written, without quotes: ``3e+9`` and ``0.50`` survive here."""

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


def parse(text: str, file: str) -> tuple[Node | None, list[Diagnostic]]:
    """The single document of ``text``, or ``None`` when it is empty or broken; and what is wrong with it."""
    from ruamel.yaml import YAML  # noqa: PLC0415 - 30 ms that --help need not pay
    from ruamel.yaml.error import MarkedYAMLError, YAMLError  # noqa: PLC0415

    try:
        root = YAML(typ="safe").compose(text)
    except MarkedYAMLError as error:
        return None, [_syntax_error(file, error)]
    except YAMLError as error:
        return None, [_diagnostic("yaml-syntax", f"not YAML: {error}", Location(file, 1, 1))]
    except RecursionError:
        return None, [_diagnostic("yaml-syntax", "nested too deeply to be a manifest", Location(file, 1, 1))]
    if root is None:
        return None, []
    reader = _Reader(file)
    try:
        return reader.node(root, None), reader.problems
    except RecursionError:
        return None, [_diagnostic("yaml-syntax", "nested too deeply to be a manifest", Location(file, 1, 1))]


def _diagnostic(code: str, message: str, origin: Location, hint: str | None = None) -> Diagnostic:
    return Diagnostic(severity=Severity.ERROR, code=code, message=message, origin=origin, hint=hint)


def _syntax_error(file: str, error: Any) -> Diagnostic:
    mark = error.problem_mark or error.context_mark
    place = Location(file, mark.line + 1, mark.column + 1) if mark else Location(file, 1, 1)
    if error.context == "expected a single document in the stream":
        return _diagnostic("several-documents", "a second YAML document starts here; one file holds one", place)
    context = f" {error.context}" if error.context else ""
    return _diagnostic("yaml-syntax", f"not YAML: {error.problem}{context}", place)


class _Reader:
    """Turns composed nodes into ours, collecting every problem on the way."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.problems: list[Diagnostic] = []
        self._open: set[int] = set()
        self._count = 0

    def node(self, raw: Any, key: Any | None) -> Node:
        """``raw`` as a Node that hangs on ``key``."""
        place = self._place(raw)
        key_place = self._place(key) if key is not None else place
        self._count += 1
        if self._count > MOST_NODES:
            return self._refused(
                "too-large", f"its aliases expand to more than {MOST_NODES:,} values", place, key_place
            )
        if raw.id == "scalar":
            return Node(self._scalar(raw, place), place, key_place, raw.value)
        if id(raw) in self._open:
            return self._refused("yaml-cycle", "an alias that contains itself", place, key_place)
        self._open.add(id(raw))
        value = self._mapping(raw) if raw.id == "mapping" else [self.node(item, None) for item in raw.value]
        self._open.discard(id(raw))
        return Node(value, place, key_place)

    def _refused(self, code: str, message: str, place: Location, key_place: Location) -> Node:
        if not any(problem.code == code for problem in self.problems):
            self.problems.append(_diagnostic(code, message, place))
        return Node({}, place, key_place)

    def _place(self, raw: Any) -> Location:
        return Location(self.file, raw.start_mark.line + 1, raw.start_mark.column + 1)

    def _mapping(self, raw: Any) -> dict[str, Node]:
        own: dict[str, Node] = {}
        merged: dict[str, Node] = {}
        for key, value in raw.value:
            if key.tag == "tag:yaml.org,2002:merge":
                merged = self._merged(value) | merged
            elif key.id != "scalar":
                self.problems.append(_diagnostic("yaml-key", "a key must be a word", self._place(key)))
            elif key.value in own:
                first = own[key.value].key_location
                message = f"the key {key.value!r} is there twice, first in line {first.line}"
                self.problems.append(_diagnostic("duplicate-key", message, self._place(key), "remove one of the two"))
            else:
                own[key.value] = self.node(value, key)
        return merged | own

    def _merged(self, raw: Any) -> dict[str, Node]:
        """What ``<<: *alias`` or ``<<: [*a, *b]`` brings in; the first one wins, and own keys win over it."""
        sources = raw.value if raw.id == "sequence" else [raw]
        together: dict[str, Node] = {}
        for source in sources:
            node = self.node(source, None)
            if isinstance(node.value, dict):
                together = node.value | together
            else:
                self.problems.append(_diagnostic("yaml-merge", "<< takes a mapping", self._place(source)))
        return together

    def _scalar(self, raw: Any, place: Location) -> str | int | float | bool | None:
        """The scalar's value; dates stay text, and so does whatever JSON has no word for."""
        text: str = raw.value
        convert = _SCALARS.get(raw.tag)
        if convert is None:
            message = f"the tag {raw.tag} has no meaning in a manifest"
            self.problems.append(_diagnostic("yaml-tag", message, place, "write the plain value"))
            return text
        try:
            return convert(text)
        except ValueError:
            return text  # `!!int six`, or an integer of more digits than Python reads


def _integer(text: str) -> int | str:
    """YAML 1.2 integers: ``010`` is ten; ``0o10`` and ``0x1F`` are octal and hexadecimal."""
    digits = text.replace("_", "")
    base = {"0x": 16, "0o": 8, "0b": 2}.get(digits.lstrip("+-")[:2].lower(), 10)
    return int(digits, base)


_SCALARS: dict[str, Callable[[str], str | int | float | bool | None]] = {
    "tag:yaml.org,2002:null": lambda _text: None,
    "tag:yaml.org,2002:bool": lambda text: text.lower() == "true",
    "tag:yaml.org,2002:int": _integer,
    "tag:yaml.org,2002:float": lambda text: float(text.replace("_", "")),
    "tag:yaml.org,2002:str": str,
    "tag:yaml.org,2002:timestamp": str,
}
