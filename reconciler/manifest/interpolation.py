"""``${VAR}``, ``${VAR:-default}`` and ``$$`` in the strings and names of a manifest."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NamedTuple

from reconciler.printable import escaped, quoted, unmistakable

_REFERENCE = re.compile(r"\$(?:(?P<escaped>\$)|\{(?P<name>[A-Za-z_][A-Za-z0-9_]*)(?::-(?P<default>[^}]*))?\})")
_FORMS = "${NAME}, ${NAME:-default}, or $$ for a dollar sign"
_BROKEN = re.compile(r"\$\{[^}]*\}?")


class Undefined(ValueError):
    """References that cannot be resolved; ``reasons`` has each problem once."""

    def __init__(self, *reasons: str) -> None:
        super().__init__("; ".join(reasons))
        self.reasons = tuple(dict.fromkeys(reasons))


class Interpolated(NamedTuple):
    """The resulting text, and the variables that were used; ``None`` if the text had no reference."""

    text: str
    variables: tuple[str, ...] | None = None


def interpolate(text: str, environ: Mapping[str, str]) -> Interpolated:
    """``text`` with every reference replaced; an empty or blank variable counts as not set.

    Raises Undefined with every reference that cannot be replaced.
    """
    if "$" not in text:
        return Interpolated(text)
    problems = [problem for found in _BROKEN.findall(text.replace("$$", "")) if (problem := _malformed(found))]
    variables: dict[str, None] = {}

    def value(reference: re.Match[str]) -> str:
        name = reference["name"]
        if reference["escaped"]:
            return "$"
        if environ.get(name, "").strip():
            variables[name] = None
            return _as_text(name, environ[name], problems)
        if reference["default"] is None:
            state = "empty" if name in environ else "not set"
            problems.append(f"environment variable {name} is {state}; set it, or write ${{{name}:-default}}")
        return reference["default"] or ""

    replaced = _REFERENCE.sub(value, text)
    if problems:
        raise Undefined(*problems)
    return Interpolated(replaced, tuple(variables))


def _malformed(found: str) -> str | None:
    """What is wrong with text that begins like a reference; ``None`` if nothing is."""
    if "${" in found[1:]:
        return f"{unmistakable(found)}…: a default must be plain text, without another ${{…}}"
    if _REFERENCE.fullmatch(found):
        return None
    return f"{quoted(found)} is not a valid variable reference; write {_FORMS}"


def _as_text(name: str, value: str, problems: list[str]) -> str:
    """The value of a variable as UTF-8, also where Python decoded it with another encoding."""
    try:
        return value.encode("utf-8", "surrogateescape").decode("utf-8")
    except UnicodeError:
        problems.append(f"environment variable {name} is not valid UTF-8: {escaped(value)}")
        return ""
