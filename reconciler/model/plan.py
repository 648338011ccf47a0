"""What would change."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from reconciler.errors import Origin
from reconciler.model.desired import Policy, TopicSpec
from reconciler.model.failure import KafkaFailure
from reconciler.model.live import LiveTopic
from reconciler.model.refusal import Refusal


class Action(StrEnum):
    """What a topic needs. ``UNREADABLE`` is no wish to act: its live state is not known."""

    CREATE = "create"
    SKIP = "skip"
    DRIFT = "drift"
    UNREADABLE = "unreadable"


@dataclass(frozen=True, slots=True)
class Safe:
    """Apply makes the change."""


@dataclass(frozen=True, slots=True)
class Refused:
    """Apply does not make the change."""

    refusal: Refusal


Decision = Safe | Refused
"""What is decided about a change."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldChange:
    """One field that differs: ``partitions``, ``replication_factor`` or ``config.<key>``.

    ``after`` is ``None`` where an override on the cluster is reset to what the broker gives. ``before`` is ``None``
    where nothing is set, and where such an override has a value that the cluster does not show.
    """

    field: str
    before: int | str | None
    after: int | str | None
    decision: Decision = Safe()
    origin: Origin | None = None

    @property
    def config_key(self) -> str | None:
        """The configuration key, or ``None`` for a count."""
        return self.field.removeprefix("config.") if self.field.startswith("config.") else None


@dataclass(frozen=True, slots=True, kw_only=True)
class TopicPlan:
    """What one topic needs. A create has no changes: ``desired`` says it all.

    ``failure`` says why the topic is unreadable. ``refusal`` says why it is not created, or what the broker objects to
    first: an objection to the topic as a whole, or else the first of its ``objections``.
    """

    action: Action
    desired: TopicSpec
    live: LiveTopic | None = None
    changes: Sequence[FieldChange] = ()
    failure: KafkaFailure | None = None
    refusal: Refusal | None = None
    objections: Mapping[str, Refusal] = field(default_factory=dict)
    """What the broker refuses of it, by field."""
    unchecked: KafkaFailure | None = None
    """Why the broker did not check the create or the changes."""

    @property
    def name(self) -> str:
        """The topic's name."""
        return self.desired.name

    @property
    def has_work(self) -> bool:
        """Whether apply would write anything of the topic."""
        return (self.action is Action.CREATE and self.refusal is None) or bool(self.safe_changes)

    @property
    def safe_changes(self) -> Sequence[FieldChange]:
        """The changes that apply makes."""
        return tuple(change for change in self.changes if isinstance(change.decision, Safe))

    @property
    def refused_changes(self) -> Sequence[FieldChange]:
        """The changes that apply does not make."""
        return tuple(change for change in self.changes if isinstance(change.decision, Refused))


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What every topic of the manifest needs, sorted by name."""

    topics: Sequence[TopicPlan]
    policy: Policy = field(default_factory=Policy)
    cluster_id: str | None = None
    fingerprint: str | None = None
    """SHA-256 over the plan, the cluster's id and the live state it was made from; ``None`` until it is complete."""

    @property
    def has_work(self) -> bool:
        """Whether apply would write anything."""
        return any(topic.has_work for topic in self.topics)
