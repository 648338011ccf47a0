"""The nouns: what a manifest wants, what a cluster has, what would change and what came of it.

Configuration values are text in the broker's canonical spelling (see ``reconciler.configs``);
an absent value is ``None``. Everything is immutable and sorted, so equal facts give equal output.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from fnmatch import fnmatchcase
from typing import NamedTuple

from reconciler.errors import Diagnostic, Location, Origin

ALWAYS_IGNORED = "*.replication.throttled.replicas"
"""Reassignment tools set these while they move replicas and remove them afterwards."""

# --- desired -------------------------------------------------------------------------------------


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


# --- live ----------------------------------------------------------------------------------------


class ErrorClass(StrEnum):
    """What an error asks for: to look and go on, to try again, to leave it."""

    EXPECTED = "EXPECTED"
    RETRIABLE = "RETRIABLE"
    FATAL = "FATAL"


EXPECTED, RETRIABLE, FATAL = ErrorClass


@dataclass(frozen=True, slots=True, kw_only=True)
class KafkaFailure:
    """An error as Kafka's client or a broker gave it.

    ``outcome_known`` is false where the request may
    have been carried out all the same. ``ends_run`` says that every topic would fail so, ``is_of_batch``
    that the request was refused as a whole and a smaller one may be taken.
    """

    code: int
    name: str
    kind: ErrorClass
    message: str
    remedy: str
    outcome_known: bool = True
    ends_run: bool = False
    is_of_batch: bool = False

    @property
    def is_the_brokers(self) -> bool:
        """Whether a broker said so: Kafka's codes are -1 and those above 0. What has no code of Kafka's has 0."""
        return self.code == -1 or self.code > 0

    @property
    def is_the_clients(self) -> bool:
        """Whether no broker said so: librdkafka's own codes are below Kafka's lowest, -1."""
        return self.code < -1


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveTopic:
    """A topic as the cluster has it.

    ``replication_factor`` is the lowest of its partitions. ``overrides`` are the values set on the topic
    itself, ``None`` where the cluster does not show the value; ``inherited`` are those that a broker or Kafka's
    default gives, as far as somebody asked for them.
    """

    name: str
    partitions: int
    replication_factor: int
    highest_replication_factor: int | None = None
    """Where it differs from the lowest, replicas are probably being moved."""
    overrides: Mapping[str, str | None] = field(default_factory=dict)
    inherited: Mapping[str, str] = field(default_factory=dict)
    disputed: Mapping[str, Mapping[int, str | None]] = field(default_factory=dict)
    """Keys whose inherited value not every broker gives, with that of each by node id; ``inherited`` has one that is
    not the desired one, or none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveState:
    """What was read of a cluster: the topics asked for that exist, and those that could not be read."""

    cluster_id: str | None
    brokers: int
    topics: Mapping[str, LiveTopic]
    unreadable: Mapping[str, KafkaFailure] = field(default_factory=dict)


# --- plan ----------------------------------------------------------------------------------------


class Action(StrEnum):
    """What a topic needs. ``UNREADABLE`` is no wish to act: its live state is not known."""

    CREATE = "create"
    SKIP = "skip"
    DRIFT = "drift"
    UNREADABLE = "unreadable"


class Verdict(StrEnum):
    """Whether apply makes a change."""

    SAFE = "safe"
    IMPOSSIBLE = "impossible"


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldChange:
    """One field that differs: ``partitions``, ``replication_factor`` or ``config.<key>``.

    ``after`` is ``None`` where an override on the cluster is reset to what the broker gives. ``before`` is ``None``
    where nothing is set, and where such an override has a value that the cluster does not show.
    """

    field: str
    before: int | str | None
    after: int | str | None
    verdict: Verdict
    reason: str | None = None
    origin: Origin | None = None

    @property
    def config_key(self) -> str | None:
        """The configuration key, or ``None`` for a count."""
        return self.field.removeprefix("config.") if self.field.startswith("config.") else None


@dataclass(frozen=True, slots=True, kw_only=True)
class TopicPlan:
    """What one topic needs. A create has no changes: ``desired`` says it all.

    ``failure`` says why the topic is unreadable or is not created, or what the broker objects to first: an objection to
    the topic as a whole, or else the first of its ``objections``.
    """

    action: Action
    desired: TopicSpec
    live: LiveTopic | None = None
    changes: Sequence[FieldChange] = ()
    failure: KafkaFailure | None = None
    objections: Mapping[str, KafkaFailure] = field(default_factory=dict)
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
        return (self.action is Action.CREATE and self.failure is None) or bool(self.safe_changes)

    @property
    def safe_changes(self) -> Sequence[FieldChange]:
        """The changes that apply makes."""
        return tuple(change for change in self.changes if change.verdict is Verdict.SAFE)

    @property
    def impossible_changes(self) -> Sequence[FieldChange]:
        """The changes that Kafka cannot make."""
        return tuple(change for change in self.changes if change.verdict is Verdict.IMPOSSIBLE)


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


# --- outcome -------------------------------------------------------------------------------------


class Operation(StrEnum):
    """A kind of write request."""

    CREATE_TOPICS = "create_topics"
    CREATE_PARTITIONS = "create_partitions"
    ALTER_CONFIGS = "incremental_alter_configs"


class Status(StrEnum):
    """What came of a topic or of one change."""

    PLANNED = "planned"
    APPLIED = "applied"
    FAILED = "failed"
    REFUSED = "refused"
    STALE = "stale"
    """Somebody else made or changed the topic after it was planned, so that the plan no longer fits it."""
    UNKNOWN = "unknown"
    NOT_ATTEMPTED = "not_attempted"
    UNCHANGED = "unchanged"


class Verification(StrEnum):
    """What reading back a write showed."""

    VERIFIED = "verified"
    MISMATCH = "mismatch"
    NOT_VISIBLE = "not_visible"
    UNVERIFIABLE = "unverifiable"
    """The broker accepted the write and does not show it, or does not let us read the topic."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One write request as far as it concerns one topic.

    ``found_applied``: the answer was lost, and reading showed that the request had been carried out.
    """

    operation: Operation
    number: int
    started_at: datetime
    duration_seconds: float
    failure: KafkaFailure | None = None
    found_applied: bool = False

    @property
    def may_have_happened(self) -> bool:
        """Whether the cluster may have what was asked for: accepted, unanswered, or there already."""
        failure = self.failure
        return failure is None or self.found_applied or not failure.outcome_known or failure.kind == EXPECTED


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What apply did to one topic; ``changes`` maps a field to what came of its change."""

    name: str
    status: Status
    changes: Mapping[str, Status] = field(default_factory=dict)
    attempts: Sequence[Attempt] = ()
    verification: Verification | None = None
    verified_at: datetime | None = None
    failure: KafkaFailure | None = None
