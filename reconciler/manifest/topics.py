"""The merged document to topics: defaults applied, values in canonical spelling, names checked."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from reconciler.configs import InvalidValue, canonical
from reconciler.errors import Diagnostic, Location, Severity
from reconciler.manifest.nodes import Node
from reconciler.model import TopicSpec

LONGEST_NAME = 249
_NAME = re.compile(r"[a-zA-Z0-9._-]+")
_MOST = {"partitions": 2**31 - 1, "replication_factor": 2**15 - 1}


def topics_of(document: Node) -> tuple[list[TopicSpec], list[Diagnostic]]:
    """Every topic of the merged ``document``, sorted by name, and every objection to one.

    What the schema has objected to already is passed over here.
    """
    problems: list[Diagnostic] = []
    defaults = _mapping(_mapping(document).get("defaults"))
    topics = _mapping(_mapping(document).get("topics"))
    config_of_defaults = _Config(_mapping(defaults.get("config")), None, problems)
    specs = [
        _topic(name, node, defaults, config_of_defaults, problems)
        for name, node in sorted(topics.items())
        if isinstance(node.value, dict)
    ]
    problems += _name_problems(topics)
    return specs, problems


class _Config:
    """One ``config`` mapping, read: canonical values and the place of each."""

    def __init__(self, entries: Mapping[str, Node], topic: str | None, problems: list[Diagnostic]) -> None:
        self.values: dict[str, str] = {}
        self.origins: dict[str, Location] = {}
        for key, node in entries.items():
            text = _text(node)
            if text is None:
                continue
            try:
                self.values[key] = canonical(key, text)
                self.origins[f"config.{key}"] = node.location
            except InvalidValue as error:
                message = f"{key} {error}, not {text!r}"
                problems.append(_problem("invalid-config-value", message, node.location, topic))


def _topic(
    name: str, node: Node, defaults: Mapping[str, Node], default_config: _Config, problems: list[Diagnostic]
) -> TopicSpec:
    settings = _mapping(node)
    config = _Config(_mapping(settings.get("config")), name, problems)
    origins = default_config.origins | config.origins
    counts: dict[str, int | None] = {}
    for field in _MOST:
        count = settings.get(field, defaults.get(field))
        counts[field] = _count(count, field)
        if count is not None:
            origins[field] = count.location
    return TopicSpec(
        name=name,
        origin=node.key_location,
        partitions=counts["partitions"],
        replication_factor=counts["replication_factor"],
        config=dict(sorted((default_config.values | config.values).items())),
        owner=_string(settings.get("owner")),
        description=_string(settings.get("description")),
        labels={key: str(value.value) for key, value in sorted(_mapping(settings.get("labels")).items())},
        origins=origins,
    )


def _name_problems(topics: Mapping[str, Node]) -> Iterator[Diagnostic]:
    """Names that Kafka refuses, and pairs that its metrics cannot tell apart (``Topic.hasCollision``)."""
    seen: dict[str, str] = {}
    for name, node in topics.items():
        if not _NAME.fullmatch(name) or len(name) > LONGEST_NAME or name in {".", ".."}:
            shown = name if len(name) <= LONGEST_NAME else f"{name[:40]}… ({len(name)} characters)"
            yield _problem(
                "topic-name",
                f"{shown!r} is no topic name: Kafka takes 1 to {LONGEST_NAME} of a-z A-Z 0-9 . _ - and not '.' or '..'",
                node.key_location,
                name,
            )
            continue
        first = seen.setdefault(name.replace(".", "_"), name)
        if first != name:
            yield _problem(
                "topic-name-collision",
                f"{name!r} and {first!r} differ only in '.' and '_', which Kafka's metrics cannot tell apart",
                node.key_location,
                name,
                f"rename one; the other is at {topics[first].key_location}",
            )


def _problem(code: str, message: str, origin: Location, topic: str | None, hint: str | None = None) -> Diagnostic:
    return Diagnostic(severity=Severity.ERROR, code=code, message=message, origin=origin, topic=topic, hint=hint)


def _mapping(node: Node | None) -> Mapping[str, Node]:
    return node.value if node is not None and isinstance(node.value, dict) else {}


def _string(node: Node | None) -> str | None:
    return node.value if node is not None and isinstance(node.value, str) else None


def _count(node: Node | None, field: str) -> int | None:
    """A count, or ``None`` where the broker decides or the schema objects."""
    value: Any = node.value if node is not None else None
    if isinstance(value, bool) or not isinstance(value, int | float) or not 1 <= value <= _MOST[field]:
        return None
    return int(value)


def _text(node: Node) -> str | None:
    """A configuration value as Kafka would get it; ``None`` where the schema objects."""
    match node.value:
        case bool(value):
            return str(value).lower()
        case int(value):
            return str(value)
        case float():
            return node.text
        case str(text):
            return text
        case list(items):
            texts = [_text(item) for item in items]
            return ",".join(text for text in texts if text is not None)
        case _:
            return None
