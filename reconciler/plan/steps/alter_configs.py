"""IncrementalAlterConfigs: single configuration values set or reset (KIP-339)."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence

from reconciler.model import Difference, Drift, FieldChange, LiveTopic, TopicPlan
from reconciler.plan.steps.step import (
    REPLICATION_FACTOR,
    Answers,
    TakesRequests,
    among,
    only_changes,
    records_of,
)


class AlterConfigs:
    """Topics of which configuration values are set, or reset to what the broker gives: those that ``belong`` here.

    What belongs may depend on a change of the replication factor.
    """

    is_of_whole_topics = False
    can_be_validated = True

    def __init__(self, belongs: Callable[[Drift, FieldChange], bool]) -> None:
        self._belongs = belongs

    def fields(self, topic: TopicPlan) -> tuple[str, ...]:
        """The keys. Resets come first: one of them may be what makes the other changes possible."""
        return tuple(change.field for change in sorted(self.changes(topic), key=_resets_first))

    def changes(self, topic: TopicPlan) -> Sequence[FieldChange]:
        """The changes of configuration values."""
        if not isinstance(topic, Drift):
            return ()
        return [each for each in topic.made_changes if each.config_key is not None and self._belongs(topic, each)]

    def only(self, topic: TopicPlan, fields: Collection[str]) -> TopicPlan:
        """The topic with no other changes than these, and the one that decides what belongs here."""
        return only_changes(topic, {*fields, REPLICATION_FACTOR})

    def weight(self, topic: TopicPlan) -> int:
        """A record for each value."""
        return records_of(self._values(topic))

    def send(self, topics: Sequence[TopicPlan], cluster: TakesRequests) -> Answers:
        """Have ``cluster`` set the values."""
        return cluster.alter_configs({topic.name: self._values(topic) for topic in topics})

    def lacking(self, topic: TopicPlan, differing: Sequence[Difference]) -> Sequence[Difference]:
        """The keys that have another value."""
        return among(self.changes(topic), differing)

    def keys_set(self, topic: TopicPlan) -> Sequence[str]:
        """The keys that get a value."""
        return [key for key, value in self._values(topic).items() if value is not None]

    def is_ignored(self, topic: TopicPlan, lacking: Difference, _live: LiveTopic) -> bool:
        """Whether the value is the one that was there when the topic was planned."""
        before = {change.field: change.before for change in self.changes(topic)}
        return lacking.field in before and lacking.before == before[lacking.field]

    def _values(self, topic: TopicPlan) -> Mapping[str, str | None]:
        return {
            change.config_key: str(change.after) if change.after is not None else None
            for change in self.changes(topic)
            if change.config_key is not None
        }


def _resets_first(change: FieldChange) -> bool:
    return change.after is not None
