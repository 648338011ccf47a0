"""The syntax errors of the YAML library in plain words."""

from __future__ import annotations

import re
from collections.abc import Sequence

_PLAIN = (
    (re.compile(r"expected <block end>, but found '<block mapping start>'"), "wrong indentation"),
    (re.compile(r"expected <block end>, but found '<scalar>'"), "unexpected text after a value in quotes"),
    (re.compile(r"expected <block end>, but found '([^<]+)'"), r"unexpected '\1'"),
    (re.compile(r"expected the node content, but found '([^<]+)'"), r"unexpected '\1'"),
    (re.compile(r"mapping values are not allowed"), "unexpected ':'"),
    (re.compile(r"found character '(.)' that cannot start any token"), r"text without quotes cannot begin with \1"),
    (re.compile(r"found undefined alias '(.+?):?'"), r"undefined alias '\1'"),
    (re.compile(r"found unexpected end of stream while scanning a quoted scalar"), "the closing quote is missing"),
    (re.compile(r"expected ',' or '([}\]])', but got '<stream end>'"), r"the closing \1 is missing"),
    (re.compile(r"expected ',' or '([}\]])', but got '([^<]+)'"), r"expected ',' or '\1', found '\2'"),
    (re.compile(r"could not find expected ':'"), "a colon is missing after this key"),
)
_LINE_OF_WORDS = re.compile(r"[^\s#'\"\[{|>&*!%@`-][^:#\s]*( [^:#\s]+)?")


def syntax_message(problem: str) -> str:
    """The message for ``problem``, the words of the library with their context."""
    for pattern, plain in _PLAIN:
        if found := pattern.search(problem):
            return f"invalid YAML: {found.expand(plain)}"
    return f"invalid YAML: {problem}"


def hint_for_line_above(problem: str, lines: Sequence[str]) -> str | None:
    """The hint for an unexpected colon in the last of ``lines`` if the line above it lacks one: ``version 1``."""
    if "mapping values are not allowed" not in problem or len(lines) == 1:
        return None
    above, last = lines[-2:]
    is_deeper = len(last) - len(last.lstrip()) >= len(above) - len(above.lstrip())
    is_key = _LINE_OF_WORDS.fullmatch(above.strip()) is not None
    return "put a colon after the key in the line above" if is_key and is_deeper else None
