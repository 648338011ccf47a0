"""What a query reads of a real cluster, and what it does not ask for."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from confluent_kafka.admin import (
    AclBinding,
    AclOperation,
    AclPermissionType,
    NewTopic,
    ResourcePatternType,
    ResourceType,
)

from reconciler.clock import TimeLimit
from reconciler.cluster.connection import Connection
from reconciler.cluster.reader import Reader
from reconciler.model import Facet, LiveBroker, LivePartition, LiveState, Query
from reconciler.sandbox import Sandbox, start
from tests.broker.another_client import OFFSETS, AnotherClient

EVERYTHING = frozenset(Facet)


def read(kafka: Sandbox, query: Query) -> tuple[LiveState, dict[str, int]]:
    """What ``query`` reads, and the requests that it took."""
    connection = Connection({"bootstrap.servers": kafka.bootstrap_servers}, limit=TimeLimit(60))
    connection._patience = 60  # the requests are counted, and a broker under load is slow
    state = Reader(connection).read(query)
    connection.close()
    return state, dict(connection.requests)


def test_replicas_are_read_without_a_request_of_their_own(kafka3: Sandbox, prefix: str) -> None:
    client = AnotherClient(kafka3)
    client.create(f"{prefix}.seen")
    new = NewTopic(prefix, num_partitions=2, replica_assignment=[[1, 2], [3, 1]])
    client.admin.create_topics([new])[prefix].result(60)
    while prefix not in client.admin.list_topics(timeout=60).topics:
        pass  # each look waits for the broker's answer
    found: LiveState | None = None
    while found is None or prefix not in found.topics or None in _leaders(found, prefix):
        found, requests = read(kafka3, Query(globs=[prefix], facets=frozenset({Facet.REPLICAS})))
    assert found.topics[prefix].replicas == (
        LivePartition(partition=0, leader=1, replicas=(1, 2), in_sync=(1, 2)),
        LivePartition(partition=1, leader=3, replicas=(3, 1), in_sync=(1, 3)),
    )
    assert requests == {"metadata": 1}
    plain, _ = read(kafka3, Query(names=[f"{prefix}.seen"]))
    assert plain.topics[f"{prefix}.seen"].replicas is None


def _leaders(state: LiveState, topic: str) -> list[int | None]:
    return [partition.leader for partition in state.topics[topic].replicas or ()]


def test_brokers_have_their_racks_where_they_are_asked_for(kafka3: Sandbox) -> None:
    with_racks, requests = read(kafka3, Query(facets=frozenset({Facet.RACKS})))
    assert with_racks.nodes == [LiveBroker(id=node, rack=f"rack-{node}") for node in (1, 2, 3)]
    assert (with_racks.brokers, requests) == (3, {"metadata": 1, "describe_cluster": 1})
    without, requests = read(kafka3, Query())
    assert without.nodes == [LiveBroker(id=node) for node in (1, 2, 3)]
    assert requests == {"metadata": 1}


def test_a_topic_that_was_made_anew_has_another_id(kafka: Sandbox, prefix: str) -> None:
    client = AnotherClient(kafka)
    ids = []
    for _ in range(2):
        client.create(prefix)
        state, requests = read(kafka, Query(names=[prefix], facets=frozenset({Facet.IDS})))
        assert requests == {"metadata": 1, "describe_topics": 1}
        assert state.topics[prefix].topic_id == client.topic_id(prefix)
        ids.append(state.topics[prefix].topic_id)
        client.delete(prefix)
    assert len(set(ids)) == 2


def test_unmanaged_topics_are_read_by_globs_and_internal_ones_are_marked(kafka: Sandbox, prefix: str) -> None:
    client = AnotherClient(kafka)
    for name in ("a.one", "a.two", "b"):
        client.create(f"{prefix}.{name}", config={"retention.ms": "1000"})
    client.make_offsets_topic(f"{prefix}.b")
    everything, _ = read(kafka, Query(globs=["*"], facets=frozenset()))
    assert {f"{prefix}.a.one", f"{prefix}.a.two", f"{prefix}.b", OFFSETS} <= everything.topics.keys()
    assert [name for name, topic in everything.topics.items() if topic.is_internal] == [OFFSETS]
    some, _ = read(kafka, Query(names=[f"{prefix}.b", f"{prefix}.none"], globs=[f"{prefix}.a.*", f"{prefix}.b"]))
    assert sorted(some.topics) == [f"{prefix}.a.one", f"{prefix}.a.two", f"{prefix}.b"]
    assert all(topic.overrides == {"retention.ms": "1000"} for topic in some.topics.values())
    assert (some.unreadable, everything.topics[f"{prefix}.b"].overrides) == ({}, {})


def test_inherited_values_are_read_for_the_keys_asked_for_or_for_all(kafka: Sandbox, prefix: str) -> None:
    AnotherClient(kafka).create(prefix, config={"retention.ms": "1000"})
    keys = ["retention.ms", "cleanup.policy"]
    some, _ = read(kafka, Query(names=[prefix], keys=keys, keys_by_topic={prefix: ["min.insync.replicas"]}))
    assert some.topics[prefix].inherited == {"cleanup.policy": "delete", "min.insync.replicas": "1"}
    every, _ = read(kafka, Query(names=[prefix], keys=None))
    assert {"cleanup.policy", "segment.bytes", "compression.type"} <= every.topics[prefix].inherited.keys()
    assert len(every.topics[prefix].inherited) > 30
    assert every.topics[prefix].overrides == {"retention.ms": "1000"}


def test_everything_at_once_takes_a_request_for_each_facet(kafka: Sandbox, prefix: str) -> None:
    AnotherClient(kafka).create(prefix)
    state, requests = read(kafka, Query(names=[prefix], facets=EVERYTHING))
    assert requests == {"metadata": 1, "describe_configs": 1, "describe_topics": 1, "describe_cluster": 1}
    topic = state.topics[prefix]
    assert topic.topic_id
    assert topic.replicas
    assert state.nodes == [LiveBroker(id=1, rack="rack-1")]


@pytest.fixture(scope="module")
def guarded() -> Iterator[Sandbox]:
    """A Kafka where everybody may do everything that no rule forbids."""
    properties = {
        "authorizer.class.name": "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
        "allow.everyone.if.no.acl.found": "true",
    }
    with start(properties=properties) as sandbox:
        yield sandbox


def rule(client: AnotherClient, topic: str, operation: AclOperation, permission: AclPermissionType) -> None:
    literal = ResourcePatternType.LITERAL
    binding = AclBinding(ResourceType.TOPIC, topic, literal, "User:ANONYMOUS", "*", operation, permission)
    for answer in client.admin.create_acls([binding]).values():
        answer.result(60)


def test_permitted_operations_are_those_that_the_rules_leave(guarded: Sandbox) -> None:
    client = AnotherClient(guarded)
    for name in ("open", "read-only", "no-alter", "hidden"):
        client.create(name)
    rule(client, "read-only", AclOperation.DESCRIBE, AclPermissionType.ALLOW)
    rule(client, "no-alter", AclOperation.ALL, AclPermissionType.ALLOW)
    rule(client, "no-alter", AclOperation.ALTER_CONFIGS, AclPermissionType.DENY)
    rule(client, "hidden", AclOperation.CREATE, AclPermissionType.ALLOW)
    while client.exists("hidden"):
        pass  # each look waits for the broker's answer
    wanted = Query(names=["open", "read-only", "no-alter", "hidden", "none"], facets=frozenset({Facet.OPERATIONS}))
    state, requests = read(guarded, wanted)
    permitted = {name: topic.operations or frozenset() for name, topic in state.topics.items()}
    assert permitted["read-only"] == {"DESCRIBE"}
    assert {"ALTER", "ALTER_CONFIGS", "DELETE"} <= permitted["open"]
    assert permitted["open"] - permitted["no-alter"] == {"ALTER_CONFIGS"}
    assert state.unreadable.keys() == {"hidden"}
    assert state.unreadable["hidden"].name == "TOPIC_AUTHORIZATION_FAILED"
    assert "CREATE" in (state.operations or ())
    assert requests == {"metadata": 1, "describe_topics": 2, "describe_cluster": 1}
