"""One layer of a topic's settings: ``defaults``, a profile, or the topic itself."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache, partial
from sys import intern
from typing import Any

from reconciler.configs import TOPIC_CONFIGS, InvalidValue, canonical, expand, hint_for_value
from reconciler.errors import Diagnostic, Location, Severity
from reconciler.manifest.consents import consents_of
from reconciler.manifest.limits import MAX_COUNTS, why_not_sent
from reconciler.manifest.nodes import Node, mapping
from reconciler.manifest.wording import excerpt, glued, source_of
from reconciler.model import Consent, Source
from reconciler.printable import unmistakable

DEFAULTS = "defaults"


class Layer:
    """The settings of one layer: counts, canonical config values, consents, and where each comes from."""

    def __init__(self, name: str, settings: Mapping[str, Node], topic: str | None, problems: list[Diagnostic]) -> None:
        self.name = name
        self.counts: dict[str, int | None] = {}
        self.config: dict[str, str] = {}
        self.removed: dict[str, Location] = {}
        """Keys set to ``null``, which removes the values of lower layers."""
        self.keys = mapping(settings.get("config")).keys()
        self.sources: dict[str, Source] = {}
        for field in MAX_COUNTS:
            if field in settings:
                self.counts[field] = _count(settings[field], field)
                self.sources[field] = Source(name, settings[field].location)
        for key, node in mapping(settings.get("config")).items():
            text = _text(node)
            if node.value is None and name != DEFAULTS:
                self._take_away(key, node, topic, problems)
            if text is None:
                continue
            match _value(key, text, node, topic):
                case str(value):
                    self.config[key] = value
                    self.sources[intern(f"config.{key}")] = Source(name, node.location)
                case Diagnostic() as problem:
                    problems.append(problem)
        self.allow: tuple[Consent, ...] | None = None
        """``None`` where the layer does not write ``allow``, so that a lower one counts."""
        if "allow" in settings:
            self.allow = tuple(consents_of(settings["allow"]))
        self.is_protected: bool | None = settings["protected"].value is True if "protected" in settings else None
        for field in ("allow", "protected"):
            if field in settings:
                self.sources[field] = Source(name, settings[field].location)

    def _take_away(self, key: str, node: Node, topic: str | None, problems: list[Diagnostic]) -> None:
        if node.text:
            self.removed[key] = node.location
            self.sources[intern(f"config.{key}")] = Source(self.name, node.location)
            return
        problems.append(  # only a written null removes
            Diagnostic(
                severity=Severity.ERROR,
                code="wrong-value",
                message=f"{unmistakable(key)} has no value",
                hint=glued(key) or "write a value, or null for the broker default",
                topic=topic,
                origin=node.location,
            )
        )


@lru_cache(maxsize=1000)
def _valid(key: str, text: str) -> str | None:
    """The broker's spelling of ``text`` as a value of ``key``, the same for all topics; ``None`` where one is wrong."""
    if not key or why_not_sent(key) is not None:
        return None
    try:
        value = canonical(key, expand(key, text))
    except InvalidValue:
        return None
    return value if why_not_sent(value) is None else None


def _value(key: str, text: str, node: Node, topic: str | None) -> str | Diagnostic:
    """The broker's spelling of ``text`` as a value of ``key``, or the error in one of the two."""
    valid = _valid(key, text)
    return valid if valid is not None else _error(key, text, node, topic)


def _error(key: str, text: str, node: Node, topic: str | None) -> Diagnostic:
    refused = partial(Diagnostic, severity=Severity.ERROR, code="invalid-config-value", topic=topic)
    reason = why_not_sent(key) if key else "is empty"
    if reason is not None:
        message = f"the config key {excerpt(key)} {reason}"
        return refused(code="invalid-config-key", message=message, origin=node.key_location)
    try:
        reason = why_not_sent(canonical(key, expand(key, text)))
    except InvalidValue as error:
        hint = hint_for_value(key, text) if key in TOPIC_CONFIGS else None
        return refused(message=error.message(key, f"{excerpt(text)}{source_of(node)}"), hint=hint, origin=node.location)
    return refused(message=f"the value of {unmistakable(key)} {reason}", origin=node.location)


def _count(node: Node, field: str) -> int | None:
    """A count; ``None`` for the broker default, and for a value that the schema rejects."""
    value: Any = node.value
    if isinstance(value, bool) or not isinstance(value, int | float) or not 1 <= value <= MAX_COUNTS[field]:
        return None
    return int(value)


def _text(node: Node) -> str | None:
    """A config value as it was written; ``None`` for a value that the schema rejects."""
    match node.value:
        case bool(value):
            return str(value).lower()
        case int(value):
            return str(value) if abs(value) < _BEYOND_ALL_NUMBERS else node.text  # Python refuses to write long ones
        case float():
            return node.text
        case str(text):
            return text
        case list(items):
            texts = [_text(item) for item in items]
            return ",".join(text for text in texts if text is not None)
        case _:
            return None


_BEYOND_ALL_NUMBERS = 2**128
