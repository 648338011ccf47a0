"""What an audit finds: drift, how long it has been there, why, and whether somebody accepts it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from reconciler.model.failure import KafkaFailure
from reconciler.model.waiver import Waiver


class DriftClass(StrEnum):
    """How a topic differs from what the manifest wants."""

    MISSING = "missing"
    CHANGED = "changed"
    """A field has another value, or the topic is there and should be absent (the field ``state``)."""
    UNMANAGED = "unmanaged"
    RECREATED = "recreated"
    """It was deleted and created again, so its records are gone."""
    UNREADABLE = "unreadable"
    """Nothing is known of it."""


class CauseKind(StrEnum):
    """Why topics differ, as far as that can be seen."""

    UNREADABLE = "unreadable"
    RECREATED = "recreated"
    MISSING = "missing"
    MERGED = "merged"
    """The manifest changed, and nobody applied it."""
    BROKER_DEFAULT = "broker-default"
    """The topics have no value of their own, and what they inherit is not what is wanted."""
    OVERRIDE_REMOVED = "override-removed"
    """The topics had a value of their own in the baseline, and have none now."""
    TOPIC_VALUE = "topic-value"
    """The topics have another value of their own."""
    UNMANAGED = "unmanaged"
    REASSIGNMENT = "reassignment"
    """Replicas are being moved. No drift: the replication factor is right when that is done."""


class FindingKey(NamedTuple):
    """What makes a finding of one audit the same as one of another; ``field`` is ``None`` for a topic as a whole."""

    kind: DriftClass
    topic: str
    field: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One difference of one topic."""

    kind: DriftClass
    topic: str
    field: str | None = None
    live: int | str | None = None
    wanted: int | str | None = None
    owner: str | None = None
    cause: CauseKind
    failure: KafkaFailure | None = None
    """Why an unreadable topic could not be read."""
    former_topic_id: str | None = None
    """The id that a recreated or unreadable topic had before, if an earlier report has one."""
    first_seen_at: datetime
    waiver: Waiver | None = None

    @property
    def key(self) -> FindingKey:
        """What makes it the same in another audit."""
        return FindingKey(self.kind, self.topic, self.field)

    @property
    def is_drift(self) -> bool:
        """Whether it differs for good; replicas that are being moved do not."""
        return self.cause is not CauseKind.REASSIGNMENT

    @property
    def is_open(self) -> bool:
        """Whether it is drift that nobody has accepted."""
        return self.is_drift and self.waiver is None


@dataclass(frozen=True, slots=True, kw_only=True)
class Cause:
    """Findings with the same cause: of the same field with the same live value. None of them is waived, or all are."""

    kind: CauseKind
    field: str | None
    live: int | str | None
    wanted: Sequence[int | str | None]
    """What is wanted instead, each value once."""
    failure: KafkaFailure | None
    """Why its topics could not be read; of several with the same error that of the first."""
    findings: Sequence[Finding]

    @property
    def is_open(self) -> bool:
        """Whether it is about drift that nobody has accepted."""
        return self.findings[0].is_open


@dataclass(frozen=True, slots=True, kw_only=True)
class FormerFinding:
    """A finding of an earlier run."""

    key: FindingKey
    first_seen_at: datetime
    cause: CauseKind | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FormerAudit:
    """What an earlier run found: the findings, and by topic the config keys that were set on the topic itself."""

    path: str
    run_id: str
    made_at: datetime
    findings: Mapping[FindingKey, FormerFinding] = field(default_factory=dict)
    overrides: Mapping[str, frozenset[str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Audit:
    """What one audit found; ``findings`` are sorted by topic, ``causes`` by how much they are about, most first.

    ``healed`` were found by the baseline and are gone; ``unconfirmed`` were found by it, and this audit could not look.
    """

    findings: Sequence[Finding]
    causes: Sequence[Cause]
    baseline: FormerAudit | None = None
    healed: Sequence[FormerFinding] = ()
    unconfirmed: Sequence[FormerFinding] = ()

    @property
    def has_open_drift(self) -> bool:
        """Whether there is drift that nobody has accepted, of topics that could be read."""
        return any(each.is_open and each.kind is not DriftClass.UNREADABLE for each in self.findings)

    @property
    def has_unreadable(self) -> bool:
        """Whether there is a topic that could not be read."""
        return any(each.kind is DriftClass.UNREADABLE for each in self.findings)
