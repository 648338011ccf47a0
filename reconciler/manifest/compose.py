"""YAML text to the nodes of the YAML library, or its syntax errors."""

from __future__ import annotations

import re
from collections.abc import Sequence
from contextlib import suppress
from itertools import accumulate
from typing import Any

from reconciler.errors import Diagnostic, Location, Severity
from reconciler.manifest.wording import glued
from reconciler.printable import unmistakable

MAX_DEPTH = 500
_UNLIKE = re.compile(r"[\t\x85\u2028\u2029\ufeff]|[&*][^\s,\[\]{}]*:")
"""What the two parsers read differently: tabs, line ends that YAML 1.2 dropped, an anchor that ends in a colon."""
_DEEP_BLOCK = re.compile(r"(?:[-?:][ \t]+){500}")
_TO_THE_END = re.compile(r"end of stream|<stream end>|could not find expected")
"""Errors about something without an end: they are shown where it begins."""


def compose(text: str, file: str) -> tuple[list[Any], Any, list[Diagnostic]]:
    """The documents as the YAML library composes them, its tag resolver, and the syntax error if there is one.

    The parser in Python is the reference, because every machine has it. The faster one in C is used only for text that
    both read the same way: they differ in their errors and in how they read the characters of ``_UNLIKE``.
    """
    from ruamel.yaml import YAML  # noqa: PLC0415 - 30 ms that --help need not pay
    from ruamel.yaml.error import MarkedYAMLError, YAMLError  # noqa: PLC0415
    from ruamel.yaml.reader import ReaderError  # noqa: PLC0415

    if not _UNLIKE.search(text) and not _perhaps_deep(text):
        quick = YAML(typ="safe")
        with suppress(YAMLError, RecursionError):
            return [*quick.compose_all(text)], quick.resolver, []
    from reconciler.manifest.scanner import TabScanner  # noqa: PLC0415

    yaml = YAML(typ="safe", pure=True)
    yaml.Scanner = TabScanner
    roots: list[Any] = []
    problems: list[Diagnostic] = []
    try:
        roots.extend(yaml.compose_all(text))
    except MarkedYAMLError as error:
        problems.append(_syntax_error(file, text.splitlines(), error))
    except ReaderError as error:
        problems.append(_not_a_character(file, text, error))
    except YAMLError as error:
        problems.append(_problem(unmistakable(f"invalid YAML: {str(error).splitlines()[0]}"), Location(file, 1, 1)))
    except RecursionError:
        problems.append(nested_too_deeply(file))
    return roots, yaml.resolver, problems


def nested_too_deeply(file: str) -> Diagnostic:
    """The error for a document that would overflow the stack."""
    return _problem("nested too deeply for a manifest", Location(file, 1, 1))


def _perhaps_deep(text: str) -> bool:
    """Whether the nesting might overflow the C parser's stack and crash the process; brackets in strings count too."""
    steps = (1 if found[0] in "[{" else -1 for found in re.finditer(r"[\[\]{}]", text))
    return max(accumulate(steps), default=0) > MAX_DEPTH or _DEEP_BLOCK.search(text) is not None


def _syntax_error(file: str, lines: Sequence[str], error: Any) -> Diagnostic:
    mark = error.problem_mark or error.context_mark
    if error.context_mark is not None and _TO_THE_END.search(error.problem):
        mark = error.context_mark
    place = Location(file, mark.line + 1, mark.column + 1) if mark else Location(file, 1, 1)
    before = "".join(lines[place.line - 1 : place.line])[: place.column - 1]
    if "'\\t'" in error.problem:
        if before.strip(" "):
            return _problem(
                "found a tab where YAML allows only spaces", place, "use spaces, or put quotes around the text"
            )
        return _problem("tabs cannot indent YAML", place, "use spaces")
    context = f" {error.context}" if error.context else ""
    conflict = next((number for number, line in enumerate(lines, start=1) if _CONFLICT.match(line)), None)
    if conflict is not None:
        return _problem("unresolved merge conflict", Location(file, conflict, 1), "resolve the conflict")
    hint = _hint_in([*filter(str.strip, lines[: place.line])][-2:])
    hint = (
        hint or _hint_in_brackets(error.problem, lines[place.line - 1 : place.line], before) or _hint_of(error, before)
    )
    return _problem(unmistakable(f"invalid YAML: {error.problem}{context}"), place, hint)


def _hint_in(lines: Sequence[str]) -> str | None:
    """What is visibly wrong in the last of ``lines`` or in the one above it."""
    if any(line.lstrip().startswith("//") for line in lines):
        return "comments begin with #, not //"
    return next((hint for line in reversed(lines) if (hint := glued(line.strip().removeprefix("- ")))), None)


def _hint_in_brackets(problem: str, line: Sequence[str], before: str) -> str | None:
    closing = _IN_BRACKETS.match(problem)
    if closing is None:
        return None
    if "${" in "".join(line):
        return "inside { } or [ ], put ${…} in quotes"
    if before.endswith(":"):
        return "put a space after the colon"
    return f"a comma or the closing {closing[1]} is missing before this"


def _hint_of(error: Any, before: str) -> str | None:
    if found := _NO_START.search(error.problem):
        return f"put quotes around text that begins with {found[1]}"
    if "undefined alias" in error.problem:
        return "define the anchor above with &, or put quotes around text that begins with *"
    if "mapping values are not allowed" in error.problem:
        is_first = _ONE_KEY.fullmatch(before) is not None
        return _INDENT if is_first else "put quotes around text that contains a colon"
    if "expected <block end>" in error.problem:
        return _BLOCK_ENDS.get(error.problem.partition("found ")[2])
    return None


_CONFLICT = re.compile(r"(<{7}|>{7})( |$)")
_NO_START = re.compile(r"found character '(.)' that cannot start any token")
_ONE_KEY = re.compile(r"[ ]*(- )*[^ ]+")
_INDENT = "indent this line like the other keys of its mapping"
_BLOCK_ENDS = {
    "'<block mapping start>'": _INDENT,
    "'<scalar>'": "put quotes around the whole text; within single quotes, write '' for '",
    "'}'": "remove it, or add the opening bracket",
    "']'": "remove it, or add the opening bracket",
}
_IN_BRACKETS = re.compile(r"expected ',' or '([}\]])', but got '(?!<stream end>)")


def _not_a_character(file: str, text: str, error: Any) -> Diagnostic:
    line_start = text.rfind("\n", 0, error.position) + 1
    place = Location(file, text.count("\n", 0, error.position) + 1, error.position - line_start + 1)
    character = error.character if isinstance(error.character, int) else ord(error.character)
    return _problem(f"the character U+{character:04X} is not allowed in YAML", place, "remove the character")


def _problem(message: str, origin: Location, hint: str | None = None) -> Diagnostic:
    return Diagnostic(severity=Severity.ERROR, code="yaml-syntax", message=message, origin=origin, hint=hint)
