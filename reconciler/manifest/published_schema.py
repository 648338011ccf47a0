"""The schemas for editors and other tools; ``python -m reconciler.manifest.published_schema topics`` prints one.

They differ from those of ``validate``: values may be ``${VARIABLES}``, known config keys have a description and a
range, and messages are arranged so that the YAML language server shows the one that names the mistake. They accept
everything that ``validate`` accepts, except a list with the only value of a config key that takes no list.
"""

from __future__ import annotations

import json
import re
import sys
from typing import Any

from reconciler.manifest.config_schema import config_properties, proposals
from reconciler.manifest.written_schema import written_schema

REFERENCE = r"\$\{"
Schema = dict[str, Any]


def published_schema(name: str) -> str:
    """The text of the published schema ``topics`` or ``overlay``."""
    schema = written_schema(name)
    published = _published(schema)
    for config, value in (("config", "value"), ("config_over_layers", "value_or_null")):
        takes_null = "null" in schema["definitions"][value]["type"]
        published["definitions"][config] |= config_properties(f"#/definitions/{value}", takes_null=takes_null)
    head = {"$schema": schema["$schema"], "$id": f"urn:kafka-topic-reconciler:schema:{name}"}
    return json.dumps(_with_markdown(head | published), indent=2, ensure_ascii=False) + "\n"


def _with_markdown(schema: Any) -> Any:
    """``schema`` with each description as Markdown too: editors show the plain one with its marks."""
    match schema:
        case dict():
            copy = {key: _with_markdown(value) for key, value in schema.items()}
            text = schema.get("description")
            return copy | {"markdownDescription": text} if isinstance(text, str) and _MARKS.search(text) else copy
        case list():
            return [*map(_with_markdown, schema)]
        case _:
            return schema


_MARKS = re.compile("[`*_#]")


def _published(schema: Any) -> Any:
    if not isinstance(schema, dict):
        return schema
    if "enum" in schema:
        return _enumeration(schema)
    if "anyOf" in schema:
        return _count(schema)
    copy = {key: value if key in _KEPT else _published(value) for key, value in schema.items()}
    if schema.get("additionalProperties") is False:
        # The server would show this text for an unknown key and for a missing one too.
        wrong_type = {"type": copy.pop("type"), "errorMessage": copy.pop("errorMessage")}
        copy |= {"if": {"type": wrong_type["type"]}, "else": wrong_type}
    types = schema.get("type", ())
    types = [types] if isinstance(types, str) else types
    if {"boolean", "integer"} & {*types} and "string" not in types:
        copy |= {"type": [*types, "string"], "pattern": REFERENCE}
    if "pattern" in schema:
        copy["pattern"] = f"{schema['pattern']}|{REFERENCE}"
    return copy


_KEPT = ("type", "required", "default")


def _enumeration(schema: Schema) -> Schema:
    """One of a few values, or a reference."""
    outer = {key: schema[key] for key in ("description", "default") if key in schema}
    inner = {key: schema[key] for key in ("enum", "errorMessage")}
    return (
        outer
        | proposals(*(each for each in schema["enum"] if each is not None))
        | {"if": {"type": "string", "pattern": REFERENCE}, "else": inner}
    )


def _count(schema: Schema) -> Schema:
    """A whole number from 1, or -1, or a reference. Without ``anyOf``, for which the server shows many messages."""
    types = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
    return {
        "description": schema["description"],
        "type": [*types, "string"],
        "pattern": REFERENCE,
        "errorMessage": schema["errorMessage"],
        "if": {"const": -1},
        "else": {"minimum": 1, "maximum": schema["maximum"]},
    } | proposals(-1)


if __name__ == "__main__":
    sys.stdout.write(published_schema(sys.argv[1]))
