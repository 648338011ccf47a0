"""Holding a document against its JSON Schema, with every objection at its place."""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Iterator
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

import jsonschema_rs

from reconciler.errors import Diagnostic, Severity
from reconciler.manifest.nodes import Node
from reconciler.schemas import schema_text

if TYPE_CHECKING:
    from jsonschema import Draft7Validator
    from jsonschema.exceptions import ValidationError


def check(document: Node, schema_name: str) -> list[Diagnostic]:
    """Every objection of the schema ``topics`` or ``overlay`` to ``document``, in the order of the file.

    What a manifest as a whole must have, one of its documents need not.
    """
    plain = document.plain()
    if _is_valid(plain, schema_name):
        return []
    objections = {
        objection: None
        for error in _validator(schema_name).iter_errors(plain)
        for objection in _objections(document, error)
    }
    return sorted(objections, key=lambda objection: objection.origin or document.location)


def _is_valid(plain: Any, schema_name: str) -> bool:
    """Whether there is nothing to object, in a hundredth of the time that looking for objections takes."""
    try:
        return _quick_validator(schema_name).is_valid(plain)
    except ValueError:  # a number or a nesting that only Python can hold
        return False


@functools.cache
def _quick_validator(schema_name: str) -> jsonschema_rs.Draft7Validator:
    return jsonschema_rs.Draft7Validator(_schema(schema_name))


@functools.cache
def _validator(schema_name: str) -> Draft7Validator:
    from jsonschema import Draft7Validator  # noqa: PLC0415 - 40 ms that a good manifest need not pay

    return Draft7Validator(_schema(schema_name))


def _schema(schema_name: str) -> dict[str, Any]:
    schema: dict[str, Any] = json.loads(schema_text(schema_name))
    schema.pop("required", None)
    return schema


def _objections(document: Node, error: ValidationError) -> Iterator[Diagnostic]:
    node = document.at(error.absolute_path)
    where = ".".join(map(str, error.absolute_path)) or "the manifest"
    schema: Any = error.schema
    if error.validator == "additionalProperties" and isinstance(node.value, dict):
        known = schema["properties"]
        for key in sorted(key for key in node.value if key not in known and not _is_free(key, schema)):
            yield Diagnostic(
                severity=Severity.ERROR,
                code="unknown-key",
                message=f"{key!r} is not a key of {where}",
                hint=_closest(key, known),
                origin=node.value[key].key_location,
            )
    else:
        yield Diagnostic(
            severity=Severity.ERROR,
            code="wrong-value",
            message=f"{where} {schema.get('errorMessage', error.message)}, not {_shown(node)}",
            origin=node.location,
        )


def _is_free(key: str, schema: Any) -> bool:
    return any(re.search(pattern, key) for pattern in schema.get("patternProperties", ()))


def _closest(key: str, known: dict[str, Any]) -> str:
    matches = get_close_matches(key, known, n=1)
    return f"did you mean {matches[0]!r}?" if matches else f"known here: {', '.join(known)}"


def _shown(node: Node) -> str:
    """A value as a message shows it: kinds for the large ones, quotes where they tell a text from a number."""
    match node.value:
        case dict():
            return "a mapping"
        case list():
            return "a list"
        case None:
            return "nothing"
        case str(text):
            return repr(text if len(text) <= _LONGEST_SHOWN else text[:_LONGEST_SHOWN] + "…")
        case _:
            return node.text[:_LONGEST_SHOWN]


_LONGEST_SHOWN = 60
