"""What an audit found, in the report document."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from reconciler.model import CauseKind, DriftClass
from reconciler.report.document.part import Count, Error, Moment, Part, Place


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiver(Part):
    """A waiver of the manifest: drift that somebody accepts."""

    topic: str
    """The topic, or a glob."""
    field: str | None
    """What may differ; `null` for everything."""
    reason: str
    owner: str | None
    """Who accepts it."""
    expires: date | None
    """The last day on which it counts, in UTC."""
    origin: Place


@dataclass(frozen=True, slots=True, kw_only=True)
class DriftEntry(Part):
    """One difference that an audit found."""

    class_: DriftClass
    """`missing`; `changed`: a field has another value; `unmanaged`; `recreated`: deleted and created again;
    `unreadable`."""
    field: str | None
    """The field that differs, as in `changes`; `null` if it is about the topic as a whole."""
    first_seen_at: Moment
    """When an audit first saw it, as far as the baselines tell."""
    cause: CauseKind
    """As `kind` in `audit.causes`; later versions may have more kinds."""
    waiver: Waiver | None
    """The waiver that accepts it; `null` if there is none."""
    former_topic_id: str | None
    """The id that a recreated or unreadable topic had before; `null` if no baseline has one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnerCount(Part):
    """A number of topics of one owner."""

    owner: str | None
    topics: Count


@dataclass(frozen=True, slots=True, kw_only=True)
class Cause(Part):
    """Differences that have the same cause: of the same field, with the same live value."""

    class_: DriftClass
    kind: CauseKind
    """`merged`: the manifest changed and nobody applied it; `broker-default`: the topics have no value of their own,
    and inherit another one than wanted; `override-removed`: they had a value of their own in the baseline, and have
    none now; `topic-value`: they have another value of their own; `reassignment`: replicas are being moved, which is
    no drift; or as the class: `missing`, `unmanaged`, `recreated`, `unreadable`. Later versions may have more."""
    field: str | None
    live: int | str | None
    """The value on the cluster; `null` if there is none, or if it cannot be read."""
    wanted: list[int | str | None]
    """What the manifest wants instead, each value once; `null` is the broker default."""
    error: Error | None
    """Why its topics cannot be read: what was answered for the first of them."""
    waiver: Waiver | None
    """The waiver that accepts all of it; `null` if none does."""
    first_seen_at: Moment
    """The earliest of its topics."""
    topics: list[str]
    """Their names, sorted."""
    owners: list[OwnerCount]
    """Most topics first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnerDrift(Part):
    """Numbers of topics of one owner; a topic with differences of several classes counts for each."""

    owner: str | None
    """`null` for topics without an owner, unmanaged ones among them."""
    drifted: Count
    """Topics with drift that no waiver accepts."""
    waived: Count
    """Topics of which waivers accept all drift."""
    missing: Count
    """This and the following ones count waived drift, too."""
    changed: Count
    unmanaged: Count
    recreated: Count
    unreadable: Count


@dataclass(frozen=True, slots=True, kw_only=True)
class FormerDrift(Part):
    """A difference that the baseline has."""

    class_: DriftClass
    topic: str
    field: str | None
    first_seen_at: Moment


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditBaseline(Part):
    """The earlier report that an audit was compared with."""

    path: str
    run_id: str
    made_at: Moment
    """`run.started_at` of the report."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Audit(Part):
    """The drift of a cluster."""

    baseline: AuditBaseline | None
    """The report of `--baseline`; `null` without one, and each difference is then as old as this run."""
    causes: list[Cause]
    """Those first that no waiver accepts, the cause of most topics first."""
    owners: list[OwnerDrift]
    """Most drifted topics first."""
    healed: list[FormerDrift]
    """Drift that the baseline has and that is gone."""
    unconfirmed: list[FormerDrift]
    """Drift that the baseline has, of topics that were not read this time, or could not be."""
