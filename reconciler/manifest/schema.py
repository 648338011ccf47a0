"""Holding a document against its JSON Schema, with every objection at its place."""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

import jsonschema_rs

from reconciler.configs import TOPIC_CONFIGS, hint_for_setting
from reconciler.errors import Diagnostic, Severity
from reconciler.manifest.nodes import Node
from reconciler.manifest.wording import glued, shown
from reconciler.schemas import schema_text

if TYPE_CHECKING:
    from jsonschema import Draft7Validator
    from jsonschema.exceptions import ValidationError


def check(document: Node, schema_name: str) -> tuple[Node, list[Diagnostic]]:
    """``document`` as the schema ``topics`` or ``overlay`` takes it, and every objection in the order of the file.

    A variable holds text: its value becomes a number where a number belongs, and stays text where text does. What a
    manifest as a whole must have, one of its documents need not.
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


def _meant(document: Node, error: ValidationError) -> tuple[Node, str | int] | None:
    """The value of variables that the schema objects to, and what it is as the kind of value that is wanted there."""
    node = document.at(error.absolute_path)
    if error.validator != "type" or node.variables is None:
        return None
    if _wants(error, "string") and isinstance(node.value, int | float):
        return node, node.text
    if _wants(error, "integer") and isinstance(node.value, str) and _INTEGER.fullmatch(node.value):
        return node, int(node.value)
    return None


_INTEGER = re.compile(r"-?[0-9]{1,18}", re.ASCII)


def _wants(error: ValidationError, kind: str) -> bool:
    """Whether the schema takes nothing but the type ``kind`` there, and null in overlays."""
    wanted: Any = error.validator_value
    return error.validator == "type" and {kind} == {*([wanted] if isinstance(wanted, str) else wanted)} - {"null"}


def _with_values(node: Node, values: Mapping[int, str | int]) -> Node:
    match node.value:
        case dict(members):
            return replace(node, value={key: _with_values(child, values) for key, child in members.items()})
        case list(items):
            return replace(node, value=[_with_values(item, values) for item in items])
        case _:
            return replace(node, value=values[id(node)]) if id(node) in values else node


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
                hint=glued(key) or _closest(key, known),
                origin=node.value[key].key_location,
            )
    else:
        wanted = schema.get("errorMessage", error.message)
        has_none = node.value is None and not node.text
        yield Diagnostic(
            severity=Severity.ERROR,
            code="wrong-value",
            message=f"{where} has no value; it {wanted}" if has_none else f"{where} {wanted}, not {shown(node)}",
            hint=_hint(node, error),
            origin=node.location,
        )


def _hint(node: Node, error: ValidationError) -> str | None:
    """How to write what was probably meant by ``node``, which the schema objects to."""
    match node.value:
        case bool() | int() | float() if _wants(error, "string"):
            return f'put quotes around it: "{node.text}"'
        case str(text) if _wants(error, "integer") and _INTEGER.fullmatch(text):
            return f"remove the quotes: {text}"
        case str(text) if _wants(error, "object"):
            return glued(text)
        case None if not node.text and error.absolute_path:
            return glued(str(error.absolute_path[-1]))
        case dict(members) if members:
            return _hint_for_mapping(_config_key(*error.absolute_path), members)
        case _:
            return None


def _hint_for_mapping(key: str | None, members: Mapping[str, Node]) -> str | None:
    """``retention: {ms: 7d}``, or JSON, which some keys of vendors hold, as the value of a config ``key``."""
    if key is None:
        return None
    beside = hint_for_setting(key, "")
    if beside is not None:
        return beside
    whole = next((f"{key}.{inner}" for inner in members if f"{key}.{inner}" in TOPIC_CONFIGS), None)
    if whole is not None:
        return f"write the whole key on one line: {whole}: {members[whole.removeprefix(f'{key}.')].text}"
    return """JSON is text here: put it in single quotes, as in '{"count": 3}'"""


def _config_key(*path: str | int) -> str | None:
    """The topic config key whose value, or an item of it, is at ``path``."""
    match path:
        case ("defaults", "config", str(key), *_) | ("topics" | "profiles", _, "config", str(key), *_):
            return key
        case _:
            return None


def _is_free(key: str, schema: Any) -> bool:
    return any(re.search(pattern, key) for pattern in schema.get("patternProperties", ()))


def _closest(key: str, known: dict[str, Any]) -> str:
    matches = get_close_matches(key, known, n=1)
    return f"did you mean {matches[0]!r}?" if matches else f"known here: {', '.join(known)}"
