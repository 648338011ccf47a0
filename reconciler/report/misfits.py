"""What pydantic finds wrong with a document, in words: the path of each value, what it must be, and what it is."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from pydantic import ValidationError

from reconciler.printable import quoted

_PLAIN_KEY = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,99}")
_LONGEST = 60

_Path = tuple[int | str, ...]


def misfits(error: ValidationError, document: Any) -> Sequence[str]:
    """A line for each value of ``document`` that does not fit, as ``topics[3].name: must be a string, not 5``.

    ``document`` is what orjson read of the same text.
    """
    words: dict[_Path, list[str]] = {}
    forms: dict[_Path, str] = {}
    for each in error.errors(include_url=False, include_context=False):
        if each["type"] == "json_invalid":  # orjson reads values that are nested more deeply
            return ["the values are nested too deeply"]
        path, choice = _located(each["loc"], document, is_missing=each["type"] == "missing")
        is_inside = choice is not None and path != choice[0]
        if choice is not None and is_inside and forms.setdefault(*choice) != choice[1]:
            continue  # it is about another of the forms that the value may have: the first one's words are enough
        line = "is missing" if each["type"] == "missing" else f"{_wanted(each['msg'])}, not {_seen(each['input'])}"
        words.setdefault(path, []).append(line)
    return [f"{_written(path)}: {_joined(lines)}" for path, lines in words.items()]


def _located(location: _Path, document: Any, *, is_missing: bool) -> tuple[_Path, tuple[_Path, str] | None]:
    """The path of a value, and, if the value has several possible forms, where and which one this is about."""
    path: list[int | str] = []
    choice = None
    value = document
    for place, step in enumerate(location):
        if _has(value, step):
            value = value[step]
        elif is_missing and place == len(location) - 1:
            value = None
        else:
            choice = tuple(path), str(step)
            continue
        path.append(step)
    return tuple(path), choice


def _has(value: Any, step: int | str) -> bool:
    if isinstance(value, list):
        return isinstance(step, int) and step < len(value)
    return isinstance(value, dict) and step in value


def _written(path: _Path) -> str:
    text = ""
    for step in path:
        if isinstance(step, int):
            text += f"[{step}]"
        elif _PLAIN_KEY.fullmatch(step):
            text += f".{step}" if text else step
        else:
            text += f"[{quoted(_short(step))}]"
    return text or "the report"


def _wanted(message: str) -> str:
    """``must be a string`` of pydantic's ``Input should be a valid string``."""
    words = re.sub(r"^(Input|String) should ", "must ", message).replace("a valid ", "a ")
    return f"{words[:1].lower()}{words[1:]}".replace("a integer", "an integer")


def _joined(lines: Sequence[str]) -> str:
    """``must be an integer or a string, not null`` of a line for each."""
    *others, last = dict.fromkeys(lines)
    wanted = [each.rpartition(", not ")[0].removeprefix("must be ") for each in others]
    return f"must be {' or '.join([*wanted, last.removeprefix('must be ')])}" if wanted else last


def _seen(value: Any) -> str:
    match value:
        case None | True | False:
            return {None: "null", True: "true", False: "false"}[value]
        case str():
            return quoted(_short(value))
        case int() | float():
            return str(value)
        case list():
            return "a list"
        case _:
            return "an object"


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"
