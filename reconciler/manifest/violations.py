"""Topics against ``policy.naming``, ``policy.schema`` and ``policy.require``.

Violations do not make a manifest invalid: the topics concerned are refused, all others are planned and applied.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from reconciler.errors import Diagnostic, Severity
from reconciler.manifest.nodes import Node, mapping, string, strings
from reconciler.manifest.problems import error
from reconciler.manifest.topic_schema import TopicSchema, read_topic_schema
from reconciler.model import TopicSpec
from reconciler.printable import quoted, unmistakable

VIOLATIONS = frozenset({"policy-naming", "policy-required", "policy-schema"})
"""The codes of violations."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TopicRules:
    """What the policy demands of each topic."""

    naming: re.Pattern[str] | None = None
    required: Sequence[str] = ()
    schema: TopicSchema | None = None
    places: Mapping[str, Node]
    """The members of ``policy``."""


def topic_rules(document: Node) -> tuple[TopicRules, list[Diagnostic]]:
    """The rules in ``policy`` of the merged ``document``, and what is wrong with them."""
    section = mapping(mapping(document).get("policy"))
    naming: re.Pattern[str] | None = None
    schema: TopicSchema | None = None
    problems: list[Diagnostic] = []
    pattern = string(section.get("naming"))
    if pattern:
        try:
            naming = re.compile(pattern)
        except (re.error, OverflowError, RecursionError) as wrong:
            problems.append(_bad_pattern(section["naming"], wrong))
    if string(section.get("schema")):
        read = read_topic_schema(section["schema"])
        if isinstance(read, Diagnostic):
            problems.append(read)
        else:
            schema = read
    required = tuple(field for field in dict.fromkeys(strings(section.get("require")) or ()) if _FIELD.fullmatch(field))
    return TopicRules(naming=naming, required=required, schema=schema, places=section), problems


_FIELD = re.compile(r"owner|description|partitions|replication_factor|(labels|config)\..+")
"""What the schema accepts."""


def violations(topics: Sequence[TopicSpec], rules: TopicRules) -> dict[str, list[Diagnostic]]:
    """What each of ``topics`` violates, by name; a topic that is to be deleted violates nothing."""
    found = {
        topic.name: [*_naming(topic, rules), *_required(topic, rules), *_schema(topic, rules)]
        for topic in topics
        if not topic.is_absent
    }
    return {name: problems for name, problems in found.items() if problems}


def _naming(topic: TopicSpec, rules: TopicRules) -> Iterator[Diagnostic]:
    if rules.naming is not None and not rules.naming.search(topic.name):
        message = (
            f"topic name {quoted(topic.name)} does not match '{unmistakable(rules.naming.pattern)}' in policy.naming"
        )
        place = rules.places["naming"].location
        yield error(topic, "policy-naming", message, f"rename the topic, or change the pattern at {place}")


def _required(topic: TopicSpec, rules: TopicRules) -> Iterator[Diagnostic]:
    for field in rules.required:
        if not _has(topic, field):
            message = f"topic {quoted(topic.name)} has no {unmistakable(field)}, which policy.require demands"
            yield error(topic, "policy-required", message, _how_to_add(field), field=field)


def _has(topic: TopicSpec, field: str) -> bool:
    section, _, key = field.partition(".")
    match section:
        case "labels":
            return bool(topic.labels.get(key))
        case "config":
            return key in topic.config
        case _:
            return getattr(topic, field) not in {None, ""}


def _how_to_add(field: str) -> str:
    section, _, key = field.partition(".")
    match section:
        case "labels" | "config":
            return f"add {unmistakable(key)}: under {section}:"
        case "partitions" | "replication_factor":
            return f"add {field}: with a number; -1, the broker default, is not enough"
        case _:
            return f"add {field}: to the topic"


def _schema(topic: TopicSpec, rules: TopicRules) -> Iterator[Diagnostic]:
    if rules.schema is None:
        return
    for field, reason in rules.schema.errors(_plain(topic)):
        # Without the name, so that what many topics have from their defaults is reported once.
        what = unmistakable(field) if field else f"topic {quoted(topic.name)}"
        message = f"{what} violates policy.schema: {reason}"
        hint = f"change the topic, or the schema at {rules.schema.node.location}"
        yield error(topic, "policy-schema", message, hint, field=field)


def _plain(topic: TopicSpec) -> dict[str, Any]:
    return {
        "name": topic.name,
        "partitions": topic.partitions,
        "replication_factor": topic.replication_factor,
        "config": dict(topic.config),
        "owner": topic.owner,
        "description": topic.description,
        "labels": dict(topic.labels),
    }


def _bad_pattern(node: Node, wrong: Exception) -> Diagnostic:
    return Diagnostic(
        severity=Severity.ERROR,
        code="policy-naming-pattern",
        message=f"policy.naming: '{unmistakable(str(node.value))}' is not a valid regular expression: {wrong}",
        hint="use the syntax of Python's re module, in single quotes, such as '^[a-z]+(\\.[a-z0-9-]+)+$'",
        origin=node.location,
    )
