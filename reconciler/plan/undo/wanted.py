"""The state before a run, as a desired state: only what the run changed, under the rules of the manifest."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import assert_never

from reconciler.model import (
    STATE,
    UNDO,
    ChangedTopic,
    CreatedTopic,
    DeletedTopic,
    DesiredState,
    Scope,
    Source,
    TopicSpec,
    TouchedTopic,
    Undo,
)

_KEPT = ("owner", "description", "labels.", "allow", "protected")
"""Fields whose places in the manifest still count."""


def state_before(undo: Undo) -> DesiredState:
    """What the cluster is to have again; nothing else of its topics is compared.

    Policy, consents and protection are those of the manifest. The policy's rules for topics are those for each topic as
    the manifest would have it with what is restored.
    """
    manifest = undo.manifest
    listed = {spec.name: spec for spec in manifest.topics}
    specs = tuple(_spec(topic, listed.get(topic.name)) for topic in undo.topics)
    return replace(
        manifest,
        topics=specs,
        policy=replace(manifest.policy, keep_extra_config=True),
        scope=Scope(),
        violations=manifest.judge([_as_listed(spec, listed.get(spec.name)) for spec in specs]),
    )


def _as_listed(spec: TopicSpec, listed: TopicSpec | None) -> TopicSpec:
    """``spec`` with what the manifest wants of the topic besides."""
    if listed is None or spec.is_absent:
        return spec
    config = {key: value for key, value in listed.config.items() if not spec.names(key)}
    is_whole = spec.partitions is not None and spec.replication_factor is not None  # a topic to create
    return replace(
        spec,
        partitions=spec.partitions or listed.partitions,
        replication_factor=spec.replication_factor or listed.replication_factor,
        config=dict(spec.config) if is_whole else config | dict(spec.config),
    )


def _spec(topic: TouchedTopic, listed: TopicSpec | None) -> TopicSpec:
    spec = listed or TopicSpec(name=topic.name, origin=topic.origin, is_listed=False)
    kept = {field: source for field, source in spec.sources.items() if field.startswith(_KEPT)}
    bare = replace(spec, partitions=None, replication_factor=None, config={}, sources=kept, is_absent=False)
    match topic:
        case CreatedTopic():
            return replace(bare, is_absent=True, sources=kept | _sources(topic, STATE))
        case DeletedTopic():
            fields = ["partitions", "replication_factor", *_fields(topic.config)]
            return replace(
                bare,
                partitions=topic.partitions,
                replication_factor=topic.replication_factor,
                config=dict(sorted(topic.config.items())),
                sources=kept | _sources(topic, *fields),
            )
        case ChangedTopic(config=config, partitions=partitions, replicas=replicas):
            counts = {"partitions": partitions, "replication_factor": replicas}
            # A key that is named and has no value is to have no override.
            fields = [*_fields(config), *(name for name, count in counts.items() if count is not None)]
            return replace(
                bare,
                partitions=partitions.before if partitions is not None else None,
                replication_factor=replicas.before if replicas is not None else None,
                config={key: each.before for key, each in sorted(config.items()) if each.before is not None},
                sources=kept | _sources(topic, *fields),
            )
        case _:
            assert_never(topic)


def _fields(config: Mapping[str, object]) -> list[str]:
    return [f"config.{key}" for key in config]


def _sources(topic: TouchedTopic, *fields: str) -> dict[str, Source]:
    return dict.fromkeys(fields, Source(UNDO, topic.origin))
