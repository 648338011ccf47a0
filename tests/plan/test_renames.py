"""A topic that comes under a new name while one with the same settings goes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.errors import Diagnostic
from reconciler.model import (
    Delete,
    DesiredState,
    Impact,
    LiveState,
    LiveTopic,
    Plan,
    ReadingGroup,
    Risky,
    Scope,
    TopicSpec,
)
from reconciler.plan import notes, plan
from reconciler.plan.alike import pairs, similarity
from tests.support.steps import spec

SETTINGS = {"retention_ms": "86400000", "cleanup_policy": "compact,delete"}


def live(name: str, **config: str) -> LiveTopic:
    keys = {key.replace("_", "."): value for key, value in config.items()}
    return LiveTopic(name=name, partitions=6, replication_factor=3, overrides=keys)


def absent(name: str) -> TopicSpec:
    return replace(spec(name), is_absent=True)


def compared(listed: Sequence[TopicSpec], there: Sequence[LiveTopic], scope: Scope | None = None) -> Plan:
    state = LiveState(cluster_id="c", brokers=3, topics={topic.name: topic for topic in there})
    return plan(DesiredState(topics=listed, scope=scope or Scope()), state)


def renames(made: Plan) -> list[Diagnostic]:
    return [note for note in notes(made) if note.code == "rename-suspected"]


def with_impact(made: Plan, impact: Impact) -> Plan:
    def measured(topic: Delete) -> Delete:
        (change,) = topic.changes
        assert isinstance(change.decision, Risky)
        risk = replace(change.decision.risk, impact=impact)
        return replace(topic, changes=(replace(change, decision=Risky(risk)),))

    return replace(made, topics=tuple(measured(each) if isinstance(each, Delete) else each for each in made.topics))


def test_a_rename_is_said_with_what_goes_with_the_old_topic() -> None:
    new = spec("orders.v2", 6, retention_ms="86400000", cleanup_policy="delete,compact")
    made = compared([absent("orders.v1"), new], [live("orders.v1", **SETTINGS)])
    groups = [ReadingGroup(group=name, type="classic", state="stable") for name in ("billing", "audit")]
    (note,) = renames(with_impact(made, Impact(records=1200, readers=groups)))
    assert note.message == (
        "'orders.v2' looks like a new name of 'orders.v1': Kafka cannot rename topics, so at most 1,200 records "
        "and the committed offsets of 2 groups are deleted with the old topic"
    )
    assert (note.topic, note.origin) == ("orders.v2", new.origin)
    (unmeasured,) = renames(made)
    assert "all records and committed offsets are deleted with the old topic" in unmeasured.message


def test_an_unmanaged_topic_may_be_the_old_name_and_keeps_its_records() -> None:
    scope = Scope(include=["orders.*"])
    (note,) = renames(compared([spec("orders.v2", 6, **SETTINGS)], [live("orders.v1", **SETTINGS)], scope))
    assert "records and committed offsets stay in the old topic" in note.message


@pytest.mark.parametrize(
    "new",
    [
        pytest.param(spec("orders.v2", 7, **SETTINGS), id="other partitions"),
        pytest.param(spec("orders.v2", 6, retention_ms="86400000"), id="one override less"),
        pytest.param(spec("orders.v2", 6, retention_ms="1", cleanup_policy="compact,delete"), id="another value"),
        pytest.param(replace(spec("orders.v2", 6, **SETTINGS), replication_factor=2), id="another replication factor"),
    ],
)
def test_other_settings_are_no_rename(new: TopicSpec) -> None:
    assert not renames(compared([absent("orders.v1"), new], [live("orders.v1", **SETTINGS)]))


def test_topics_without_settings_are_no_rename_unless_their_names_are_similar() -> None:
    assert not renames(compared([absent("audit"), spec("payments")], [live("audit")]))
    assert renames(compared([absent("payments"), spec("payments.v2")], [live("payments")]))


def test_similar_names_belong_together_where_several_topics_have_the_same_settings() -> None:
    old = ["orders.requests", "orders.results", "payments.requests"]
    new = [name.replace(".", ".v2.") for name in old]
    found = pairs([spec(name) for name in new], [live(name) for name in old])
    assert [(pair.new.name, [topic.name for topic in pair.old]) for pair in found] == [
        (one, [other]) for one, other in zip(new, old, strict=True)
    ]


def test_where_names_do_not_tell_all_candidates_are_named() -> None:
    made = compared([absent("orders-a"), absent("orders-c"), spec("orders-b", 6)], [live("orders-a"), live("orders-c")])
    (note,) = renames(made)
    assert note.message.startswith("'orders-b' looks like a new name of 'orders-a' or 'orders-c': ")


def test_many_renames_are_one_warning() -> None:
    old = [f"team-a.topic{number:03}" for number in range(271)]
    new = [name.replace("team-a", "team-b") for name in old]
    made = compared(
        [*map(absent, old), *(spec(name, 6, **SETTINGS) for name in new)], [live(name, **SETTINGS) for name in old]
    )
    (note,) = renames(made)
    assert note.message.startswith("271 new topics look like renames: Kafka cannot rename topics")
    assert "'team-b.topic000' (was 'team-a.topic000')" in note.message
    assert note.message.endswith("and 268 more")


def test_far_too_many_names_are_not_compared() -> None:
    topics = [live(f"old{number}") for number in range(500)]
    assert pairs([spec(f"new{number}") for number in range(500)], topics) == ()


@given(st.lists(st.text("ab.", min_size=1, max_size=4), unique=True), st.data())
def test_no_topic_is_in_two_clear_pairs(names: list[str], data: st.DataObject) -> None:
    number = data.draw(st.integers(0, len(names)))
    new, old = [spec(name) for name in names[:number]], [live(name) for name in names[number:]]
    clear = [pair for pair in pairs(new, old) if len(pair.old) == 1]
    assert len({pair.new.name for pair in clear}) == len(clear)
    assert all(0 <= similarity(one, other) <= 1 for one in names for other in names)
