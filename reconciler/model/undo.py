"""What a former run changed, as its report tells, and what was there before: what an undo restores."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from reconciler.errors import Location
from reconciler.model.desired import DesiredState

UNDO = "undo"
"""The layer of a value that the report of a former run sets, not the manifest."""


class FormerValue(NamedTuple):
    """An override that the run changed: its value ``before``, and the one that the run ``left``.

    ``None`` stands for no override. ``inherited`` is what the topic had without one, as far as it is known.
    """

    before: str | None
    left: str | None
    inherited: str | None = None


class FormerCount(NamedTuple):
    """A number of partitions or replicas: ``before`` the run, and the one that the run ``left``."""

    before: int
    left: int


@dataclass(frozen=True, slots=True, kw_only=True)
class _Touched:
    name: str
    origin: Location
    """Its place in the report of the run."""
    topic_id: str | None = None
    """The id of the topic that the run changed, created or deleted; ``None`` where the report does not have it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangedTopic(_Touched):
    """A topic that the run changed."""

    config: Mapping[str, FormerValue] = field(default_factory=dict)
    hidden: frozenset[str] = frozenset()
    """Config keys that the run changed, and whose former value the cluster did not return."""
    partitions: FormerCount | None = None
    replicas: FormerCount | None = None
    """Of each partition."""
    removed: Mapping[str, int | None] = field(default_factory=dict)
    """Fields whose change removed records, with at most how many; ``None`` where that is not known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CreatedTopic(_Touched):
    """A topic that the run created; a count is ``None`` where the broker chose it."""

    partitions: int | None = None
    replication_factor: int | None = None
    config: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class DeletedTopic(_Touched):
    """A topic that the run deleted, as it was before."""

    partitions: int
    replication_factor: int
    config: Mapping[str, str] = field(default_factory=dict)
    hidden: frozenset[str] = frozenset()
    """Config keys that were set to a value which the cluster did not return."""
    records: int | None = None
    """At most so many records were deleted with it; ``None`` where that is not known."""


TouchedTopic = ChangedTopic | CreatedTopic | DeletedTopic


class NotRestored(NamedTuple):
    """What an undo does not bring back of a topic, and why; ``field`` is also ``records``, ``offsets`` or ``state``."""

    topic: str
    field: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Undo:
    """The undo of one run.

    ``report`` is the path of its report, ``run_id`` the id of the run. ``topics`` are those that it changed, sorted by
    name, and that are to be restored. ``manifest`` is the manifest as it was loaded: it has the rules, and is to be
    patched so that it does not want the changes again.
    """

    report: str
    run_id: str
    topics: Sequence[TouchedTopic]
    manifest: DesiredState
