"""What a plan is compared with to tell where its changes come from: another manifest, or another run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from reconciler.model.desired import DesiredState
from reconciler.model.live import LiveTopic


class ChangeSource(StrEnum):
    """Where a change comes from."""

    BRANCH = "branch"
    """The base wants something else, or nothing."""
    MERGED = "merged"
    """The base wants the same, and it was not applied."""
    CLUSTER = "cluster"
    """The base wants the same, and the cluster has something of its own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FormerTopic:
    """A topic as a former run left it; ``live`` is ``None`` where it was not there."""

    live: LiveTopic | None
    unknown: frozenset[str] = frozenset()
    """Fields whose values after the run are not known."""
    kept: frozenset[str] = frozenset()
    """Config keys whose overrides the run left as they were."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FormerRun:
    """What is known of a former run: by topic, how it left the cluster; topics of which that is not known are absent.

    ``unmanaged`` are those in the scope of its manifest that this did not list.
    """

    id: str
    path: str
    """Its report."""
    cluster_id: str | None
    topics: Mapping[str, FormerTopic] = field(default_factory=dict)
    unmanaged: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Base:
    """The manifest of the target branch, or what a former run wanted.

    ``desired`` is what it wants; of a former run that is only topics, without policy and scope. ``digest`` is the
    identity of its manifest, ``None`` where it has none for the environment.
    """

    path: str
    digest: str | None
    desired: DesiredState
    run: FormerRun | None = None
    """The former run; ``None`` for a manifest."""
    former: FormerRun | None = None
    """The run that tells what changed on the cluster since; where there is none, that is inferred."""
