"""What to read of a cluster."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum, auto
from fnmatch import fnmatchcase

from reconciler.model.desired import Scope, TopicSpec


class Facet(Enum):
    """A part of the live state. ``CONFIG``, ``IDS``, ``OPERATIONS`` and ``RACKS`` each cost requests of their own."""

    CONFIG = auto()
    """Overrides and inherited values: a request per 200 topics."""
    SOURCES = auto()
    """Where each value of ``CONFIG`` is from: no request, but several objects per value."""
    REPLICAS = auto()
    """Each partition's leader, replicas and in-sync replicas: no request, but an object per partition."""
    IDS = auto()
    """Topic ids (KIP-516): a request per 2,500 topics, of which the answers come while configs are read."""
    OPERATIONS = auto()
    """Operations that this principal is permitted on each topic, which ids come with, and on the cluster: a request per
    500 topics."""
    RACKS = auto()
    """The rack of each broker: one request."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """Which topics to read, and what of them.

    A topic in ``names`` that is not listed is asked for by name, so that a hidden one is unreadable, not absent. Of
    topics that match ``globs`` those are read that this principal can list; ``["*"]`` is all of them, including
    internal topics.

    With ``Facet.CONFIG`` all overrides are read, and the inherited values of ``keys`` and of the topic's own
    ``keys_by_topic``; ``keys=None`` is all keys.
    """

    names: Collection[str] = ()
    globs: Sequence[str] = ()
    excluded: Sequence[str] = ()
    """Globs of topics that do not match ``globs``."""
    within: Sequence[str] = ()
    """Globs of which one, if there are any, must match besides ``globs``."""
    keys: Collection[str] | None = ()
    keys_by_topic: Mapping[str, Collection[str]] = field(default_factory=dict)
    facets: frozenset[Facet] = frozenset({Facet.CONFIG})

    @classmethod
    def of(cls, topics: Iterable[TopicSpec], *, scope: Scope | None = None) -> Query:
        """What a plan compares of ``topics``: ids, overrides, and the inherited values of the keys that each one sets.

        All other topics in ``scope`` are read, too.
        """
        keys_by_topic = {spec.name: spec.config for spec in topics}
        scope = scope or Scope()
        return cls(
            names=keys_by_topic.keys(),
            globs=scope.include,
            excluded=scope.exclude,
            within=scope.only,
            keys_by_topic=keys_by_topic,
            facets=frozenset({Facet.CONFIG, Facet.IDS}),
        )

    def keys_of(self, topic: str) -> Collection[str] | None:
        """The config keys whose inherited values are asked for of ``topic``; ``None`` for all."""
        if self.keys is None:
            return None
        own = self.keys_by_topic.get(topic, ())
        return {*self.keys, *own} if self.keys else own

    def matches(self, topic: str) -> bool:
        """Whether ``topic`` matches one of ``globs``, none of ``excluded``, and one of ``within`` if there are any."""
        return (
            any(fnmatchcase(topic, glob) for glob in self.globs)
            and not any(fnmatchcase(topic, glob) for glob in self.excluded)
            and (not self.within or any(fnmatchcase(topic, glob) for glob in self.within))
        )
