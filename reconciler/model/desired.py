"""The desired state: what a manifest wants."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import NamedTuple

from reconciler.errors import Diagnostic, Location, Origin
from reconciler.model.risk import Consent, RiskKind
from reconciler.model.waiver import Waiver

ALWAYS_IGNORED = "*.replication.throttled.replicas"
"""Reassignment tools set these keys while they move replicas and remove them afterwards."""


class Source(NamedTuple):
    """Where a value was set: the layer (``defaults``, ``profile compacted``, ``topic``, ``variable``) and the place."""

    layer: str
    origin: Origin


def _line_of_the_caller() -> Location:
    """The place in a Python file where a ``TopicSpec`` is made."""
    frame = sys._getframe(2)  # past this function and the generated __init__
    return Location(frame.f_code.co_filename, frame.f_lineno, 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class TopicSpec:
    """A topic as the manifest wants it, all layers merged.

    ``partitions`` and ``replication_factor`` are ``None`` if the broker chooses them at creation; any live count
    is then in sync. ``sources`` maps a field (``partitions``, ``config.retention.ms``) to the layer and place that set
    it; a config key in ``sources`` that is not in ``config`` was set to ``null``, back to the broker's default.
    """

    name: str
    origin: Location = field(default_factory=_line_of_the_caller)
    """Its place in the manifest; for one that a program makes, the line that makes it."""
    partitions: int | None = None
    replication_factor: int | None = None
    config: Mapping[str, str] = field(default_factory=dict)
    owner: str | None = None
    description: str | None = None
    labels: Mapping[str, str] = field(default_factory=dict)
    sources: Mapping[str, Source] = field(default_factory=dict)
    allow: Sequence[Consent] = ()
    """Consents to risky changes of this topic."""
    is_protected: bool = False
    """No consent counts: the topic is not deleted, and no risky change is made."""
    is_absent: bool = False
    """The topic is to be deleted."""
    is_listed: bool = True
    """Whether the manifest lists it; an undo also restores topics that the manifest does not list."""
    lower_config: Mapping[str, str] = field(default_factory=dict, compare=False)
    """What ``defaults`` and the profile set: what counts where an overlay removes the topic's own value."""

    def origin_of(self, name: str) -> Origin | None:
        """The place that set the field ``name``; ``None`` if it was not set."""
        source = self.sources.get(name)
        return source.origin if source is not None else None

    def names(self, key: str) -> bool:
        """Whether the manifest sets the config ``key``, even to ``null``."""
        return key in self.config or f"config.{key}" in self.sources


class Limit(NamedTuple):
    """The most topics that one run may create, change or delete: a number, or a percentage of the topics there.

    ``origin`` is its place in the manifest, ``None`` for a default.
    """

    number: int | None = None
    percent: int | None = None
    origin: Location | None = None


_DELETES = Limit(percent=30)


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How many topics one run may create, change and delete; ``None`` for any number."""

    creates: Limit | None = None
    changes: Limit | None = None
    deletes: Limit | None = _DELETES


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """The topics that a manifest answers for, by globs; with no ``include``, only those it lists.

    With ``only``, no others than those that match one of these globs, too.
    """

    include: Sequence[str] = ()
    exclude: Sequence[str] = ()
    only: Sequence[str] = ()
    origin: Location | None = None

    def has(self, topic: str) -> bool:
        """Whether the scope has ``topic``."""
        return (
            any(fnmatchcase(topic, glob) for glob in self.include)
            and not any(fnmatchcase(topic, glob) for glob in self.exclude)
            and (not self.only or any(fnmatchcase(topic, glob) for glob in self.only))
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ClusterReference:
    """The cluster that a manifest is for; ``None`` for what it does not set."""

    id: str | None = None
    bootstrap_servers: str | None = None
    alterable_config: Sequence[str] | None = None
    """Config keys, or globs, that the service permits to set; ``None`` for all."""
    alterable_origin: Location | None = None

    def permits(self, key: str) -> bool:
        """Whether the service permits to set the config ``key``."""
        return self.alterable_config is None or any(fnmatchcase(key, glob) for glob in self.alterable_config)


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """Rules for all topics; patterns are globs."""

    keep_extra_config: bool = False
    """Keep overrides that the manifest does not set."""
    ignore_config: Sequence[str] = ()
    protected_topics: Sequence[str] = ("__*", "_schemas", "_confluent*")
    limits: Limits = field(default_factory=Limits)
    warn_only: Mapping[RiskKind, Location] = field(default_factory=dict)
    """Kinds of risk that need no consent, and the place that says so."""
    naming: str | None = None
    """A regular expression that is searched for in topic names."""
    required: Sequence[str] = ()
    """Fields that every topic must have: ``owner``, ``labels.tier``, ``config.retention.ms``."""
    schema: str | None = None
    """The JSON Schema that every topic must satisfy, in one spelling."""
    service: ClusterReference = field(default_factory=ClusterReference)
    """The cluster of a plan, which may permit to set some config keys only."""

    def protects(self, topic: str) -> bool:
        """Whether ``topic`` is never touched."""
        return any(fnmatchcase(topic, glob) for glob in self.protected_topics)

    def leaves_alone(self, key: str) -> bool:
        """Whether an override of ``key`` is kept if the manifest does not set it."""
        kept = (ALWAYS_IGNORED, *self.ignore_config)
        return self.keep_extra_config or not self.service.permits(key) or any(fnmatchcase(key, each) for each in kept)


@dataclass(frozen=True, slots=True, kw_only=True)
class ManifestFile:
    """A file that was read, with the hexadecimal SHA-256 of its bytes."""

    path: str
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DesiredState:
    """A loaded manifest: topics sorted by name, the files it came from, and its warnings."""

    topics: Sequence[TopicSpec]
    files: Sequence[ManifestFile] = ()
    environment: str | None = None
    policy: Policy = field(default_factory=Policy)
    cluster: ClusterReference = field(default_factory=ClusterReference)
    scope: Scope = field(default_factory=Scope)
    waivers: Sequence[Waiver] = ()
    """Drift that audits accept. Plans do not heed them."""
    left_out: Sequence[TopicSpec] = ()
    """Topics of the manifest that are not in ``topics``, because this run ignores them (``--only``)."""
    default_config: Mapping[str, str] = field(default_factory=dict, compare=False)
    """What ``defaults`` gives every topic."""
    judge: Callable[[Sequence[TopicSpec]], Mapping[str, Sequence[Diagnostic]]] = field(
        default=lambda _topics: {}, compare=False, repr=False
    )
    """What of other topics breaks the same rules of the policy as ``violations``."""
    violations: Mapping[str, Sequence[Diagnostic]] = field(default_factory=dict)
    """What breaks ``policy.naming``, ``policy.schema`` or ``policy.require``, by topic; also in ``diagnostics``."""
    diagnostics: Sequence[Diagnostic] = ()
    """Warnings and violations only: a manifest with errors has no desired state."""

    @property
    def all_topics(self) -> Sequence[TopicSpec]:
        """The topics of the manifest, those that this run ignores included; sorted by name."""
        return sorted((*self.topics, *self.left_out), key=lambda spec: spec.name) if self.left_out else self.topics
