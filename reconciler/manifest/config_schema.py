"""The part of the published schemas that describes the topic config keys of Kafka."""

from __future__ import annotations

import json
import re
from typing import Any

from reconciler.configs import CLIENT_SETTINGS, TOPIC_CONFIGS, TopicConfig, ValueType
from reconciler.configs.canonical import type_bounds, wanted
from reconciler.configs.descriptions import DESCRIPTIONS
from reconciler.configs.spelling import pattern_of_amounts
from reconciler.configs.synonyms import BROKER_SYNONYMS
from reconciler.manifest.checks import VENDOR_PREFIXES

Schema = dict[str, Any]
_REFERENCE = r"\$\{"
_INTEGER = r"^\s*[+-]?[0-9_]+\s*$"  # with _, which YAML libraries read differently
_EXPONENT = r"^\s*[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)[eE][+-]?[0-9]+\s*$"
_DECIMAL = r"^\s*[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?\s*$"
_BOOLEAN = r"^\s*([Tt][Rr][Uu][Ee]|[Ff][Aa][Ll][Ss][Ee])\s*$"
_EXACT_IN_EDITORS = 2**53
"""Editors hold numbers as 64-bit floats: bounds beyond this are left to the broker and to ``validate``."""


def config_properties(value: str, *, takes_null: bool) -> Schema:
    """The keywords of a mapping from config keys to values; ``value`` refers to the schema of any other key's value."""
    known = {key: _config(config, takes_null=takes_null) for key, config in TOPIC_CONFIGS.items()}
    of_brokers = {
        name: {"deprecationMessage": f"{name} is a broker setting; write {synonym.key}"}
        for name, synonym in BROKER_SYNONYMS.items()
    }
    of_clients = {
        name: {"deprecationMessage": f"{name} is a client setting, not a topic setting; set it in the application"}
        for name in sorted(CLIENT_SETTINGS)
    }
    return {
        "properties": known | of_brokers | of_clients,
        "patternProperties": {f"^({'|'.join(map(re.escape, VENDOR_PREFIXES))})|{_REFERENCE}": {"$ref": value}},
        "additionalProperties": {
            "allOf": [{"$ref": value}],
            "deprecationMessage": "unknown topic config; check the spelling (reconciler sends it as it is)",
        },
    }


def _config(config: TopicConfig, *, takes_null: bool) -> Schema:
    schema: Schema = {"description": _description(config)} | _proposals(config)
    if config.removed_in is not None:
        way_out = f"use {config.instead}" if config.instead else "it has no replacement"
        schema["deprecationMessage"] = f"{config.key} was removed in Kafka {config.removed_in}; {way_out}"
    value = _value(config)
    if takes_null:
        value |= {"type": [*value["type"], "null"]}
    return schema | value


def _value(config: TopicConfig) -> Schema:
    message = f"must be {wanted(config)}"
    match config.type:
        case ValueType.BOOLEAN:
            return _of("boolean", _BOOLEAN, message)
        case ValueType.INT | ValueType.LONG:
            amounts = [rf"^\s*{pattern}\s*$" for pattern in [pattern_of_amounts(config.key)] if pattern]
            return _of("integer", "|".join([_INTEGER, _EXPONENT, *amounts]), message) | _range(config)
        case ValueType.DOUBLE:
            return _of("number", _DECIMAL, message) | _range(config)
        case ValueType.ENUM if config.choices:
            words = "|".join(config.choices)
            return {"type": ["string"], "pattern": rf"^\s*({words})\s*$|{_REFERENCE}", "errorMessage": message}
        case ValueType.SET if config.choices:
            words = "|".join(config.choices)
            item = {"type": "string", "pattern": rf"^\s*({words})\s*$|{_REFERENCE}", "errorMessage": message}
            return {
                "type": ["string", "array"],
                "pattern": rf"""^([\s,\[\]"']|{words})*$|{_REFERENCE}""",
                "items": item,
                "errorMessage": message,
            }
        case ValueType.ENUM | ValueType.SET:
            return {"type": ["string", "number", "boolean", "array"]}


def _of(kind: str, pattern: str, message: str) -> Schema:
    return {"type": [kind, "string"], "pattern": f"{pattern}|{_REFERENCE}", "errorMessage": message}


def _range(config: TopicConfig) -> Schema:
    lowest, highest = type_bounds(config)
    if config.excluded is not None:
        return {"if": {"const": config.lowest}, "else": {"minimum": config.excluded + 1, "maximum": highest}}
    bounds = {"minimum": lowest, "maximum": highest}
    return {end: bound for end, bound in bounds.items() if abs(bound) <= _EXACT_IN_EDITORS}


def proposals(*values: Any) -> Schema:
    """What editors complete; one alone is inserted with its key.

    Not ``default`` and ``examples``: with those, completing ``config`` inserts every key, and a hint is full of them.
    """
    return {"defaultSnippets": [{"label": _yaml(value), "body": value} for value in values]}


def _yaml(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def _proposals(config: TopicConfig) -> Schema:
    match config.type:
        case ValueType.SET if config.choices:
            return proposals(*config.choices, [*config.choices])
        case ValueType.ENUM if config.choices:
            return proposals(*config.choices)
        case ValueType.BOOLEAN:
            return proposals(True, False)
        case ValueType.INT | ValueType.LONG if abs(int(config.default)) <= _EXACT_IN_EDITORS:
            return proposals(int(config.default))
        case ValueType.DOUBLE:
            return proposals(float(config.default))
        case _:
            return proposals(config.default) if config.default else {}


def _description(config: TopicConfig) -> str:
    default = f"`{config.default}`" if config.default else "empty"
    if config.default_before_4 is not None:
        default += f" (before Kafka 4.0: `{config.default_before_4}`)"
    parts = [DESCRIPTIONS[config.key], f"Value: {wanted(config)}. Default: {default}."]
    if config.minimum_before_4 is not None:
        parts.append(f"Kafka 4.0 and newer: at least {config.minimum}.")
    if config.since is not None:
        parts.append(f"Since Kafka {config.since}.")
    if config.removed_in is not None:
        parts.append(f"Removed in Kafka {config.removed_in}.")
    return "\n\n".join([parts[0], " ".join(parts[1:])])
