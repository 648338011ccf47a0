"""How the values of a topic stand to the manifest: as a plan compares them."""

from __future__ import annotations

import pytest
from hypothesis import given

from reconciler.errors import Location
from reconciler.model import STATE, DesiredState, LiveState, LiveTopic, Moving, Policy, Source, TopicSpec
from reconciler.plan.diff import differences
from reconciler.plan.explained import Standing, explained
from tests.plan.facts import desired_states, live_states


@given(desired_states(), live_states())
def test_what_differs_is_what_a_plan_would_change(desired: DesiredState, live: LiveState) -> None:
    for spec in desired.topics:
        topic = live.topics.get(spec.name)
        settings = explained(spec, topic, desired.policy)
        assert len({each.field for each in settings}) == len(settings)
        found = {each.field for each in settings if each.standing in {Standing.DIFFERS, Standing.EXTRA}}
        assert found == {each.field for each in differences(spec, topic, desired.policy)} if topic else found == set()


@given(desired_states(), live_states())
def test_overrides_are_kept_where_the_policy_keeps_them(desired: DesiredState, live: LiveState) -> None:
    for spec in desired.topics:
        topic = live.topics.get(spec.name)
        if topic is not None and not spec.is_absent:
            settings = explained(spec, topic, Policy(keep_extra_config=True))
            kept = {each.field for each in settings if each.standing is Standing.KEPT}
            assert kept == {f"config.{key}" for key in topic.overrides if not spec.names(key)}


@given(live_states())
def test_a_topic_without_a_manifest_has_nothing_to_compare(live: LiveState) -> None:
    for topic in live.topics.values():
        settings = explained(None, topic, Policy())
        assert {each.standing for each in settings} == {None}
        assert {each.field for each in settings} == {
            "partitions",
            "replication_factor",
            *(f"config.{key}" for key in (*topic.overrides, *topic.inherited)),
        }


@pytest.mark.parametrize(
    ("moving", "standing"),
    [
        (None, Standing.DIFFERS),
        (Moving(replication_factor=2), Standing.DIFFERS),
        (Moving(replication_factor=3), Standing.NOT_COMPARED),
        (Moving(), Standing.NOT_COMPARED),
    ],
)
def test_replicas_that_are_being_moved_to_the_wanted_number_are_not_called_different(
    moving: Moving | None, standing: Standing
) -> None:
    live = LiveTopic(name="t", partitions=1, replication_factor=2)
    settings = explained(TopicSpec(name="t", replication_factor=3), live, Policy(), moving)
    assert {each.field: each.standing for each in settings}["replication_factor"] is standing


def test_of_a_topic_to_delete_only_its_state_differs() -> None:
    place = Source("topic", Location("topics.yaml", 1, 1))
    spec = TopicSpec(name="t", partitions=3, is_absent=True, sources={STATE: place})
    settings = explained(spec, LiveTopic(name="t", partitions=1, replication_factor=2), Policy())
    assert {each.field for each in settings if each.standing is not None} == {STATE}
    assert [each.live.value for each in settings if each.field == STATE and each.live] == ["present"]
