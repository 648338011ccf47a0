"""Unmanaged topics, and their deletion with ``--prune``."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import pytest

from reconciler.errors import Location
from reconciler.model import (
    Action,
    Delete,
    DesiredState,
    Facet,
    InSync,
    KafkaFailure,
    LiveState,
    LiveTopic,
    Plan,
    Policy,
    Query,
    Refused,
    RiskKind,
    Risky,
    Scope,
    TopicSpec,
    Unreadable,
)
from reconciler.plan import notes, plan
from reconciler.plan.deletable import with_denied_deletes
from reconciler.plan.fingerprint import sealed
from reconciler.plan.prune import with_pruning
from tests.support.steps import REFUSED, spec

PLACE = Location("topics.yaml", 2, 8)
EVERYTHING = Scope(include=["*"], origin=PLACE)


def live(*names: str, unreadable: Sequence[str] = ()) -> LiveState:
    topics = {name: LiveTopic(name=name, partitions=1, replication_factor=1) for name in names}
    return LiveState(cluster_id="c", brokers=1, topics=topics, unreadable=dict.fromkeys(unreadable, REFUSED))


def compared(state: LiveState, scope: Scope, *listed: TopicSpec, left_out: Sequence[str] = ()) -> Plan:
    desired = DesiredState(topics=listed, scope=scope, left_out=list(map(spec, left_out)))
    return plan(desired, state)


def pruned(made: Plan, *listed: TopicSpec, scope: Scope = EVERYTHING, left_out: Sequence[str] = ()) -> Plan:
    return with_pruning(made, desired=DesiredState(topics=listed, scope=scope, left_out=list(map(spec, left_out))))


def names(topics: Sequence[LiveTopic]) -> list[str]:
    return [topic.name for topic in topics]


def absent(name: str) -> TopicSpec:
    return replace(spec(name), is_absent=True)


def test_topics_in_the_scope_that_the_manifest_does_not_list_are_unmanaged() -> None:
    scope = Scope(include=["orders.*", "payments.*"], exclude=["*.tmp"])
    made = compared(live("orders.a", "orders.b", "orders.tmp", "payments.a", "else"), scope, spec("orders.a"))
    assert names(made.unmanaged) == ["orders.b", "payments.a"]


def test_internal_and_protected_topics_are_never_unmanaged() -> None:
    state = live("__consumer_offsets", "__cluster_metadata", "_schemas", "_confluent-metrics", "mine")
    assert names(compared(state, EVERYTHING).unmanaged) == ["mine"]
    unprotected = DesiredState(topics=[], scope=EVERYTHING, policy=Policy(protected_topics=[]))
    assert "__consumer_offsets" not in names(plan(unprotected, state).unmanaged)


def test_without_a_scope_nothing_is_unmanaged() -> None:
    assert compared(live("a", "b"), Scope(), spec("a")).unmanaged == ()


def test_a_topic_of_the_manifest_that_this_run_ignores_is_managed_all_the_same() -> None:
    assert names(compared(live("a", "b"), EVERYTHING, left_out=["a"]).unmanaged) == ["b"]


def test_only_the_chosen_unmanaged_topics_are_read_and_planned() -> None:
    scope = replace(EVERYTHING, only=("tmp.*",))
    assert names(compared(live("tmp.a", "orders"), scope).unmanaged) == ["tmp.a"]
    query = Query.of([spec("orders")], scope=scope)
    assert query.matches("tmp.a")
    assert not query.matches("payments")


def test_pruning_deletes_what_is_unmanaged_and_nothing_else() -> None:
    made = pruned(compared(live("a", "b", "c"), EVERYTHING, spec("b")), spec("b"))
    assert [(topic.name, topic.action) for topic in made.topics] == [
        ("a", Action.DELETE),
        ("b", Action.SKIP),
        ("c", Action.DELETE),
    ]
    assert made.unmanaged == ()
    delete = made.topics[0]
    assert isinstance(delete, Delete)
    assert delete.is_unmanaged
    assert delete.desired.origin == PLACE
    (change,) = delete.changes
    assert isinstance(change.decision, Risky)
    assert change.decision.risk.kind is RiskKind.DELETE
    assert pruned(made, spec("b")) == made, "a plan may go through it again"


def test_an_unreadable_topic_is_never_pruned() -> None:
    assert pruned(compared(live(unreadable=["a"]), EVERYTHING)).topics == ()


def test_that_topics_in_the_scope_cannot_be_read_is_said_once() -> None:
    made = compared(live("a", unreadable=["b", "c", "__internal", "listed"]), EVERYTHING, spec("listed"))
    (note,) = (note for note in notes(made) if note.code == "unmanaged-not-read")
    assert note.message.startswith("'b' and 1 more topic in the scope of the manifest cannot be read")
    assert note.hint == REFUSED.remedy


def test_a_topic_with_nearly_the_name_of_a_listed_one_is_not_pruned_and_that_is_said() -> None:
    listed = spec("orders.new")
    state = live("orders_new", "orders_old")
    for left_out in ([], ["orders.old"]):
        made = pruned(compared(state, EVERYTHING, listed, left_out=left_out), listed, left_out=left_out)
        assert names(made.unmanaged) == ["orders_new", *(["orders_old"] if left_out else [])]
        (note,) = (note for note in notes(made) if note.code == "name-collision")
        assert "'orders_new'" in note.message
        assert note.origin == listed.origin


def test_a_topic_that_brokers_make_for_themselves_cannot_be_deleted() -> None:
    desired = DesiredState(topics=[absent("__consumer_offsets")], policy=Policy(protected_topics=[]))
    (topic,) = plan(desired, live("__consumer_offsets")).topics
    assert isinstance(topic, Delete)
    assert isinstance(topic.changes[0].decision, Refused)


def test_a_missing_topic_that_is_to_be_absent_is_in_sync() -> None:
    assert compared(live(), Scope(), absent("a")).topics == (InSync(desired=absent("a"), live=None),)


@dataclass
class Cluster:
    """Topics, and whether they may be deleted; remembers what it was asked."""

    may_delete: dict[str, bool]
    unreadable: dict[str, KafkaFailure] = field(default_factory=dict)
    queries: list[Query] = field(default_factory=list)

    def read(self, query: Query) -> LiveState:
        self.queries.append(query)
        topics = {
            name: LiveTopic(
                name=name,
                partitions=1,
                replication_factor=1,
                topic_id=f"new-id-of-{name}",
                operations=frozenset({"DESCRIBE", "DELETE"} if may_delete else {"DESCRIBE"}),
            )
            for name, may_delete in self.may_delete.items()
            if name in query.names
        }
        return LiveState(cluster_id="c", brokers=1, topics=topics, unreadable=self.unreadable)


def test_permissions_are_read_of_the_topics_to_delete_only() -> None:
    cluster = Cluster({"a": True, "b": True, "c": False})
    desired = absent("a"), spec("b"), absent("c")
    made = with_denied_deletes(compared(live("a", "b", "c"), Scope(), *desired), reader=cluster)
    assert [(list(query.names), query.facets) for query in cluster.queries] == [
        (["a", "c"], frozenset({Facet.OPERATIONS}))
    ]
    (permitted, _, denied) = made.topics
    assert isinstance(permitted, Delete)
    assert isinstance(denied, Delete)
    assert permitted.unchecked is None
    assert denied.unchecked is not None
    assert denied.unchecked.name == "TOPIC_AUTHORIZATION_FAILED"
    assert permitted.live.topic_id is None, "the id of what was compared, not of what has the name by now"
    assert with_denied_deletes(made, reader=cluster) == made
    assert len(cluster.queries) == 1


def test_a_plan_without_deletes_asks_for_no_permissions() -> None:
    cluster = Cluster({})
    made = compared(live("a"), Scope(), spec("a", 3), absent("b"))
    assert with_denied_deletes(made, reader=cluster) is made
    assert not cluster.queries


def test_a_topic_that_is_gone_or_hidden_when_its_permissions_are_read_is_not_deleted() -> None:
    cluster = Cluster({}, unreadable={"c": REFUSED})
    listed = (absent("b"), absent("c"))
    made = pruned(compared(live("a", "b", "c"), EVERYTHING, *listed), *listed)
    assert [type(topic) for topic in made.topics] == [Delete, Delete, Delete]
    assert with_denied_deletes(made, reader=cluster).topics == (
        InSync(desired=listed[0], live=None),
        Unreadable(desired=listed[1], failure=REFUSED),
    )


@pytest.mark.parametrize("wanted", [absent("a"), spec("a", 3), spec("a", 9)])
def test_a_topic_created_again_gives_another_fingerprint(wanted: TopicSpec) -> None:
    states = [live("a"), live("a")]
    states = [
        replace(state, topics={"a": replace(state.topics["a"], topic_id=topic_id)})
        for state, topic_id in zip(states, ("one", "other"), strict=True)
    ]
    one, other = (sealed(compared(state, Scope(), wanted)) for state in states)
    assert one.fingerprint != other.fingerprint
