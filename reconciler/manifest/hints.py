"""What was probably meant by a key or value that the schema rejects."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

from reconciler.configs import TOPIC_CONFIGS, hint_for_setting, setting_meant
from reconciler.manifest.nodes import Node
from reconciler.manifest.wording import glued
from reconciler.printable import quoted, unmistakable

if TYPE_CHECKING:
    from jsonschema.exceptions import ValidationError

INTEGER = re.compile(r"-?[0-9]{1,18}", re.ASCII)


def wants(error: ValidationError, kind: str) -> bool:
    """Whether the schema accepts only the type ``kind`` there, and null in overlays."""
    wanted: Any = error.validator_value
    return error.validator == "type" and {kind} == {*([wanted] if isinstance(wanted, str) else wanted)} - {"null"}


def hint_for_unknown(key: str, value: Node, known: Sequence[str], *, at_top: bool) -> str:
    """What to write instead of ``key`` with ``value`` where only the keys ``known`` are allowed."""
    hint = glued(key)
    dotted = re.sub("[_-]", ".", key)
    if hint is None and "config" in known and dotted in TOPIC_CONFIGS:
        hint = f"write {dotted}: under config:"
    if hint is None and "config" in known and "." in key:
        hint = "write the key under config:"
    meant = setting_meant(key)
    close = [meant] if meant is not None and meant in known else get_close_matches(key, known, n=1)
    if hint is not None or close:
        return hint or f"did you mean {quoted(close[0])}?"
    topics = "topics go under topics:; " if at_top and isinstance(value.value, dict) else ""
    return f"{topics}valid keys: {', '.join(known)}"


def hint_for_wrong(node: Node, error: ValidationError) -> str | None:
    """How to write what was probably meant by the value ``node``."""
    match node.value:
        case bool() | int() | float() if wants(error, "string"):
            pattern: Any = error.schema
            would_fit = re.search(pattern.get("pattern", ""), node.text)
            return f'put quotes around the value: "{node.text}"' if would_fit else None
        case str(text):
            return _hint_for_text(text, error)
        case None if not node.text and error.absolute_path:
            return glued(str(error.absolute_path[-1]))
        case dict(members) if members:
            return _hint_for_mapping(_config_key(*error.absolute_path), members)
        case list(items) if items:
            return _hint_for_list(items, error)
        case _:
            return None


def _hint_for_text(text: str, error: ValidationError) -> str | None:
    schema: Any = error.schema
    if INTEGER.fullmatch(text) and (wants(error, "integer") or int(text) in _choices(error)):
        return f"remove the quotes: {text}"
    if wants(error, "boolean") and text.lower() in _BOOLEANS:
        return f"write {_BOOLEANS[text.lower()]}"
    if wants(error, "array"):
        return f'write a list: ["{text}"]'
    if wants(error, "object") and re.split("[:=]", text)[0].rstrip() in schema.get(
        "properties", [text, *TOPIC_CONFIGS]
    ):
        return glued(text)
    close = get_close_matches(text, [choice for choice in _choices(error) if isinstance(choice, str)], n=1)
    close += _config_field(text, error)
    if close:
        return f"did you mean {close[0]}?"
    return glued(text) if "\xa0" in text else None


def _config_field(text: str, error: ValidationError) -> Sequence[str]:
    """``config.retention.ms`` for ``retention.ms`` where a field is wanted."""
    field = f"config.{text}"
    is_meant = text in TOPIC_CONFIGS and error.validator == "pattern" and re.search(str(error.validator_value), field)
    return [field] if is_meant else []


_BOOLEANS = {"yes": "true", "y": "true", "on": "true", "no": "false", "n": "false", "off": "false"}


def _choices(error: ValidationError) -> Sequence[Any]:
    choices: Any = error.validator_value
    return choices if error.validator == "enum" else ()


def _hint_for_list(items: Sequence[Node], error: ValidationError) -> str | None:
    texts = [item.value for item in items if isinstance(item.value, str)]
    if wants(error, "string") and len(texts) == len(items):
        return f'write one string: "{",".join(texts)}"'
    if not wants(error, "object") or not error.absolute_path:
        return None
    first = items[0].value
    if isinstance(first, str) and [*error.absolute_path] == ["topics"]:
        return f"write {unmistakable(first)}: {{}} instead of - {unmistakable(first)}"
    name = first["name"].text if isinstance(first, dict) and "name" in first else ""
    return f"write {name}: instead of - name: {name}" if name else "write key: value instead of - key: value"


def _hint_for_mapping(key: str | None, members: Mapping[str, Node]) -> str | None:
    """For ``retention: {ms: 7d}``, or JSON, which some vendors' keys take, as the value of a config ``key``."""
    if key is None:
        return None
    beside = hint_for_setting(key, "")
    if beside is not None:
        return beside
    whole = next((f"{key}.{inner}" for inner in members if f"{key}.{inner}" in TOPIC_CONFIGS), None)
    if whole is not None:
        return f"write the whole key on one line: {whole}: {members[whole.removeprefix(f'{key}.')].text}"
    return """write JSON as a string in single quotes, such as '{"count": 3}'"""


def _config_key(*path: str | int) -> str | None:
    """The topic config key whose value, or an item of its value, is at ``path``."""
    match path:
        case ("defaults", "config", str(key), *_) | ("topics" | "profiles", _, "config", str(key), *_):
            return key
        case _:
            return None
