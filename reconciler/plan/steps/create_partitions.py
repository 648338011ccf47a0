"""CreatePartitions: more partitions for a topic (KIP-195)."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from reconciler.model import Difference, Drift, FieldChange, LiveTopic, TopicPlan
from reconciler.plan.steps.step import Answers, TakesRequests, among, only_changes


class CreatePartitions:
    """Topics whose partition count is raised."""

    is_of_whole_topics = False
    can_be_validated = True

    def fields(self, topic: TopicPlan) -> tuple[str, ...]:
        """The partition count."""
        return tuple(change.field for change in self.changes(topic))

    def changes(self, topic: TopicPlan) -> Sequence[FieldChange]:
        """The change of the partition count."""
        return [each for each in topic.made_changes if each.field == "partitions"] if isinstance(topic, Drift) else ()

    def only(self, topic: TopicPlan, fields: Collection[str]) -> TopicPlan:
        """The topic with no other changes than these."""
        return only_changes(topic, fields)

    def weight(self, topic: TopicPlan) -> int:
        """A record for each new partition."""
        return self._total(topic) - topic.live.partitions if isinstance(topic, Drift) and self.changes(topic) else 0

    def send(self, topics: Sequence[TopicPlan], cluster: TakesRequests) -> Answers:
        """Have ``cluster`` raise the counts to the new totals."""
        return cluster.add_partitions({topic.name: self._total(topic) for topic in topics})

    def lacking(self, topic: TopicPlan, differing: Sequence[Difference]) -> Sequence[Difference]:
        """The partition count where it is another one."""
        return among(self.changes(topic), differing)

    def keys_set(self, _topic: TopicPlan) -> Sequence[str]:
        """None."""
        return ()

    def is_ignored(self, _topic: TopicPlan, _lacking: Difference, _live: LiveTopic) -> bool:
        """Never: brokers add partitions or refuse to."""
        return False

    def _total(self, topic: TopicPlan) -> int:
        (change,) = self.changes(topic)
        return int(change.after or 0)
