"""The ids of topics in an earlier report, to find those that were deleted and created again since (KIP-516)."""

from __future__ import annotations

from collections.abc import Mapping

from reconciler.model import Action, FormerId, TopicStatus
from reconciler.report.document import Report, Topic

_AS_IN_KAFKA = str.maketrans("+/", "-_")
"""Reports of format 1.0 spell ids in another alphabet than Kafka's own tools."""


def former_ids(report: Report, path: str) -> Mapping[str, FormerId]:
    """The id that each topic had after the run of ``report``, which is the file ``path``; without unknown ones.

    A report of format 1.0 has hardly any: only those of topics that were to be deleted. Of an audit, a topic that was
    recreated keeps its former id until a waiver has accepted that, and one that could not be read keeps it, too.
    """
    return {topic.name: found for topic in report.topics if (found := _former(topic, path)) is not None}


def _former(topic: Topic, path: str) -> FormerId | None:
    kept = next((each.former_topic_id for each in topic.drift if each.former_topic_id and each.waiver is None), None)
    if kept is not None:
        return FormerId(topic_id=kept, report=topic.recreated.report if topic.recreated is not None else path)
    topic_id = _id_after(topic)
    return FormerId(topic_id=topic_id.translate(_AS_IN_KAFKA), report=path) if topic_id is not None else None


def _id_after(topic: Topic) -> str | None:
    if topic.verification is not None and topic.verification.topic_id is not None:
        return topic.verification.topic_id
    was_deleted = topic.action is Action.DELETE and topic.status is TopicStatus.APPLIED
    return topic.live.topic_id if topic.live is not None and not was_deleted else None
