"""``${VAR}``, ``${VAR:-default}`` and ``$$`` in the strings and names of a manifest."""

from __future__ import annotations

import re
from collections.abc import Mapping

from reconciler.printable import escaped

_REFERENCE = re.compile(r"\$(?:(?P<escaped>\$)|\{(?P<name>[A-Za-z_][A-Za-z0-9_]*)(?::-(?P<default>[^}]*))?\})")
_BROKEN = re.compile(r"\$\{[^}]*\}?")


class Undefined(ValueError):
    """A reference that cannot be resolved; the text says why."""


def _as_text(name: str, value: str) -> str:
    """The value of a variable as UTF-8, which it may be where Python took another encoding. Raises Undefined."""
    try:
        return value.encode("utf-8", "surrogateescape").decode("utf-8")
    except UnicodeError:
        raise Undefined(f"the environment variable {name} is not UTF-8 text: {escaped(value)}") from None


def interpolate(text: str, environ: Mapping[str, str]) -> str:
    """``text`` with every reference replaced; an empty or blank variable is one that is not set.

    Raises Undefined.
    """
    if "$" not in text:
        return text

    def value(reference: re.Match[str]) -> str:
        if reference["escaped"]:
            return "$"
        found = environ.get(reference["name"], "")
        if found.strip():
            return _as_text(reference["name"], found)
        if reference["default"] is not None:
            return reference["default"]
        state = "empty" if reference["name"] in environ else "not set"
        raise Undefined(f"the environment variable {reference['name']} is {state}")

    for wrong in _BROKEN.finditer(text.replace("$$", "")):
        if "${" in wrong[0][1:]:
            raise Undefined(f"a default is plain text, and cannot hold another reference: {wrong[0]}…")
        if not _REFERENCE.fullmatch(wrong[0]):
            raise Undefined(
                f"{wrong[0]!r} is no reference; write ${{NAME}}, ${{NAME:-default}}, or $$ for a dollar sign"
            )
    return _REFERENCE.sub(value, text)
