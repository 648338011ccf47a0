"""Expressions of GitHub Actions, as far as the workflows here use them; whatever else comes up is an error.

https://docs.github.com/en/actions/reference/workflows-and-actions/expressions
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

_TOKEN = re.compile(r"\s*('(?:[^']|'')*'|&&|\|\||==|!=|!|[()]|[A-Za-z_][\w-]*(?:\.[A-Za-z_][\w-]*)*)")
_TEMPLATE = re.compile(r"\$\{\{(.*?)\}\}", re.DOTALL)
STATUS = ("always()", "success()")


def evaluate(expression: str, contexts: Mapping[str, Any], *, succeeded: bool = True) -> Any:
    """The value of ``expression``."""
    parser = _Parser(_tokens(expression), contexts, {"always": True, "success": succeeded})
    value = parser.either()
    assert parser.at == len(parser.tokens), f"unexpected {parser.tokens[parser.at]!r} in {expression!r}"
    return value


def holds(condition: str | None, contexts: Mapping[str, Any], *, succeeded: bool = True) -> bool:
    """Whether a step or a job with this ``if`` runs; without a status function it needs success."""
    expression = condition or "success()"
    wanted = succeeded or any(function in expression for function in STATUS)
    return wanted and bool(evaluate(expression, contexts, succeeded=succeeded))


def filled(text: Any, contexts: Mapping[str, Any]) -> str:
    """``text`` with its expressions replaced."""
    return _TEMPLATE.sub(lambda found: _in_text(evaluate(found[1], contexts)), _in_text(text))


def _in_text(value: Any) -> str:
    if value is None:
        return ""
    return str(value).lower() if isinstance(value, bool) else str(value)


def _tokens(expression: str) -> list[str]:
    found, at, text = [], 0, expression.strip()
    while at < len(text):
        token = _TOKEN.match(text, at)
        assert token is not None, f"not understood: {text[at:]!r}"
        found.append(token[1])
        at = token.end()
    return found


@dataclass
class _Parser:
    tokens: list[str]
    contexts: Mapping[str, Any]
    functions: Mapping[str, bool]
    at: int = 0

    def either(self) -> Any:
        value = self.both()
        for _ in self._while("||"):
            other = self.both()
            value = value or other
        return value

    def both(self) -> Any:
        value = self.comparison()
        for _ in self._while("&&"):
            other = self.comparison()
            value = value and other
        return value

    def comparison(self) -> Any:
        value = self.primary()
        for operator in self._while("==", "!="):
            value = _equal(value, self.primary()) is (operator == "==")
        return value

    def primary(self) -> Any:
        word = self._next()
        if word == "!":
            return not self.primary()
        if word == "(":
            value = self.either()
            assert self._next() == ")"
            return value
        if word.startswith("'"):
            return word[1:-1].replace("''", "'")
        if self.tokens[self.at : self.at + 1] == ["("]:
            assert self.tokens[self.at : self.at + 2] == ["(", ")"], f"{word} with arguments"
            self.at += 2
            return self.functions[word]
        return self._property(word)

    def _property(self, path: str) -> Any:
        """What a context does not have is null; a context that there is not is an error."""
        context, *names = path.split(".")
        value = self.contexts[context]
        for name in names:
            value = value.get(name) if isinstance(value, Mapping) else None
        return value

    def _while(self, *operators: str) -> Iterator[str]:
        while self.at < len(self.tokens) and self.tokens[self.at] in operators:
            yield self._next()

    def _next(self) -> str:
        self.at += 1
        return self.tokens[self.at - 1]


def _equal(one: Any, other: Any) -> bool:
    """Case does not count in texts; null is equal to an empty text."""
    if isinstance(one, str) and isinstance(other, str):
        return one.lower() == other.lower()
    return bool((one or None) == (other or None))
