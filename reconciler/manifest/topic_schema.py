"""``policy.schema``: a JSON Schema of the user's own that every topic must satisfy."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jsonschema_rs

from reconciler.errors import Diagnostic, Severity
from reconciler.manifest.nodes import Node
from reconciler.printable import unmistakable

_LONGEST_SHOWN = 200


@dataclass(frozen=True, slots=True)
class TopicSchema:
    """A valid schema, and its place in the manifest."""

    node: Node
    schema: Any
    _validator: jsonschema_rs.Validator

    @property
    def text(self) -> str:
        """The content in one spelling."""
        return json.dumps(self.schema, sort_keys=True)

    def errors(self, topic: Any) -> Iterator[tuple[str, str]]:
        """What ``topic``, as plain data, violates: the field, such as ``config.retention.ms``, and the reason.

        The reason is the ``errorMessage`` beside the violated keyword, where the schema has one.
        """
        for error in self._validator.iter_errors(topic):
            reason = _message_at(error.schema_path, self.schema) or _without_instance(error.message)
            shortened = reason if len(reason) <= _LONGEST_SHOWN else f"{reason[:_LONGEST_SHOWN]}…"
            yield ".".join(map(str, error.instance_path)), unmistakable(shortened)


def _message_at(path: list[str | int], schema: Any) -> str | None:
    for step in path[:-1]:
        try:
            schema = schema[step]
        except (KeyError, IndexError, TypeError):
            return None
    own = schema.get("errorMessage") if isinstance(schema, dict) else None
    return own if isinstance(own, str) else None


def _without_instance(message: str) -> str:
    """``message`` without the mapping or list that it begins with, such as the whole topic."""
    if not message.startswith(("{", "[")):
        return message
    try:
        return f"the value{message[json.JSONDecoder().raw_decode(message)[1] :]}"
    except json.JSONDecodeError:
        return message


def read_topic_schema(node: Node) -> TopicSchema | Diagnostic:
    """The schema at the path ``node``, relative to the file that it is written in; or what is wrong with it.

    References to other documents are never followed: validating needs no network.
    """
    path = Path(node.location.file).parent / str(node.value)
    try:
        schema = json.loads(path.read_text(encoding="utf-8-sig"))
        return TopicSchema(node, schema, jsonschema_rs.validator_for(schema, retriever=_refuse))
    except OSError as error:
        wrong, hint = f"cannot be read: {error.strerror}", "the path is relative to the file that contains this line"
    except UnicodeDecodeError:
        wrong, hint = "is not valid UTF-8", "save the file as UTF-8"
    except json.JSONDecodeError as error:
        wrong, hint = f"is not valid JSON: {error.msg} (line {error.lineno}, column {error.colno})", None
    except RecursionError:
        wrong, hint = "is nested too deeply", None
    except jsonschema_rs.ValidationError as error:
        where = ".".join(map(str, error.instance_path))
        wrong, hint = f"is not a valid JSON Schema: {f'{where}: ' if where else ''}{error.message}", None
    except ValueError as error:
        wrong, hint = f"is not a valid JSON Schema: {error}", None
    return Diagnostic(
        severity=Severity.ERROR,
        code="policy-schema-file",
        message=unmistakable(f"policy.schema: {path} {wrong}"),
        hint=hint,
        origin=node.location,
    )


def _refuse(uri: str) -> Any:
    raise ValueError(f"put all definitions into this file instead of {uri}")
