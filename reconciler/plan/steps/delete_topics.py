"""DeleteTopics: a topic with its records and the committed offsets of its groups (KIP-4)."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from reconciler.model import Delete, Difference, FieldChange, LiveTopic, TopicPlan
from reconciler.plan.steps.step import Answers, TakesRequests, among, only_changes


class DeleteTopics:
    """Topics that are there and should not be."""

    is_of_whole_topics = True
    can_be_validated = False

    def fields(self, topic: TopicPlan) -> tuple[str, ...]:
        """The state."""
        return tuple(change.field for change in self.changes(topic))

    def changes(self, topic: TopicPlan) -> Sequence[FieldChange]:
        """The change of the state from present to absent."""
        return topic.made_changes if isinstance(topic, Delete) else ()

    def only(self, topic: TopicPlan, fields: Collection[str]) -> TopicPlan:
        """The topic with no other changes than these."""
        return only_changes(topic, fields)

    def weight(self, topic: TopicPlan) -> int:
        """A record for the topic, and one for each of its overrides."""
        return 1 + len(topic.live.overrides) if isinstance(topic, Delete) and self.changes(topic) else 0

    def send(self, topics: Sequence[TopicPlan], cluster: TakesRequests) -> Answers:
        """Have ``cluster`` delete the topics."""
        return cluster.delete({topic.name: topic.live.topic_id for topic in topics if isinstance(topic, Delete)})

    def lacking(self, topic: TopicPlan, differing: Sequence[Difference]) -> Sequence[Difference]:
        """The state where the topic is still there."""
        return among(self.changes(topic), differing)

    def keys_set(self, _topic: TopicPlan) -> Sequence[str]:
        """None."""
        return ()

    def is_ignored(self, _topic: TopicPlan, _lacking: Difference, _live: LiveTopic) -> bool:
        """Never: brokers delete topics or refuse to."""
        return False
