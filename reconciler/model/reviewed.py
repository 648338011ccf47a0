"""A plan that somebody has reviewed: what it shows, and nothing about who may have written it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from reconciler.model.live import LiveTopic
from reconciler.model.plan import Action
from reconciler.model.refusal import Refusal
from reconciler.model.risk import Consent, Risk


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewedChange:
    """A change of one field."""

    before: int | str | None
    after: int | str | None
    risk: Risk | None = None
    """``None`` where it was safe."""
    consent: Consent | None = None
    refusal: Refusal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewedTopic:
    """What one topic was to get; ``live`` is what the cluster had, ``changes`` are by field."""

    action: Action
    live: LiveTopic | None = None
    settings: Mapping[str, int | str | None] | None = None
    """What the manifest wanted, by field; ``None`` if the topic was to be deleted."""
    changes: Mapping[str, ReviewedChange] = field(default_factory=dict)
    refusal: Refusal | None = None
    is_unmanaged: bool = False
    """The manifest did not list the topic, so it was to be pruned."""

    @property
    def has_work(self) -> bool:
        """Whether anything was to be done."""
        if self.action is Action.CREATE:
            return self.refusal is None
        return any(change.refusal is None for change in self.changes.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewedPlan:
    """A plan that may be carried out as far as it still fits; anybody may have written it."""

    file: str
    """Its file, for messages."""
    is_edited: bool
    """Whether the file was changed after it was written."""
    checksum: str
    """What the file has as its checksum."""
    run_id: str
    made_at: datetime
    cluster_id: str | None
    environment: str | None
    digest: str
    """The identity of the manifest that it was made of."""
    files: Mapping[str, str] = field(default_factory=dict)
    """The SHA-256 of each file of the manifest, by path."""
    topics: Mapping[str, ReviewedTopic]

    def limited_to(self, names: Collection[str]) -> ReviewedPlan:
        """The same with the topics ``names`` only."""
        return replace(self, topics={name: topic for name, topic in self.topics.items() if name in names})
