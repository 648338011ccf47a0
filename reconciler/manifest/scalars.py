"""Scalars of YAML to values and names: tags, references to variables, and what JSON has no type for.

Tags follow the core schema of YAML 1.2, whatever version a file names. Written for speed, as composer.py is: a large
manifest has 100,000 scalars, most of them the same few words.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Mapping
from sys import intern
from typing import Any

from ruamel.yaml.nodes import ScalarNode
from ruamel.yaml.resolver import Resolver

from reconciler.errors import Diagnostic, Location, Severity
from reconciler.manifest.interpolation import Interpolated, Undefined, interpolate
from reconciler.manifest.nodes import Node
from reconciler.printable import unmistakable

_TAG = "tag:yaml.org,2002:"
_NULL, _STRING, _MERGE = f"{_TAG}null", f"{_TAG}str", f"{_TAG}merge"
_SURROGATE = re.compile("[\ud800-\udfff]")


class Scalars:
    """The scalars of one file; what is wrong with them goes into ``problems``."""

    def __init__(self, file: str, environ: Mapping[str, str], problems: list[Diagnostic]) -> None:
        self._file = file
        self._environ = environ
        self._problems = problems
        self._names: dict[str, str] = {}
        self._plain: dict[str, Node] = {}
        """The first of each scalar without quotes, tag and reference."""

    def place(self, event: Any) -> Location:
        """Where the text of ``event`` begins."""
        mark = event.start_mark
        return tuple.__new__(Location, (self._file, mark.line + 1, mark.column + 1))  # in half the time of Location(…)

    def name(self, event: Any) -> str | None:
        """The scalar ``event`` as a key; ``None`` for the ``<<`` of a merge."""
        raw = event.value
        is_plain = event.ctag is None and not event.style
        if is_plain and (known := self._names.get(raw)) is not None:
            return known
        if _tag(event) == _MERGE:
            return None
        name = intern(self._interpolated(event).text)
        if is_plain and "$" not in raw:
            self._names[raw] = name
        return name

    def node(self, event: Any, key_place: Location | None) -> Node:
        """The scalar ``event`` as a value that hangs on the key at ``key_place``."""
        raw = event.value
        is_plain = event.ctag is None and not event.style
        if is_plain and (known := self._plain.get(raw)) is not None:
            place = self.place(event) if raw or key_place is None else key_place
            return Node(known.value, place, key_place or place, known.text)
        return self._read(event, key_place)

    def _read(self, event: Any, key_place: Location | None) -> Node:
        # The parsers put a value that is not there at different places.
        place = self.place(event) if event.value or event.style or key_place is None else key_place
        text, variables = self._interpolated(event)
        tag = _tag(event)
        if text != event.value and not event.style:
            tag = _tag_of_plain(text)
            tag = _STRING if tag == _NULL else tag  # a variable never removes
        node = Node(_value(text, tag), place, key_place or place, text, variables)
        if tag not in _VALUES:
            message = f"the YAML tag {unmistakable(tag)} is not supported"
            self._problem("yaml-tag", message, place, "remove the tag and write the plain value")
        elif event.ctag is None and not event.style and "$" not in event.value:
            self._plain[event.value] = node
        return node

    def _interpolated(self, event: Any) -> Interpolated:
        try:
            return interpolate(self._whole(event), self._environ)
        except Undefined as error:
            for reason in error.reasons:
                self._problem("interpolation", reason, self.place(event))
            return Interpolated(event.value)

    def _whole(self, event: Any) -> str:
        r"""The text of ``event``; JSON writes one character as two escapes, ``"\ud83d\ude00"``."""
        raw: str = event.value
        if raw.isascii() or not _SURROGATE.search(raw):
            return raw
        try:
            return raw.encode("utf-16", "surrogatepass").decode("utf-16")
        except UnicodeDecodeError:
            message = "\\ud800 to \\udfff are not characters on their own, only in pairs"
            self._problem("yaml-syntax", message, self.place(event), "write the character instead of the escapes")
            return _SURROGATE.sub("?", raw)

    def _problem(self, code: str, message: str, origin: Location, hint: str | None = None) -> None:
        self._problems.append(Diagnostic(severity=Severity.ERROR, code=code, message=message, origin=origin, hint=hint))


def _tag(event: Any) -> str:
    """The tag that the file gives, or the one that follows from the text; ``!`` gives none."""
    tag = str(event.ctag)
    if event.ctag is not None and tag != "!":
        return tag
    is_nothing = tag == "!" and not event.value and not event.style  # of which the parsers differ
    return _tag_of_plain(event.value) if event.implicit[0] or is_nothing else _STRING


def _tag_of_plain(text: str) -> str:
    """The tag of ``text`` without quotes."""
    return str(_resolver().resolve(ScalarNode, text, (True, False)))


@functools.cache
def _resolver() -> Resolver:
    return Resolver()


def _value(text: str, tag: str) -> str | int | float | bool | None:
    """The value of ``text``, which is itself where ``tag`` and text do not fit."""
    try:
        return _VALUES.get(tag, str)(text)
    except (ValueError, KeyError):
        return text  # `!!int six`, `!!bool yes`, or more digits than Python reads


def _integer(text: str) -> int:
    """YAML 1.2 integers: ``010`` is ten; ``0o10`` and ``0x1F`` are octal and hexadecimal."""
    digits = text.replace("_", "")
    base = {"0x": 16, "0o": 8, "0b": 2}.get(digits.lstrip("+-")[:2].lower(), 10)
    return int(digits, base)


_VALUES: dict[str, Callable[[str], str | int | float | bool | None]] = {
    _NULL: lambda _text: None,
    f"{_TAG}bool": lambda text: {"true": True, "false": False}[text.lower()],
    f"{_TAG}int": _integer,
    f"{_TAG}float": lambda text: float(text.replace("_", "")),
    _STRING: str,
    f"{_TAG}timestamp": str,
}
