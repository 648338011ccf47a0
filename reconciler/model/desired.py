"""What a manifest wants."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import NamedTuple

from reconciler.errors import Diagnostic, Location, Origin

ALWAYS_IGNORED = "*.replication.throttled.replicas"
"""Reassignment tools set these while they move replicas and remove them afterwards."""


class Source(NamedTuple):
    """What set a value: the layer (``defaults``, ``profile compacted``, ``topic``, ``variable``) and the place."""

    layer: str
    origin: Origin


@dataclass(frozen=True, slots=True, kw_only=True)
class TopicSpec:
    """A topic as the manifest wants it, all layers merged.

    ``partitions`` and ``replication_factor`` are ``None`` where the broker decides at creation and any
    live count is right. ``sources`` maps a field (``partitions``, ``config.retention.ms``) to what set it; a
    configuration key that is there and not in ``config`` was set to ``null``: the broker's value.
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
        """The place that set the field ``name``; ``None`` where nothing did."""
        source = self.sources.get(name)
        return source.origin if source is not None else None

    def names(self, key: str) -> bool:
        """Whether the manifest says what the configuration ``key`` is to be, if only with ``null``."""
        return key in self.config or f"config.{key}" in self.sources


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """Rules for all topics; patterns are globs."""

    keep_extra_config: bool = False
    """Leave overrides alone that the manifest does not name."""
    ignore_config: Sequence[str] = ()
    protected_topics: Sequence[str] = ("__*", "_schemas", "_confluent*")

    def leaves_alone(self, key: str) -> bool:
        """Whether an override of ``key`` stays on the cluster where the manifest does not name it."""
        return self.keep_extra_config or any(fnmatchcase(key, each) for each in (ALWAYS_IGNORED, *self.ignore_config))


@dataclass(frozen=True, slots=True, kw_only=True)
class ClusterReference:
    """The cluster that a manifest says it is for, as far as it does."""

    id: str | None = None
    bootstrap_servers: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ManifestFile:
    """A file that was read, with the SHA-256 of its bytes in hexadecimal."""

    path: str
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DesiredState:
    """What the manifest wants: topics sorted by name, the files it came from, warnings on the way."""

    topics: Sequence[TopicSpec]
    files: Sequence[ManifestFile] = ()
    environment: str | None = None
    policy: Policy = field(default_factory=Policy)
    cluster: ClusterReference = field(default_factory=ClusterReference)
    diagnostics: Sequence[Diagnostic] = ()
    """Warnings: errors keep a desired state from coming about."""
