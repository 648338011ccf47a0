"""Topics in the report document."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from reconciler.model import Action, ChangeSource, RefusalKind, TopicStatus, Verification
from reconciler.report.document.audit import DriftEntry, Waiver
from reconciler.report.document.base import BaseChange
from reconciler.report.document.impact import Consent, Impact
from reconciler.report.document.part import (
    Count,
    Error,
    FromOne,
    Moment,
    Origin,
    Part,
    Place,
    Refusal,
    Seconds,
)
from reconciler.report.document.reassignment import Reassignment


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings(Part):
    """A topic's settings; a count is `null` if the broker chooses it."""

    partitions: Count | None
    replication_factor: Count | None
    config: dict[str, str]
    """Values in the broker's canonical spelling."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Live(Part):
    """A topic on the cluster."""

    topic_id: str | None
    """`null` if it was not read."""
    partitions: Count
    replication_factor: Count
    """The lowest of its partitions."""
    config: dict[str, str | None]
    """The overrides set on the topic itself; a value is `null` if the cluster does not return it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Change(Part):
    """One field that differs."""

    field: str
    """`partitions`, `replication_factor`, `config.<key>`, or `state` for a delete."""
    before: int | str | None
    """The live value, inherited or set; `null` if there is none, or if an override is reset (`after` is `null` too)
    whose value the cluster does not return."""
    after: int | str | None
    """The desired value; `null` resets an override."""
    verdict: Literal["safe", "risky", "impossible"]
    consent: Consent | None = None
    """The consent to a change that needs it; `null` if none is needed."""
    reason: str | None
    """What a reviewer should know; why the change is refused, and the way out."""
    refusal: Refusal | None = None
    """Why the change is refused, and the way out, apart; `null` if the plan makes it."""
    impact: Impact | None = None
    """The measured impact of the change; `null` if nothing was measured."""
    waiver: Waiver | None = None
    """The waiver that accepts the difference in audits; `null` if there is none. A plan makes the change all the
    same."""
    origin: Origin | None
    """The place that set the desired value."""
    layer: str | None = None
    """The part of the manifest that set it: `defaults`, `profile NAME`, `topic`, or `variable`."""
    status: TopicStatus
    """The status of this change."""
    source: ChangeSource | None = None
    """Where the change comes from, compared with `plan.base`: `branch`: the base wants something else, or nothing;
    `merged`: the base wants the same, and it was not applied; `cluster`: the base wants the same, and the cluster has
    something of its own. `null` without `--base`."""
    base: BaseChange | None = None
    """What the base would change the field to instead; `null` if it would change it to the same, or not at all."""
    found_done: bool = False
    """The topic was as wanted before the change was to be sent: somebody else made it, and this run sent nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Objection(Part):
    """A field of a topic that is refused, mostly by the broker."""

    field: str
    """`partitions`, `replication_factor` or `config.<key>`."""
    kind: RefusalKind
    message: str
    """Why the field is refused: the broker's message, or ours."""
    remedy: str
    """What to do about it."""
    origin: Origin | None
    """The place that set the value."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt(Part):
    """One write request, as far as it concerns this topic."""

    operation: str
    """The kind of request, such as `create_topics`; later versions may have more kinds."""
    number: FromOne
    started_at: Moment
    duration_seconds: Seconds
    error: Error | None
    found_applied: bool
    """The request was answered with an error, but reading back showed that it was applied."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadBack(Part):
    """What reading the topic back showed."""

    status: Verification
    checked_at: Moment
    topic_id: str | None = None
    """The topic's id then; `null` if the topic is gone, or if the cluster has no topic ids."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recreated(Part):
    """A topic that was deleted and created again: its former records are gone."""

    topic_id: str
    """The id of the former topic."""
    report: str
    """The path of the earlier report that has this id."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Topic(Part):
    """One topic of the manifest."""

    name: str
    action: Action
    status: TopicStatus
    owner: str | None
    origin: Place | None
    """The topic's place in the manifest; `null` if it is not there."""
    desired: Settings | None
    """`null` if the topic is to be deleted."""
    live: Live | None
    changes: list[Change]
    objections: list[Objection]
    unchecked: Error | None
    """Why the broker did not validate the create or the changes, or would deny the delete; `null` if it did validate
    them, or there was nothing to validate."""
    attempts: list[Attempt]
    verification: ReadBack | None
    reassignment: Reassignment | None = None
    """How far its replicas were moved; `null` if the run moved none, and waited for none."""
    error: Error | None
    """What failed, or why the topic is refused."""
    refusal: Refusal | None
    """Why the create is refused, or the broker's first objection; `null` if only single changes are refused."""
    recreated: Recreated | None = None
    """Set if the topic has another id now than in an earlier report that was given; no change on its own."""
    source: ChangeSource | None = None
    """Where a create comes from, as `source` of a change; `null` for any other topic, and without `--base`."""
    base: Settings | None = None
    """The settings with which the base would create the topic, if they are others; else `null`."""
    found_done: bool = False
    """The topic is unchanged, because what the reviewed plan was to do was done already."""
    drift: list[DriftEntry] = field(default_factory=list)
    """What an audit found; empty in any other report."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UnmanagedTopic(Part):
    """A topic on the cluster that is in the manifest's scope, but not in the manifest."""

    name: str
    partitions: Count
    replication_factor: Count
    """The lowest of its partitions."""
    config: dict[str, str | None]
    """The overrides set on the topic itself; a value is `null` if the cluster does not return it."""
    drift: list[DriftEntry] = field(default_factory=list)
    """What an audit found; empty in any other report."""
