"""CreateTopics: a topic with its partitions, replicas and configuration (KIP-4)."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace

from reconciler.model import Create, Difference, FieldChange, LiveTopic, TopicPlan
from reconciler.plan.steps.step import Answers, TakesRequests, records_of

_CONFIG = "config."


class CreateTopics:
    """Topics that are missing and not refused."""

    is_of_whole_topics = True
    can_be_validated = True

    def fields(self, topic: TopicPlan) -> tuple[str, ...]:
        """All that the manifest wants of the topic, counts first."""
        if not isinstance(topic, Create) or not topic.has_work:
            return ()
        desired = topic.desired
        counts = [name for name in ("partitions", "replication_factor") if getattr(desired, name) is not None]
        return (*counts, *(f"{_CONFIG}{key}" for key in desired.config))

    def changes(self, _topic: TopicPlan) -> Sequence[FieldChange]:
        """None: a topic is created as a whole."""
        return ()

    def only(self, topic: TopicPlan, fields: Collection[str]) -> TopicPlan:
        """The topic to create with no other fields than these."""
        desired = topic.desired
        part = replace(
            desired,
            partitions=desired.partitions if "partitions" in fields else None,
            replication_factor=desired.replication_factor if "replication_factor" in fields else None,
            config={key: value for key, value in desired.config.items() if f"{_CONFIG}{key}" in fields},
        )
        return replace(topic, desired=part)

    def weight(self, topic: TopicPlan) -> int:
        """A record for the topic, one for each partition and one for each configuration value."""
        if not isinstance(topic, Create) or not topic.has_work:
            return 0
        return 1 + (topic.desired.partitions or 1) + records_of(topic.desired.config)

    def send(self, topics: Sequence[TopicPlan], cluster: TakesRequests) -> Answers:
        """Have ``cluster`` create the topics."""
        return cluster.create([topic.desired for topic in topics])

    def lacking(self, _topic: TopicPlan, differing: Sequence[Difference]) -> Sequence[Difference]:
        """All that differs: nothing of the topic was there before."""
        return differing

    def keys_set(self, topic: TopicPlan) -> Sequence[str]:
        """All keys that the manifest gives a value."""
        return sorted(topic.desired.config)

    def is_ignored(self, _topic: TopicPlan, lacking: Difference, live: LiveTopic) -> bool:
        """Whether the new topic has no override of the key."""
        return lacking.config_key is not None and lacking.config_key not in live.overrides
