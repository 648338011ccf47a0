"""How the values of a topic stand to the manifest: as a plan compares them."""

from __future__ import annotations

from hypothesis import given

from reconciler.model import DesiredState, LiveState, Policy
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
