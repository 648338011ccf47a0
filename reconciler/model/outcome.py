"""What was done of a plan."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from reconciler.model.failure import EXPECTED, KafkaFailure
from reconciler.model.placement import Move
from reconciler.model.refusal import Refusal


class Operation(StrEnum):
    """A kind of write, in the order in which they are made."""

    CREATE_TOPICS = "create_topics"
    CREATE_PARTITIONS = "create_partitions"
    ALTER_CONFIGS = "incremental_alter_configs"
    MOVE_REPLICAS = "alter_partition_reassignments"
    ALTER_CONFIGS_AFTER_MOVES = "incremental_alter_configs_after_moves"
    """Of what would stop producers before the replicas are there."""
    DELETE_TOPICS = "delete_topics"


class TopicStatus(StrEnum):
    """The status of a topic, or of one change."""

    PLANNED = "planned"
    APPLIED = "applied"
    FAILED = "failed"
    REFUSED = "refused"
    STALE = "stale"
    """Somebody else created or changed the topic after it was planned, so the plan no longer fits."""
    UNKNOWN = "unknown"
    NOT_ATTEMPTED = "not_attempted"
    UNCHANGED = "unchanged"


class Verification(StrEnum):
    """What reading back a write showed."""

    VERIFIED = "verified"
    MISMATCH = "mismatch"
    NOT_VISIBLE = "not_visible"
    UNVERIFIABLE = "unverifiable"
    """The broker accepted the write but does not return it, or reading the topic is not authorized."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One write request, as far as it concerns one topic.

    ``found_applied``: the response was lost, and reading back showed that the request had been carried out.
    """

    operation: Operation
    number: int
    started_at: datetime
    duration_seconds: float
    failure: KafkaFailure | None = None
    found_applied: bool = False

    @property
    def may_have_happened(self) -> bool:
        """Whether the request may have been carried out: accepted, unanswered, or there already."""
        failure = self.failure
        return failure is None or self.found_applied or not failure.outcome_known or failure.error_class == EXPECTED


class MoveState(StrEnum):
    """How far the move of a partition's replicas is."""

    NOT_BEGUN = "not_begun"
    MOVING = "moving"
    """The cluster is copying; it goes on whether this run does or not."""
    DONE = "done"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class MoveProgress:
    """How far the move of a partition's replicas is.

    ``bytes`` is what is to be copied to all brokers that get a replica, ``copied`` what they have; ``None`` where the
    cluster does not tell. ``failure`` is why it failed.
    """

    move: Move
    state: MoveState = MoveState.NOT_BEGUN
    bytes: int | None = None
    copied: int | None = None
    failure: KafkaFailure | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What was done of one topic's plan; ``changes`` maps a field to the status of its change."""

    name: str
    status: TopicStatus
    changes: Mapping[str, TopicStatus] = field(default_factory=dict)
    attempts: Sequence[Attempt] = ()
    verification: Verification | None = None
    verified_at: datetime | None = None
    topic_id: str | None = None
    """The id that was read back."""
    done_by_others: frozenset[str] = frozenset()
    """Fields that were as wanted before this run came to write them, so that nothing was sent for them."""
    moves: Sequence[MoveProgress] = ()
    """The partitions that get other replicas, by number."""
    failure: KafkaFailure | None = None
    refusal: Refusal | None = None

    def made(self, operation: Operation) -> bool:
        """Whether a request of this run did ``operation``, not somebody else before it."""
        return self.status is TopicStatus.APPLIED and any(
            attempt.operation is operation and (attempt.failure is None or not attempt.failure.outcome_known)
            for attempt in self.attempts
        )
