"""What would change."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import ClassVar

from reconciler.errors import Origin
from reconciler.model.desired import Policy, TopicSpec
from reconciler.model.failure import KafkaFailure
from reconciler.model.live import LiveTopic
from reconciler.model.refusal import Refusal
from reconciler.model.risk import Consent, Risk

STATE = "state"
"""The field of a delete: from ``present`` to ``absent``."""


class Action(StrEnum):
    """What a topic needs. ``UNREADABLE``: its live state is not known."""

    CREATE = "create"
    SKIP = "skip"
    DRIFT = "drift"
    DELETE = "delete"
    UNREADABLE = "unreadable"


@dataclass(frozen=True, slots=True)
class Safe:
    """Apply makes the change.

    ``note`` is what a reviewer should know, ``risk`` what was measured and found harmless.
    """

    note: str | None = None
    risk: Risk | None = None


@dataclass(frozen=True, slots=True)
class Risky:
    """Apply makes the change with ``consent`` only."""

    risk: Risk
    consent: Consent | None = None


@dataclass(frozen=True, slots=True)
class Refused:
    """Apply does not make the change.

    ``risk`` is set where it needs consent too, or lacks it, and ``consent`` where it has it.
    """

    refusal: Refusal
    risk: Risk | None = None
    consent: Consent | None = None


Decision = Safe | Risky | Refused
"""Whether apply makes a change. A risky one without consent is refused by a later pass."""


def is_made(decision: Decision) -> bool:
    """Whether apply makes a change that is decided so."""
    match decision:
        case Safe():
            return True
        case Risky(consent=consent):
            return consent is not None
        case Refused():
            return False


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One field that differs: ``partitions``, ``replication_factor`` or ``config.<key>``.

    ``after`` is ``None`` where an override on the cluster is reset to what the broker gives. ``before`` is ``None``
    where nothing is set, and where such an override has a value that the cluster does not show.
    """

    field: str
    before: int | str | None
    after: int | str | None
    origin: Origin | None = None

    @property
    def config_key(self) -> str | None:
        """The configuration key, or ``None`` for a count."""
        return self.field.removeprefix("config.") if self.field.startswith("config.") else None


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldChange(Difference):
    """A difference, and whether apply removes it."""

    decision: Decision = Safe()


@dataclass(frozen=True, slots=True, kw_only=True)
class _OfTopic:
    desired: TopicSpec

    @property
    def name(self) -> str:
        """The topic's name."""
        return self.desired.name


@dataclass(frozen=True, slots=True, kw_only=True)
class _Changing(_OfTopic):
    live: LiveTopic
    changes: Sequence[FieldChange]
    refusal: Refusal | None = None

    @property
    def has_work(self) -> bool:
        """Whether apply would write anything of the topic."""
        return bool(self.made_changes)

    @property
    def made_changes(self) -> Sequence[FieldChange]:
        """The changes that apply makes."""
        return tuple(change for change in self.changes if is_made(change.decision))

    @property
    def refused_changes(self) -> Sequence[FieldChange]:
        """The changes that apply does not make."""
        return tuple(change for change in self.changes if not is_made(change.decision))


@dataclass(frozen=True, slots=True, kw_only=True)
class Create(_OfTopic):
    """The topic is missing. There are no changes: ``desired`` has all of it.

    ``refusal`` is why it is not created: an objection to the topic as a whole, or else the first of the broker's
    ``objections`` by field. ``unchecked`` is why the broker did not check the create.
    """

    action: ClassVar = Action.CREATE
    refusal: Refusal | None = None
    objections: Mapping[str, Refusal] = field(default_factory=dict)
    unchecked: KafkaFailure | None = None

    @property
    def has_work(self) -> bool:
        """Whether apply would create the topic."""
        return self.refusal is None


@dataclass(frozen=True, slots=True, kw_only=True)
class Drift(_Changing):
    """The topic differs from the manifest.

    ``refusal`` is the first of the broker's ``objections`` by field. ``unchecked`` is why the broker did not check the
    changes.
    """

    action: ClassVar = Action.DRIFT
    objections: Mapping[str, Refusal] = field(default_factory=dict)
    unchecked: KafkaFailure | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Delete(_Changing):
    """The topic is there and should not be: ``state: absent``, or unmanaged and to be pruned.

    The only change is that of the field ``state``. Brokers cannot validate a delete without making it; ``unchecked`` is
    why they would deny it to this principal. ``desired`` of an unmanaged topic has the place of the manifest's scope.
    """

    action: ClassVar = Action.DELETE
    is_unmanaged: bool = False
    unchecked: KafkaFailure | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class InSync(_OfTopic):
    """The topic is as the manifest wants it; ``live`` is ``None`` where it should be absent, and is.

    ``found_done``: a reviewed plan was to make it so, and somebody has done it since.
    """

    action: ClassVar = Action.SKIP
    has_work: ClassVar = False
    live: LiveTopic | None
    found_done: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Unreadable(_OfTopic):
    """The topic could not be read, so nothing is known of what it needs."""

    action: ClassVar = Action.UNREADABLE
    has_work: ClassVar = False
    failure: KafkaFailure


TopicPlan = Create | Drift | Delete | InSync | Unreadable
"""What one topic needs."""


def with_changes(topic: TopicPlan, decide: Callable[[FieldChange], FieldChange]) -> TopicPlan:
    """``topic`` with each of its changes decided anew by ``decide``."""
    match topic:
        case Drift(changes=changes) | Delete(changes=changes):
            return replace(topic, changes=tuple(map(decide, changes)))
        case Create() | InSync() | Unreadable():
            return topic


def live_of(topic: TopicPlan) -> LiveTopic | None:
    """The topic on the cluster, ``None`` where there is none or none could be read."""
    match topic:
        case Drift(live=live) | Delete(live=live) | InSync(live=live):
            return live
        case Create() | Unreadable():
            return None


def changes_of(topic: TopicPlan) -> Sequence[FieldChange]:
    """The changes of a topic that differs, or is to be deleted; none for any other."""
    match topic:
        case Drift(changes=changes) | Delete(changes=changes):
            return changes
        case Create() | InSync() | Unreadable():
            return ()


def refusal_of(topic: TopicPlan) -> Refusal | None:
    """Why a topic is not created, or what the broker objects to first."""
    match topic:
        case Create(refusal=refusal) | Drift(refusal=refusal) | Delete(refusal=refusal):
            return refusal
        case InSync() | Unreadable():
            return None


def objections_of(topic: TopicPlan) -> Mapping[str, Refusal]:
    """What the broker refuses of a topic, by field."""
    match topic:
        case Create(objections=objections) | Drift(objections=objections):
            return objections
        case Delete() | InSync() | Unreadable():
            return {}


def unchecked_of(topic: TopicPlan) -> KafkaFailure | None:
    """Why the broker did not check a topic, or would deny its delete; ``None`` where it agreed, or was not asked."""
    match topic:
        case Create(unchecked=failure) | Drift(unchecked=failure) | Delete(unchecked=failure):
            return failure
        case InSync() | Unreadable():
            return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What every topic needs, sorted by name: those of the manifest, and those to be pruned."""

    topics: Sequence[TopicPlan]
    unmanaged: Sequence[LiveTopic] = ()
    """Topics in the manifest's scope that it does not list, sorted by name; without those that are to be deleted."""
    unlisted: Mapping[str, KafkaFailure] = field(default_factory=dict)
    """Topics in the scope that are not in the manifest either, and that could not be read; sorted by name."""
    policy: Policy = field(default_factory=Policy)
    exceeded_limits: Sequence[str] = ()
    """The limits that it goes beyond with permission, in words."""
    cluster_id: str | None = None
    fingerprint: str | None = None
    """SHA-256 over the plan, the cluster's id and the live state it was made from; ``None`` until it is complete."""

    @property
    def has_work(self) -> bool:
        """Whether apply would write anything."""
        return any(topic.has_work for topic in self.topics)
