"""Topics in the report document."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from reconciler.model import Action, RefusalKind, TopicStatus, Verification
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
    waiver: dict[str, Any] | None = None
    """The waiver that accepts the difference; `null` if there is none."""
    origin: Origin | None
    """The place that set the desired value."""
    layer: str | None = None
    """The part of the manifest that set it: `defaults`, `profile NAME`, `topic`, or `variable`."""
    status: TopicStatus
    """The status of this change."""


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
    """Why the broker did not validate the create or the changes; `null` if it did, or there were none."""
    attempts: list[Attempt]
    verification: ReadBack | None
    error: Error | None
    """What failed, or why the topic is refused."""
    refusal: Refusal | None
    """Why the create is refused, or the broker's first objection; `null` if only single changes are refused."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UnmanagedTopic(Part):
    """A topic on the cluster that is in the manifest's scope, but not in the manifest."""

    name: str
    partitions: Count
    replication_factor: Count
    """The lowest of its partitions."""
    config: dict[str, str | None]
    """The overrides set on the topic itself; a value is `null` if the cluster does not return it."""
