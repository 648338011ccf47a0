"""The desired state: what a manifest wants."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import NamedTuple

from reconciler.errors import Diagnostic, Location, Origin

ALWAYS_IGNORED = "*.replication.throttled.replicas"
"""Reassignment tools set these keys while they move replicas and remove them afterwards."""


class Source(NamedTuple):
    """Where a value was set: the layer (``defaults``, ``profile compacted``, ``topic``, ``variable``) and the place."""

    layer: str
    origin: Origin


@dataclass(frozen=True, slots=True, kw_only=True)
class TopicSpec:
    """A topic as the manifest wants it, all layers merged.

    ``partitions`` and ``replication_factor`` are ``None`` if the broker chooses them at creation; any live count
    is then in sync. ``sources`` maps a field (``partitions``, ``config.retention.ms``) to the layer and place that set
    it; a config key in ``sources`` that is not in ``config`` was set to ``null``, back to the broker's default.
    """

    name: str
    origin: Location
    partitions: int | None = None
    replication_factor: int | None = None
    config: Mapping[str, str] = field(default_factory=dict)
    owner: str | None = None
    description: str | None = None
    labels: Mapping[str, str] = field(default_factory=dict)
    sources: Mapping[str, Source] = field(default_factory=dict)

    def origin_of(self, name: str) -> Origin | None:
        """The place that set the field ``name``; ``None`` if it was not set."""
        source = self.sources.get(name)
        return source.origin if source is not None else None

    def names(self, key: str) -> bool:
        """Whether the manifest sets the config ``key``, even to ``null``."""
        return key in self.config or f"config.{key}" in self.sources


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """Rules for all topics; patterns are globs."""

    keep_extra_config: bool = False
    """Keep overrides that the manifest does not set."""
    ignore_config: Sequence[str] = ()
    protected_topics: Sequence[str] = ("__*", "_schemas", "_confluent*")

    def leaves_alone(self, key: str) -> bool:
        """Whether an override of ``key`` is kept if the manifest does not set it."""
        return self.keep_extra_config or any(fnmatchcase(key, each) for each in (ALWAYS_IGNORED, *self.ignore_config))


@dataclass(frozen=True, slots=True, kw_only=True)
class ClusterReference:
    """The cluster that a manifest is for; ``None`` for what it does not set."""

    id: str | None = None
    bootstrap_servers: str | None = None


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
    diagnostics: Sequence[Diagnostic] = ()
    """Warnings only: a manifest with errors has no desired state."""
