"""YAML text to nodes with their places, or its syntax errors."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from contextlib import suppress
from functools import partial
from typing import Any

from reconciler.errors import Diagnostic, Location, Severity
from reconciler.manifest.nodes import Node
from reconciler.manifest.wording import glued
from reconciler.manifest.yaml_words import hint_for_line_above, syntax_message
from reconciler.printable import unmistakable

MAX_BY_ALIASES = 100_000
"""Values that aliases may add to those in the text: a few lines of aliases of aliases can mean billions."""
_RARE = ("\t", "\x85", "\u2028", "\u2029", "\ufeff", "&", "*", "!", "%", "|", ">", "...")
_UNLIKE = re.compile(
    r"[\t\x85\u2028\u2029\ufeff]|[&*][^\s,\[\]{}]*:|(?:^|[\s,\[{:])!(?!!\w+\s+[^&\s])|[|>][-+0-9]*#"
    r"|^(?:%|\.\.\.|(?:--- *)?(?:![^ \n]* +)?[|>])",
    re.MULTILINE,
)
"""What the two parsers read differently, all of which has one of ``_RARE`` in it: tabs, line ends that YAML 1.2
dropped, an anchor that ends in a colon or follows a tag, tags but for those like ``!!str``, what looks like a comment
behind the mark of a block, a block that is a document, directives, ``...``."""
_TO_THE_END = re.compile(r"end of stream|<stream end>|could not find expected")
"""Errors about something without an end: they are shown where it begins."""


def compose(text: str, file: str, environ: Mapping[str, str]) -> tuple[list[Node], list[Diagnostic]]:
    """The documents of ``text`` that are not empty, and the problems in it.

    The parser in Python is the reference, because every machine has it. The faster one in C is used only for text that
    both read the same way: they differ in their errors and in how they read the characters of ``_UNLIKE``.
    """
    from ruamel.yaml import YAML  # noqa: PLC0415 - 30 ms that --help need not pay
    from ruamel.yaml.error import YAMLError  # noqa: PLC0415

    from reconciler.manifest.composer import Composer  # noqa: PLC0415

    new = partial(Composer, file, environ, max_values=len(text) + MAX_BY_ALIASES)
    if not any(mark in text for mark in _RARE) or not _UNLIKE.search(text):
        quick = new()
        with suppress(YAMLError):
            quick.read(YAML(typ="safe").parse(text))
            return quick.documents, quick.problems
    from reconciler.manifest.scanner import TabScanner  # noqa: PLC0415

    yaml = YAML(typ="safe", pure=True)
    yaml.Scanner = TabScanner
    composer = new()
    try:
        composer.read(yaml.parse(text))
    except (YAMLError, AssertionError) as error:
        composer.problems.append(_objection(file, text, error))
    return composer.documents, composer.problems


def _objection(file: str, text: str, error: Exception) -> Diagnostic:
    from ruamel.yaml.error import MarkedYAMLError  # noqa: PLC0415 - 30 ms that --help need not pay
    from ruamel.yaml.reader import ReaderError  # noqa: PLC0415

    match error:
        case MarkedYAMLError():
            return _syntax_error(file, text.splitlines(), error)
        case ReaderError():
            return _not_a_character(file, text, error)
        case AssertionError():  # all that the library says to `%YAML 1.3`
            line = text.count("\n", 0, text.find("%YAML")) + 1
            message = "this version of YAML is not supported"
            return _problem(message, Location(file, line, 1), "write %YAML 1.2, or remove the line")
        case _:
            return _problem(unmistakable(f"invalid YAML: {str(error).splitlines()[0]}"), Location(file, 1, 1))


def _syntax_error(file: str, lines: Sequence[str], error: Any) -> Diagnostic:
    problem = error.problem or error.context  # one error of the library has its words there
    mark = error.problem_mark or error.context_mark
    if error.context_mark is not None and _TO_THE_END.search(problem):
        mark = error.context_mark
    place = Location(file, mark.line + 1, mark.column + 1) if mark else Location(file, 1, 1)
    before = "".join(lines[place.line - 1 : place.line])[: place.column - 1]
    if "'\\t'" in problem:
        if before.strip(" "):
            return _problem(
                "found a tab where YAML allows only spaces", place, "use spaces, or put quotes around the text"
            )
        return _problem("tabs cannot indent YAML", place, "use spaces")
    context = f" {error.context}" if error.context and error.problem else ""
    conflict = next((number for number, line in enumerate(lines, start=1) if _CONFLICT.match(line)), None)
    if conflict is not None:
        return _problem("unresolved merge conflict", Location(file, conflict, 1), "resolve the conflict")
    seen = [*filter(str.strip, lines[: place.line])][-2:]
    hint = _hint_in(seen) or hint_for_line_above(problem, seen)
    hint = hint or _hint_in_brackets(problem, lines[place.line - 1 : place.line], before) or _hint_of(problem, before)
    return _problem(unmistakable(syntax_message(f"{problem}{context}")), place, hint)


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
    quotes = ", or quotes around text that contains a colon" if problem.endswith("got ':'") else ""
    return f"a comma or the closing {closing[1]} is missing before this{quotes}"


def _hint_of(problem: str, before: str) -> str | None:
    if found := _NO_START.search(problem):
        return f"put quotes around text that begins with {found[1]}"
    if "undefined alias" in problem:
        return "define the anchor above with &, or put quotes around text that begins with *"
    if "mapping values are not allowed" in problem:
        is_first = _ONE_KEY.fullmatch(before) is not None
        return _INDENT if is_first else "put quotes around text that contains a colon"
    if "expected <block end>" in problem:
        return _BLOCK_ENDS.get(problem.partition("found ")[2])
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
