r"""The file of ``--command-config``: ``key=value`` lines, ``${VAR}`` and ``$$`` in their values.

Problems are reported with the line number but without the text, which may be a secret.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from reconciler.cluster.properties import ClientSettings, canonical, is_secret, value_of
from reconciler.errors import ClusterUnavailable, Diagnostic, Location, Severity
from reconciler.printable import unmistakable

_LINE_END = re.compile(r"\r\n|\n|\r")  # str.splitlines knows others, which a password may contain
_BLANK = " \t\f"
_KEY = re.compile(r"[a-z][a-z0-9._-]*")
_DEFAULT = r":-(?P<default>(?:[^}$]|\$(?!\{))*)"
_REFERENCE = re.compile(rf"\$(?:\$|\{{(?P<name>[A-Za-z_][A-Za-z0-9_]*)(?:{_DEFAULT})?\}}|(?P<broken>\{{))")
_FORM = "--command-config takes a file of key=value lines, one per property"

Numbered = tuple[int, str]


class _Wrong(ValueError):
    """A line that is not a valid property, with the message and the hint."""

    def __init__(self, message: str, hint: str | None = None) -> None:
        super().__init__(message)
        self.message, self.hint = message, hint


@dataclass(slots=True)
class _Found:
    properties: dict[str, str] = field(default_factory=dict)
    places: dict[str, Location] = field(default_factory=dict)
    problems: list[Diagnostic] = field(default_factory=list)


def read_property_file(path: Path, environ: Mapping[str, str]) -> ClientSettings:
    """The properties in the file at ``path``, which is read once and may be a pipe.

    Empty lines and lines that start with ``#`` are ignored; ``environ`` has the values for ``${VAR}``. Raises
    ClusterUnavailable with every problem, and for a file without properties.
    """
    found = _parse(_text_of(path), str(path), environ)
    if found.problems:
        raise ClusterUnavailable(*found.problems)
    if not found.properties:
        raise ClusterUnavailable.because(
            "command-config",
            f"{path} has no properties: the file is empty or has only comments",
            hint=f"{_FORM}; a pipe such as <(…) can be read only once",
        )
    return ClientSettings(found.properties, found.places)


def _text_of(path: Path) -> str:
    try:
        content = path.read_bytes()
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        words = f"{unmistakable(str(path))} cannot be read: {reason}"
        raise ClusterUnavailable.because("command-config", words, hint=_FORM) from None
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        wide = content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
        reason = "the file is UTF-16, not UTF-8" if wide else "the file is not UTF-8 text"
        raise ClusterUnavailable.because(
            "command-config", f"{path} cannot be read: {reason}", hint="save the file as UTF-8"
        ) from None


def _parse(text: str, file: str, environ: Mapping[str, str]) -> _Found:
    found = _Found()
    lines = iter(enumerate(_LINE_END.split(text), start=1))
    for number, line in lines:
        stripped = line.strip(_BLANK)
        if not stripped or stripped.startswith("#"):
            continue
        place = Location(file, number, 1)
        try:
            _whole(stripped, lines)
            key, value = _property(stripped, environ)
            _new(key, found)
        except _Wrong as wrong:
            found.problems.append(_problem(wrong, place))
        else:
            found.properties[key], found.places[key] = value, place
    return found


def _whole(line: str, rest: Iterator[Numbered]) -> None:
    """Raises _Wrong for a value that continues on the next lines, which are taken from ``rest``."""
    if "-----BEGIN " in line and "-----END " not in line:
        for _, following in rest:
            if "-----END " in following:
                break
        raise _Wrong(
            "a PEM value must be on one line",
            r"put the PEM into a file and set ssl.ca.location, ssl.certificate.location or ssl.key.location; "
            r"or write \n for each line break",
        )
    if _goes_on(line):
        for _, following in rest:
            if not _goes_on(following):
                break
        raise _Wrong(
            "the line ends in a backslash, but a value cannot continue on the next line",
            "write the value on one line; for a value that ends in a backslash, use a variable: ${NAME}",
        )


def _new(key: str, found: _Found) -> None:
    if key in found.places:
        raise _Wrong(f"{key} is set twice, first on line {found.places[key].line}", "remove one of the two lines")


def _goes_on(line: str) -> bool:
    r"""Whether Java would join the next line to this one: ``\\`` is a backslash."""
    return (len(line) - len(line.rstrip("\\"))) % 2 == 1


def _property(line: str, environ: Mapping[str, str]) -> tuple[str, str]:
    key, equals, value = line.partition("=")
    key, value = key.rstrip(_BLANK), value.lstrip(_BLANK)
    if not equals or not _KEY.fullmatch(key):
        raise _Wrong("expected key=value", _form_of(line))
    key = canonical(key)
    if "\0" in value:
        raise _Wrong(f"{key}: the value contains a NUL character, which the client does not support")
    return key, value_of(key, _interpolated(key, value, environ))


def _form_of(line: str) -> str:
    """What to do about a line that is not key=value."""
    before = re.match(r"[A-Za-z][A-Za-z0-9._-]*\s*(?P<separator>[:=\s])", line)
    match before["separator"] if before else "":
        case ":":
            return "write = between key and value, not a colon"
        case "=":
            return "the names of properties are lower case, such as sasl.password"
        case _:
            return "write key=value, such as security.protocol=SASL_SSL"


def _interpolated(key: str, text: str, environ: Mapping[str, str]) -> str:
    def value(reference: re.Match[str]) -> str:
        if reference["broken"]:
            raise _Wrong(
                f"{key}: the value contains ${{ without a valid variable reference",
                "write ${NAME}, ${NAME:-default} with a plain default, or $$ for a dollar sign",
            )
        name = reference["name"]
        if name is None:
            return "$"
        if environ.get(name, "").strip():
            return environ[name]
        if reference["default"] is not None:
            return reference["default"]
        # What looks like a reference may be a part of a password.
        shown = name if name.isupper() or not is_secret(key) else "in its value"
        state = "empty" if name in environ else "not set"
        raise _Wrong(
            f"{key}: the environment variable {shown} is {state}",
            "set the variable; if the dollar sign is part of the value, write $$",
        )

    return _REFERENCE.sub(value, text)


def _problem(wrong: _Wrong, place: Location) -> Diagnostic:
    return Diagnostic(
        severity=Severity.ERROR, code="command-config", message=wrong.message, hint=wrong.hint, origin=place
    )
