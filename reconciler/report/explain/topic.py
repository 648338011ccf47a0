"""What is told of one topic."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from reconciler.errors import Location
from reconciler.model import LiveTopic
from reconciler.plan.explained import Setting


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenCluster:
    """The cluster that was read, and the topic there; ``None`` where the cluster does not have it."""

    cluster_id: str | None
    bootstrap_servers: str
    topic: LiveTopic | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ExplainedTopic:
    """A topic with its settings; ``origin`` is ``None`` where the manifest does not list it."""

    name: str
    origin: Location | None
    settings: Sequence[Setting]
    cluster: SeenCluster | None = None
    """``None`` where only the manifest was read."""
    is_in_scope: bool = False
    """Whether the manifest answers for the topic although it does not list it."""
