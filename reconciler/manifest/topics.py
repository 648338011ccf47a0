"""The merged document to topics: defaults, then profile, then the topic's own settings."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from difflib import get_close_matches

from reconciler.errors import Diagnostic, Severity
from reconciler.manifest.layers import DEFAULTS, Layer
from reconciler.manifest.nodes import Node, mapping, string
from reconciler.model import Consent, Policy, Source, TopicSpec
from reconciler.printable import quoted, unmistakable

Problems = list[Diagnostic]


def topics_of(document: Node, policy: Policy) -> tuple[list[TopicSpec], Problems]:
    """Every topic of the merged ``document``, sorted by name, and the problems of their values.

    Values that the schema has rejected are skipped.
    """
    problems: Problems = []
    members = mapping(document)
    defaults = Layer(DEFAULTS, mapping(members.get("defaults")), None, problems)
    profiles = {
        name: Layer(f"profile {name}", mapping(node), None, problems)
        for name, node in mapping(members.get("profiles")).items()
    }
    for profile in profiles.values():
        problems += _removals_in_vain(profile, [defaults], None, policy)
    specs = []
    lower: dict[tuple[str, ...], Mapping[str, str]] = {}  # one for all topics with the same layers
    for name, node in sorted(mapping(members.get("topics")).items()):
        own = Layer("topic", mapping(node), name, problems)
        below = [defaults, *_profile(name, node, profiles, problems)]
        problems += _removals_in_vain(own, below, name, policy)
        names = tuple(layer.name for layer in below)
        if names not in lower:
            lower[names] = _config_of(below)
        specs.append(_topic(name, node, [*below, own], lower[names]))
    return specs, problems


def default_config(document: Node) -> Mapping[str, str]:
    """The config that the merged ``document`` gives every topic; its problems are those of ``topics_of``."""
    return Layer(DEFAULTS, mapping(mapping(document).get("defaults")), None, []).config


def _config_of(layers: Sequence[Layer]) -> Mapping[str, str]:
    config: dict[str, str] = {}
    for layer in layers:
        config |= layer.config
        for key in layer.removed:
            config.pop(key, None)
    return config


def _removals_in_vain(layer: Layer, below: Sequence[Layer], topic: str | None, policy: Policy) -> Iterator[Diagnostic]:
    """A warning for each ``null`` of ``layer`` that has no effect, neither on lower layers nor on the cluster."""
    for key, place in layer.removed.items():
        there = {other for each in below for other in each.keys}
        if key not in there and not policy.leaves_alone(key):
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


def _profile(topic: str, node: Node, profiles: Mapping[str, Layer], problems: Problems) -> Iterator[Layer]:
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


def _topic(name: str, node: Node, layers: list[Layer], lower_config: Mapping[str, str]) -> TopicSpec:
    counts: dict[str, int | None] = {}
    sources: dict[str, Source] = {}
    allow: tuple[Consent, ...] = ()
    is_protected = False
    for layer in layers:
        counts |= layer.counts
        sources |= layer.sources
        allow = layer.allow if layer.allow is not None else allow
        is_protected = layer.is_protected if layer.is_protected is not None else is_protected
    settings = mapping(node)
    for field in ("owner", "description", "state"):
        if field in settings:
            sources[field] = Source("topic", settings[field].location)
    labels = mapping(settings.get("labels"))
    sources |= {f"labels.{key}": Source("topic", value.location) for key, value in labels.items()}
    return TopicSpec(
        name=name,
        origin=node.key_location,
        partitions=counts.get("partitions"),
        replication_factor=counts.get("replication_factor"),
        config=dict(sorted(_config_of(layers).items())),
        owner=string(settings.get("owner")),
        description=string(settings.get("description")),
        labels={key: str(value.value) for key, value in sorted(labels.items())},
        sources=sources,
        allow=allow,
        is_protected=is_protected,
        is_absent=string(settings.get("state")) == "absent",
        lower_config=lower_config,
    )
