"""Validating a document against its JSON Schema, with every error at its place."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import jsonschema_rs

from reconciler.errors import Diagnostic, Severity
from reconciler.manifest.hints import INTEGER, hint_for_unknown, hint_for_wrong, wants
from reconciler.manifest.nodes import Node, mapping
from reconciler.manifest.wording import shown
from reconciler.manifest.written_schema import written_schema
from reconciler.printable import quoted, unmistakable

if TYPE_CHECKING:
    from jsonschema import Draft7Validator
    from jsonschema.exceptions import ValidationError


def check(document: Node, schema_name: str) -> tuple[Node, list[Diagnostic]]:
    """``document`` with variables of the types that the schema ``topics`` or ``overlay`` wants, and its errors by line.

    The value of a variable is a string; it becomes a number where the schema wants one. Required keys are not checked:
    a manifest may consist of several documents.
    """
    errors = _errors(document, schema_name)
    meant = {id(node): value for error in errors if (found := _meant(document, error)) for node, value in [found]}
    if meant:
        document = _with_values(document, meant)
        errors = _errors(document, schema_name)
    objections = {objection: None for error in errors for objection in _objections(document, error)}
    return document, sorted(objections, key=lambda objection: objection.origin or document.location)


def _errors(document: Node, schema_name: str) -> list[ValidationError]:
    plain = document.plain()
    return [] if _is_valid(plain, schema_name) else [*_validator(schema_name).iter_errors(plain)]


def _meant(document: Node, error: ValidationError) -> tuple[Node, str | int | bool] | None:
    """A value from variables that has the wrong type, and the same value as the type that the schema wants there."""
    node = document.at(error.absolute_path)
    value = _value_meant(node, error) if node.variables is not None else None
    return None if value is None else (node, value)


def _value_meant(node: Node, error: ValidationError) -> str | int | bool | None:
    schema: Any = error.schema
    text, is_integer = node.text, INTEGER.fullmatch(node.text)
    if error.validator == "pattern":  # of what may be a number or a text such as 25%
        return int(text) if is_integer and "integer" in schema.get("type", ()) else None
    if wants(error, "string") and isinstance(node.value, int | float):
        return text
    if wants(error, "integer") and isinstance(node.value, str) and is_integer:
        return int(text)
    return _BOOLEANS.get(text.strip().lower()) if wants(error, "boolean") else None


_BOOLEANS = {"true": True, "false": False}


def _with_values(node: Node, values: Mapping[int, str | int | bool]) -> Node:
    match node.value:
        case dict(members):
            return replace(node, value={key: _with_values(child, values) for key, child in members.items()})
        case list(items):
            return replace(node, value=[_with_values(item, values) for item in items])
        case _:
            return replace(node, value=values[id(node)]) if id(node) in values else node


def _is_valid(plain: Any, schema_name: str) -> bool:
    """Whether ``plain`` is valid, in a hundredth of the time it takes to list the errors."""
    try:
        return _quick_validator(schema_name).is_valid(plain)
    except ValueError:  # a number or a nesting that only Python supports
        return False


@functools.cache
def _quick_validator(schema_name: str) -> jsonschema_rs.Draft7Validator:
    return jsonschema_rs.Draft7Validator(_schema(schema_name))


@functools.cache
def _validator(schema_name: str) -> Draft7Validator:
    from jsonschema import Draft7Validator  # noqa: PLC0415 - 40 ms, only needed for an invalid manifest

    return Draft7Validator(_schema(schema_name))


def _schema(schema_name: str) -> dict[str, Any]:
    schema = written_schema(schema_name)
    schema.pop("required", None)
    return schema


def _objections(document: Node, error: ValidationError) -> Iterator[Diagnostic]:
    node = document.at(error.absolute_path)
    where = unmistakable(".".join(map(str, error.absolute_path))) or "the manifest"
    schema: Any = error.schema
    if error.validator == "additionalProperties" and isinstance(node.value, dict):
        known = schema["properties"]
        place = f"in {where}" if error.absolute_path else "at the top level of the manifest"
        for key in sorted(key for key in node.value if key not in known and not _is_free(key, schema)):
            yield Diagnostic(
                severity=Severity.ERROR,
                code="unknown-key",
                message=f"unknown key {quoted(key)} {place}",
                hint=hint_for_unknown(key, node.value[key], list(known), at_top=node is document),
                origin=node.value[key].key_location,
            )
    elif error.validator == "required":
        for key in sorted(set(schema["required"]) - mapping(node).keys()):
            yield Diagnostic(
                severity=Severity.ERROR,
                code="missing-key",
                message=f"{where} has no {quoted(key)}",
                hint=f"add {key}:",
                origin=node.location,
            )
    else:
        wanted, _, way_out = (schema.get("errorMessage") or unmistakable(error.message)).partition("; ")
        has_none = node.value is None and not node.text
        yield Diagnostic(
            severity=Severity.ERROR,
            code="wrong-value",
            message=f"{where} has no value; it {wanted}" if has_none else f"{where} {wanted}, not {shown(node)}",
            hint=hint_for_wrong(node, error) or way_out or None,
            origin=node.location,
        )


def _is_free(key: str, schema: Any) -> bool:
    return any(re.search(pattern, key) for pattern in schema.get("patternProperties", ()))
