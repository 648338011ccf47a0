"""What holds of every plan."""

from __future__ import annotations

from dataclasses import replace
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from reconciler.model import (
    Action,
    DesiredState,
    Drift,
    LiveState,
    Refused,
    changes_of,
    live_of,
)
from reconciler.plan import plan, sealed
from tests.plan.facts import carried_out, desired_states, live_states, made_changes_of


@given(desired_states(), live_states())
def test_planning_against_what_a_plan_produces_has_no_work_left(desired: DesiredState, live: LiveState) -> None:
    made = plan(desired, live)
    again = plan(desired, carried_out(made, live))
    assert not again.has_work
    impossible = {topic.name: topic.refused_changes for topic in made.topics if isinstance(topic, Drift)}
    assert {topic.name: changes_of(topic) for topic in again.topics if changes_of(topic)} == {
        name: changes for name, changes in impossible.items() if changes
    }


@given(desired_states(), live_states(), st.randoms())
def test_a_plan_does_not_depend_on_order(desired: DesiredState, live: LiveState, random: Random) -> None:
    topics = list(desired.topics)
    random.shuffle(topics)
    names = list(live.topics)
    random.shuffle(names)
    shuffled = plan(replace(desired, topics=topics), replace(live, topics={name: live.topics[name] for name in names}))
    assert shuffled == plan(desired, live)


@given(desired_states(), live_states())
def test_a_topic_is_created_exactly_when_it_is_absent(desired: DesiredState, live: LiveState) -> None:
    for topic in plan(desired, live).topics:
        assert (topic.action is Action.CREATE) == (topic.name not in live.topics)
        assert (topic.action is Action.DRIFT) == bool(changes_of(topic))


@given(desired_states(), live_states())
def test_partitions_never_shrink_and_replicas_never_move(desired: DesiredState, live: LiveState) -> None:
    for topic in plan(desired, live).topics:
        for change in made_changes_of(topic):
            assert change.field != "replication_factor"
            assert change.field != "partitions" or int(change.after or 0) > int(change.before or 0)


@given(desired_states(), live_states())
def test_the_fingerprint_changes_with_the_live_state(desired: DesiredState, live: LiveState) -> None:
    def fingerprint(live: LiveState) -> str | None:
        return sealed(plan(desired, live)).fingerprint

    made = sealed(plan(desired, live))
    assert made.fingerprint == fingerprint(live)
    assert made.fingerprint != fingerprint(replace(live, cluster_id="another"))
    for topic in made.topics:
        found = live_of(topic)
        if found is not None:
            grown = replace(found, partitions=found.partitions + 1)
            assert made.fingerprint != fingerprint(replace(live, topics=dict(live.topics) | {topic.name: grown}))


@given(desired_states(), live_states())
def test_every_refusal_has_its_reason_and_a_way_out(desired: DesiredState, live: LiveState) -> None:
    for topic in plan(desired, live).topics:
        for change in changes_of(topic):
            if isinstance(change.decision, Refused):
                assert change.decision.refusal.reason
                assert change.decision.refusal.way_out
