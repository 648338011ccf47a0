"""Holding a document against its JSON Schema, with every objection at its place."""

from __future__ import annotations

import functools
import json
from collections.abc import Iterator
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

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
    validator = _validator(schema_name)
    objections = {
        objection: None
        for error in validator.iter_errors(document.plain())
        for objection in _objections(document, error)
    }
    return sorted(objections, key=lambda objection: objection.origin or document.location)


@functools.cache
def _validator(schema_name: str) -> Draft7Validator:
    from jsonschema import Draft7Validator  # noqa: PLC0415 - 100 ms that --help need not pay

    schema = json.loads(schema_text(schema_name))
    schema.pop("required", None)
    return Draft7Validator(_inlined(schema, schema["definitions"]))


def _inlined(schema: Any, definitions: dict[str, Any]) -> Any:
    """``schema`` with its references replaced by what they refer to: looking them up takes a third of the time."""
    if not isinstance(schema, dict):
        return schema
    if "$ref" in schema:
        return _inlined(definitions[schema["$ref"].rpartition("/")[2]], definitions)
    return {key: _inlined(value, definitions) for key, value in schema.items() if key != "definitions"}


def _objections(document: Node, error: ValidationError) -> Iterator[Diagnostic]:
    node = document.at(error.absolute_path)
    where = ".".join(map(str, error.absolute_path)) or "the manifest"
    schema: Any = error.schema
    if error.validator == "additionalProperties" and isinstance(node.value, dict):
        known = schema["properties"]
        for key in node.value.keys() - known.keys():
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
