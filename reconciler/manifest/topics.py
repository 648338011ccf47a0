"""The merged document to topics: defaults, then profile, then the topic's own settings."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from difflib import get_close_matches
from functools import lru_cache, partial
from sys import intern
from typing import Any

from reconciler.configs import TOPIC_CONFIGS, InvalidValue, canonical, expand, hint_for_value
from reconciler.errors import Diagnostic, Location, Severity
from reconciler.manifest.limits import MAX_COUNTS, why_not_sent
from reconciler.manifest.nodes import Node, mapping, string
from reconciler.manifest.policy import policy_of
from reconciler.manifest.wording import excerpt, glued, source_of
from reconciler.model import Policy, Source, TopicSpec
from reconciler.printable import quoted, unmistakable

Problems = list[Diagnostic]
_DEFAULTS = "defaults"


def topics_of(document: Node) -> tuple[list[TopicSpec], Problems]:
    """Every topic of the merged ``document``, sorted by name, and the problems of their values.

    Values that the schema has rejected are skipped.
    """
    problems: Problems = []
    members = mapping(document)
    defaults = _Layer(_DEFAULTS, mapping(members.get("defaults")), None, problems)
    profiles = {
        name: _Layer(f"profile {name}", mapping(node), None, problems)
        for name, node in mapping(members.get("profiles")).items()
    }
    rules = policy_of(document)
    for profile in profiles.values():
        problems += _removals_in_vain(profile, [defaults], None, rules)
    specs = []
    for name, node in sorted(mapping(members.get("topics")).items()):
        own = _Layer("topic", mapping(node), name, problems)
        below = [defaults, *_profile(name, node, profiles, problems)]
        problems += _removals_in_vain(own, below, name, rules)
        specs.append(_topic(name, node, [*below, own]))
    return specs, problems


class _Layer:
    """The settings of one layer: counts, canonical config values, and where each comes from."""

    def __init__(self, name: str, settings: Mapping[str, Node], topic: str | None, problems: Problems) -> None:
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
            if node.value is None and name != _DEFAULTS:
                self._take_away(key, node, topic, problems)
            if text is None:
                continue
            match _value(key, text, node, topic):
                case str(value):
                    self.config[key] = value
                    self.sources[intern(f"config.{key}")] = Source(name, node.location)
                case Diagnostic() as problem:
                    problems.append(problem)

    def _take_away(self, key: str, node: Node, topic: str | None, problems: Problems) -> None:
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


def _removals_in_vain(layer: _Layer, below: Sequence[_Layer], topic: str | None, rules: Policy) -> Iterator[Diagnostic]:
    """A warning for each ``null`` of ``layer`` that has no effect, neither on lower layers nor on the cluster."""
    for key, place in layer.removed.items():
        there = {other for each in below for other in each.keys}
        if key not in there and not rules.leaves_alone(key):
            close = get_close_matches(key, there, n=1)
            where = " or in ".join(each.name for each in below)
            yield Diagnostic(
                severity=Severity.WARNING,
                code="removes-nothing",
                message=f"null removes nothing: {unmistakable(key)} is not set in {unmistakable(where)}",
                hint=f"did you mean {unmistakable(close[0])}?" if close else "remove this line",
                topic=topic,
                origin=place,
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


def _profile(topic: str, node: Node, profiles: Mapping[str, _Layer], problems: Problems) -> Iterator[_Layer]:
    named = mapping(node).get("profile")
    name = string(named)
    if named is None or name is None:
        return
    if name in profiles:
        yield profiles[name]
        return
    problems.append(
        Diagnostic(
            severity=Severity.ERROR,
            code="unknown-profile",
            message=f"unknown profile {quoted(name)}",
            hint=_instead_of(name, sorted(profiles)),
            topic=topic,
            origin=named.location,
        )
    )


def _instead_of(name: str, profiles: Sequence[str]) -> str:
    if not profiles:
        return f"define it under profiles:, or remove profile: {unmistakable(name)}"
    close = get_close_matches(name, profiles, n=1)
    meant = f"did you mean {unmistakable(close[0])}? " if close else ""
    return f"{meant}available profiles: {unmistakable(', '.join(profiles))}"


def _topic(name: str, node: Node, layers: list[_Layer]) -> TopicSpec:
    counts: dict[str, int | None] = {}
    config: dict[str, str] = {}
    sources: dict[str, Source] = {}
    for layer in layers:
        counts |= layer.counts
        config |= layer.config
        for key in layer.removed:
            config.pop(key, None)
        sources |= layer.sources
    settings = mapping(node)
    for field in ("owner", "description"):
        if field in settings:
            sources[field] = Source("topic", settings[field].location)
    labels = mapping(settings.get("labels"))
    sources |= {f"labels.{key}": Source("topic", value.location) for key, value in labels.items()}
    return TopicSpec(
        name=name,
        origin=node.key_location,
        partitions=counts.get("partitions"),
        replication_factor=counts.get("replication_factor"),
        config=dict(sorted(config.items())),
        owner=string(settings.get("owner")),
        description=string(settings.get("description")),
        labels={key: str(value.value) for key, value in sorted(labels.items())},
        sources=sources,
    )


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
