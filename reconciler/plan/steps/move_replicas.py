"""AlterPartitionReassignments: other replicas for the partitions of a topic (KIP-455).

The cluster copies in its own time, so this is no single request: ``apply/moving.py`` sends it in rounds, and waits.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from reconciler.model import Difference, Drift, FieldChange, Impact, LiveTopic, Move, Risk, Risky, TopicPlan
from reconciler.plan.steps.step import REPLICATION_FACTOR, among, only_changes


class MoveReplicas:
    """Topics whose replication factor changes."""

    is_of_whole_topics = False

    def fields(self, topic: TopicPlan) -> tuple[str, ...]:
        """The replication factor."""
        return tuple(change.field for change in self.changes(topic))

    def changes(self, topic: TopicPlan) -> Sequence[FieldChange]:
        """The change of the replication factor."""
        return (
            [each for each in topic.made_changes if each.field == REPLICATION_FACTOR]
            if isinstance(topic, Drift)
            else ()
        )

    def only(self, topic: TopicPlan, fields: Collection[str]) -> TopicPlan:
        """The topic with no other changes than these."""
        return only_changes(topic, fields)

    def lacking(self, topic: TopicPlan, differing: Sequence[Difference]) -> Sequence[Difference]:
        """The replication factor where it is another one."""
        return among(self.changes(topic), differing)

    def keys_set(self, _topic: TopicPlan) -> Sequence[str]:
        """None."""
        return ()

    def is_ignored(self, _topic: TopicPlan, _lacking: Difference, _live: LiveTopic) -> bool:
        """Never: brokers move replicas or refuse to."""
        return False


def moves_of(topic: TopicPlan) -> Sequence[Move]:
    """The moves that were reviewed with the change of the replication factor; none where it is not changed."""
    for change in topic.made_changes if isinstance(topic, Drift) else ():
        match change.decision:
            case Risky(risk=Risk(impact=Impact(moves=moves))) if change.field == REPLICATION_FACTOR:
                return moves
            case _:
                pass
    return ()


def waits_for_replicas(topic: Drift, change: FieldChange) -> bool:
    """Whether ``change`` is to be made once the topic has more replicas: those of this run, or those under way.

    ``min.insync.replicas`` counts against all replicas, those that are still copying included, so raised too early it
    stops every producer that waits for acknowledgements (``Partition.effectiveMinIsr``).
    """
    return change.field == "config.min.insync.replicas" and _is_raised(change) and _gets_more(topic)


def _is_raised(change: FieldChange) -> bool:
    return change.after is not None and int(change.after) > int(change.before or 1)


def _gets_more(topic: Drift) -> bool:
    moving = topic.live.moving
    if moving is not None and moving.changes_number:  # fewer, perhaps: then nothing is lost by waiting
        return True
    return any(
        int(each.after or 0) > int(each.before or 0) for each in topic.made_changes if each.field == REPLICATION_FACTOR
    )
