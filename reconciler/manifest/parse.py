"""YAML text to :class:`Node` objects, which know their file, line and column for messages."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from sys import intern
from typing import Any
from warnings import catch_warnings, simplefilter

from reconciler.errors import Diagnostic, Location, Severity
from reconciler.manifest.compose import compose, nested_too_deeply
from reconciler.manifest.interpolation import Interpolated, Undefined, interpolate
from reconciler.manifest.nodes import Node
from reconciler.printable import quoted, unmistakable

MAX_BY_ALIASES = 100_000
"""Values that aliases may add to those in the text: a few lines of aliases of aliases can mean billions."""
# Where a value or a key begins; within a text, braces are part of it.
_TEMPLATE = re.compile(r"""^(?:[^#\n"']*?(?:[-:,?][ \t]+|[\[{]))?[ \t]*(\{\{|\{%)""", re.MULTILINE)
_SURROGATE = re.compile("[\ud800-\udfff]")
_TAG = "tag:yaml.org,2002:"


def parse(text: str, file: str, environ: Mapping[str, str]) -> tuple[list[Node], list[Diagnostic]]:
    """The documents of ``text`` that are not empty, and the problems found in it."""
    documents, problems = _parse(text, file, environ)
    templates = list(_TEMPLATE.finditer(text)) if problems else []
    if templates:
        # Template syntax breaks YAML in many ways: one message for all of them.
        return [], [_unrendered(file, text, found.start(1)) for found in templates]
    return documents, problems


def _parse(text: str, file: str, environ: Mapping[str, str]) -> tuple[list[Node], list[Diagnostic]]:
    with catch_warnings():
        simplefilter("ignore")  # of an anchor used again, which YAML allows: an alias means the last one before it
        roots, resolver, problems = compose(text, file)
    reader = _Reader(file, environ, resolver, most=len(text) + MAX_BY_ALIASES)
    documents: list[Node] = []
    try:
        # A document of comments only is null.
        documents.extend(reader.node(root, None) for root in roots if root.tag != f"{_TAG}null")
    except RecursionError:
        problems.append(nested_too_deeply(file))
    return ([] if reader.overflowed else documents), [*reader.problems, *problems]


def _problem(code: str, message: str, origin: Location, hint: str | None = None) -> Diagnostic:
    return Diagnostic(severity=Severity.ERROR, code=code, message=message, origin=origin, hint=hint)


def _unrendered(file: str, text: str, start: int) -> Diagnostic:
    line_start = text.rfind("\n", 0, start) + 1
    place = Location(file, text.count("\n", 0, start) + 1, start - line_start + 1)
    return _problem(
        "unrendered-template",
        f"{quoted(text[start : start + 40].partition(chr(10))[0])} looks like an unrendered template",
        place,
        "render it first (helm template, envsubst, jinja); for plain variables write ${VARIABLE} instead",
    )


class _Reader:
    """Turns composed nodes into ours, collecting every problem on the way."""

    def __init__(self, file: str, environ: Mapping[str, str], resolver: Any, *, most: int) -> None:
        self.problems: list[Diagnostic] = []
        self._file = file
        self._environ = environ
        self._resolver = resolver
        self._open: set[int] = set()
        self._most = most
        self._count = 0

    def node(self, raw: Any, key: Any | None) -> Node:
        """``raw`` as a Node that hangs on ``key``."""
        place = self._place(raw)
        key_place = self._place(key) if key is not None else place
        self._count += 1
        if self.overflowed:
            return self._refused(
                "too-large", f"YAML aliases expand to more than {self._most:,} values", place, key_place
            )
        if raw.id == "scalar":
            # The parsers put a value that is not there at different places.
            return self._scalar(raw, place if raw.value or raw.style else key_place, key_place)
        if id(raw) in self._open:
            return self._refused("yaml-cycle", "this YAML alias contains itself", place, key_place)
        self._open.add(id(raw))
        value = self._mapping(raw) if raw.id == "mapping" else [self.node(item, None) for item in raw.value]
        self._open.discard(id(raw))
        return Node(value, place, key_place)

    @property
    def overflowed(self) -> bool:
        """Whether there are more values than any manifest has."""
        return self._count > self._most

    def _refused(self, code: str, message: str, place: Location, key_place: Location) -> Node:
        if not any(problem.code == code for problem in self.problems):
            self.problems.append(_problem(code, message, place))
        return Node({}, place, key_place)

    def _place(self, raw: Any) -> Location:
        return Location(self._file, raw.start_mark.line + 1, raw.start_mark.column + 1)

    def _mapping(self, raw: Any) -> dict[str, Node]:
        own: dict[str, Node] = {}
        merged: dict[str, Node] = {}
        for key, value in raw.value:
            if self.overflowed:
                break
            if key.tag == f"{_TAG}merge":
                merged = self._merged(value) | merged
            elif key.id != "scalar":
                self.problems.append(_problem("yaml-key", "keys must be strings", self._place(key)))
            else:
                self._add(own, intern(self._interpolated(key).text), key, value)  # the same few in every topic
        return merged | own

    def _add(self, own: dict[str, Node], name: str, key: Any, value: Any) -> None:
        if name in own:
            first = own[name].key_location
            message = f"duplicate key {quoted(name)}, first defined on line {first.line}"
            self.problems.append(_problem("duplicate-key", message, self._place(key), "remove one of the two"))
        else:
            own[name] = self.node(value, key)

    def _merged(self, raw: Any) -> dict[str, Node]:
        """What ``<<: *alias`` or ``<<: [*a, *b]`` brings in; the first one wins, and own keys win over it."""
        sources = raw.value if raw.id == "sequence" else [raw]
        together: dict[str, Node] = {}
        for source in sources:
            node = self.node(source, None)
            if isinstance(node.value, dict):
                together = node.value | together
            else:
                self.problems.append(
                    _problem("yaml-merge", "<< must be a mapping or a list of mappings", self._place(source))
                )
        return together

    def _interpolated(self, raw: Any) -> Interpolated:
        try:
            return interpolate(self._whole(raw), self._environ)
        except Undefined as error:
            self.problems += [_problem("interpolation", reason, self._place(raw)) for reason in error.reasons]
            return Interpolated(str(raw.value))

    def _whole(self, raw: Any) -> str:
        r"""The text of ``raw``; JSON writes one character as two escapes, ``"\ud83d\ude00"``."""
        if not _SURROGATE.search(raw.value):
            return str(raw.value)
        try:
            return str(raw.value.encode("utf-16", "surrogatepass").decode("utf-16"))
        except UnicodeDecodeError:
            message = "\\ud800 to \\udfff are not characters on their own, only in pairs"
            self.problems.append(
                _problem("yaml-syntax", message, self._place(raw), "write the character instead of the escapes")
            )
            return _SURROGATE.sub("?", raw.value)

    def _scalar(self, raw: Any, place: Location, key_place: Location) -> Node:
        """A scalar; dates stay text, and so does whatever JSON has no word for."""
        text, variables = self._interpolated(raw)
        tag = raw.tag
        if text != raw.value and not raw.style:
            tag = self._tag_of(raw, text)
        convert = _SCALARS.get(tag)
        if convert is None:
            message = f"the YAML tag {unmistakable(tag)} is not supported"
            self.problems.append(_problem("yaml-tag", message, place, "remove the tag and write the plain value"))
            return Node(text, place, key_place, text)
        try:
            return Node(convert(text), place, key_place, text, variables)
        except ValueError:
            return Node(text, place, key_place, text, variables)  # `!!int six`, or more digits than Python reads

    def _tag_of(self, raw: Any, text: str) -> str:
        """The kind of an interpolated ``text``: a number where it is one, but never ``null``, which would remove."""
        tag = str(self._resolver.resolve(type(raw), text, (True, False)))
        return f"{_TAG}str" if tag == f"{_TAG}null" else tag


def _integer(text: str) -> int:
    """YAML 1.2 integers: ``010`` is ten; ``0o10`` and ``0x1F`` are octal and hexadecimal."""
    digits = text.replace("_", "")
    base = {"0x": 16, "0o": 8, "0b": 2}.get(digits.lstrip("+-")[:2].lower(), 10)
    return int(digits, base)


_SCALARS: dict[str, Callable[[str], str | int | float | bool | None]] = {
    f"{_TAG}null": lambda _text: None,
    f"{_TAG}bool": lambda text: text.lower() == "true",
    f"{_TAG}int": _integer,
    f"{_TAG}float": lambda text: float(text.replace("_", "")),
    f"{_TAG}str": str,
    f"{_TAG}timestamp": str,
}
