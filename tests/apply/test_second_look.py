"""What a look decides of a topic whose request ended in doubt."""

from __future__ import annotations

from reconciler.apply.second_look import still_to_do
from reconciler.model import Action, FieldChange, LiveTopic, Operation, Policy, TopicPlan, Verdict
from tests.apply.facts import created, spec

POLICY = Policy()


def live(partitions: int = 1, **overrides: str) -> LiveTopic:
    keys = {key.replace("_", "."): value for key, value in overrides.items()}
    return LiveTopic(name="orders", partitions=partitions, replication_factor=1, overrides=keys)


def grown(before: int, after: int) -> TopicPlan:
    """A topic that is to get more partitions and another retention."""
    changes = (
        FieldChange(field="partitions", before=before, after=after, verdict=Verdict.SAFE),
        FieldChange(field="config.retention.ms", before="1", after="2", verdict=Verdict.SAFE),
    )
    desired = spec("orders", after, retention_ms="2")
    return TopicPlan(action=Action.DRIFT, desired=desired, live=live(before), changes=changes)


def test_a_topic_that_is_not_to_be_seen_is_carried_on_with_as_it_was() -> None:
    topic = created("orders")
    assert still_to_do(topic, Operation.CREATE_TOPICS, None, POLICY) is topic


def test_a_topic_that_is_there_as_wanted_needs_nothing_more() -> None:
    topic = created("orders", 3, retention_ms="1000")
    assert still_to_do(topic, Operation.CREATE_TOPICS, live(3, retention_ms="1000"), POLICY) is None


def test_a_topic_that_somebody_made_with_other_settings_has_drifted() -> None:
    topic = created("orders", 3, retention_ms="1000")
    now = still_to_do(topic, Operation.CREATE_TOPICS, live(5, retention_ms="7"), POLICY)
    assert now is not None
    assert now.action is Action.DRIFT
    assert [(change.field, change.before, change.after, change.verdict) for change in now.changes] == [
        ("partitions", 5, 3, Verdict.IMPOSSIBLE),
        ("config.retention.ms", "7", "1000", Verdict.SAFE),
    ]


def test_partitions_that_are_there_need_no_second_request_whatever_else_differs() -> None:
    assert still_to_do(grown(3, 6), Operation.CREATE_PARTITIONS, live(6, retention_ms="1"), POLICY) is None


def test_partitions_that_somebody_else_raised_too_far_become_impossible_and_the_rest_stays() -> None:
    now = still_to_do(grown(3, 6), Operation.CREATE_PARTITIONS, live(9, retention_ms="1"), POLICY)
    assert now is not None
    assert [(change.field, change.before, change.verdict) for change in now.changes] == [
        ("partitions", 9, Verdict.IMPOSSIBLE),
        ("config.retention.ms", "1", Verdict.SAFE),
    ]


def test_a_value_that_is_not_there_is_sent_again() -> None:
    topic = grown(3, 6)
    assert still_to_do(topic, Operation.ALTER_CONFIGS, live(6, retention_ms="1"), POLICY) == topic
    assert still_to_do(topic, Operation.ALTER_CONFIGS, live(6, retention_ms="2"), POLICY) is None
