"""Risk, consent and impact in the report document."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from reconciler.model import RiskKind
from reconciler.report.document.part import Count, Moment, Part


@dataclass(frozen=True, slots=True, kw_only=True)
class Consent(Part):
    """The consent to a risky change."""

    kind: RiskKind
    """The kind of consent that the change needs; later versions may have more kinds."""
    risk: str
    """What the change does that needs consent."""
    given_by: str | None
    """Where it was given: a place such as `topics.yaml:31:5`, or an option; `null` while nobody has given it."""
    up_to: Count | None
    """The most records that the consent covers; `null` for any number."""
    until: date | None
    """The last day on which the consent counts, in UTC."""
    reason: str | None
    """The reason given with the consent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadingGroup(Part):
    """A group that reads the topic."""

    group: str
    type: str
    """`classic`, `consumer`, `share`, `streams`, `connect`, or `unknown`."""
    state: str
    lag: Count | None
    """Records that it has not read; `null` if it has committed no offsets."""
    unread_records_lost: Count | None
    """At most this many records that it has not read are removed."""
    note: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Unmeasured(Part):
    """A number that could not be read."""

    what: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Move(Part):
    """A partition that gets other replicas, by broker id; the first one is the preferred leader."""

    partition: Count
    before: list[int]
    after: list[int]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceivingBroker(Part):
    """A broker that gets replicas."""

    id: int
    rack: str | None
    replicas: Count
    """How many it gets."""
    bytes: Count | None
    """At most this much is copied to it; `null` if sizes could not be read."""
    free: Count | None
    """What its log directories have free before that; `null` if it could not be read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Impact(Part):
    """What a risky change does, measured on the cluster; numbers are upper bounds."""

    records: Count | None
    """Records that are removed; for a partition increase, all records of the topic."""
    bytes: Count | None
    """Bytes that are removed from the disk of one replica; where replicas are moved, all bytes that are copied."""
    partitions: Count | None
    """Partitions that would refuse writes, or that have no leader."""
    takes_effect: str | None
    last_record_at: Moment | None
    """When the last record was written, by its timestamp."""
    readers: list[ReadingGroup] | None
    """`null` if they could not be read, or do not matter to the change."""
    brokers: list[str]
    """The ids of the brokers that get replicas."""
    receiving: list[ReceivingBroker] = field(default_factory=list)
    """The same brokers, with what each of them gets."""
    moves: list[Move] = field(default_factory=list)
    """The partitions that get other replicas; exactly these moves are made."""
    unknown: list[Unmeasured]
    """Numbers that could not be read, with the reason."""
