"""What a plan tells of another replication factor, against what another client sees of brokers and their disks."""

from __future__ import annotations

import json
import shutil
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from confluent_kafka.admin import AclBinding, AclOperation, AclPermissionType, ResourcePatternType, ResourceType
from kafka import TopicPartition
from kafka.admin import KafkaAdminClient

from reconciler.clock import TimeLimit
from reconciler.cluster.connection import Connection
from reconciler.cluster.measurements import Measurements
from reconciler.model import Wanted
from reconciler.sandbox import Sandbox
from tests.broker.another_client import SECONDS, AnotherClient
from tests.broker.measuring import KEPT, produce
from tests.support.command import Finished, RunReconciler
from tests.support.secured import Secured, allowed

Plan = Callable[..., Finished]


@pytest.fixture
def client(kafka3: Sandbox, prefix: str) -> Iterator[AnotherClient]:
    """The topics that begin with ``prefix`` are gone after the test."""
    client = AnotherClient(kafka3)
    yield client
    named = [name for name in client.admin.list_topics(timeout=SECONDS).topics if name.startswith(prefix)]
    for each in client.admin.delete_topics(named).values() if named else ():
        each.result(SECONDS)


@pytest.fixture
def plan(kafka3: Sandbox, reconciler: RunReconciler, tmp_path: Path) -> Plan:
    """Plan topics with the replication factor 3, or the settings given."""

    def run(*names: str, command: str = "plan", more: tuple[str, ...] = (), **settings: Any) -> Finished:
        wanted = {"replication_factor": 3, **settings}
        manifest = {"version": 1, "topics": dict.fromkeys(names, wanted)}
        (tmp_path / "topics.yaml").write_text(json.dumps(manifest))
        return reconciler(command, "--bootstrap-server", kafka3.bootstrap_servers, "-o", "json", *more)

    return run


def changes(done: Finished) -> list[Any]:
    return [change for topic in done.report["topics"] for change in topic["changes"]]


def test_the_bytes_and_the_brokers_are_those_that_another_client_sees(
    kafka3: Sandbox, client: AnotherClient, plan: Plan, prefix: str
) -> None:
    client.create(prefix, partitions=3, config=KEPT)
    for partition in range(3):
        produce(kafka3, prefix, [1] * (partition + 1), partition=partition, size=50_000)
    second = KafkaAdminClient(bootstrap_servers=kafka3.bootstrap_servers)
    answers = second.describe_log_dirs({prefix: [0, 1, 2]})
    second.close()
    sizes = {
        replica["partition_index"]: replica["partition_size"]
        for answer in answers
        for log_dir in answer["log_dirs"]
        for topic in log_dir["topics"]
        for replica in topic["partitions"]
    }
    [change] = changes(plan(prefix, config=KEPT))
    impact = change["impact"]
    assert (change["verdict"], change["consent"]["kind"]) == ("risky", "replication-change")
    assert impact["bytes"] == 2 * sum(sizes.values()) > 600_000
    before = client.replicas(prefix)
    assert [move["before"] for move in impact["moves"]] == before
    assert all(sorted(move["after"]) == [1, 2, 3] for move in impact["moves"])
    received = {
        broker: sum(sizes[number] for number, [there] in enumerate(before) if there != broker) for broker in (1, 2, 3)
    }
    assert {each["id"]: each["bytes"] for each in impact["receiving"]} == {
        broker: number for broker, number in received.items() if number
    }
    total = shutil.disk_usage("/").total
    assert all(0 < each["free"] <= total for each in impact["receiving"])
    assert {each["rack"] for each in impact["receiving"]} <= {"rack-1", "rack-2", "rack-3"}


def test_fifty_topics_cost_no_more_requests_than_one_and_are_spread_evenly(
    client: AnotherClient, plan: Plan, prefix: str
) -> None:
    names = [f"{prefix}.{number:02}" for number in range(50)]
    for name in names:
        client.create(name)
    one, all_of_them = plan(names[0], replication_factor=2), plan(*names, replication_factor=2)

    def measuring(done: Finished) -> dict[str, int]:
        requests = done.report["statistics"]["requests"]
        return {api: requests[api] for api in ("describe_log_dirs", "describe_cluster", "metadata")}

    assert measuring(one) == measuring(all_of_them)
    moves = [change["impact"]["moves"][0] for change in changes(all_of_them)]
    assert len(moves) == 50
    topics = client.admin.list_topics(timeout=60).topics.values()  # those of other tests too
    there = Counter(broker for topic in topics for each in topic.partitions.values() for broker in each.replicas)
    assert spread(there + Counter(set(move["after"]).difference(move["before"]).pop() for move in moves)) <= max(
        1, spread(there)
    )


def spread(load: Counter[int]) -> int:
    return max(load.values()) - min(load.values())


def test_partitions_with_different_numbers_of_replicas_are_drift(
    kafka3: Sandbox, client: AnotherClient, plan: Plan, prefix: str
) -> None:
    """As a move of some partitions leaves them, with nothing under way."""
    client.create(prefix, partitions=2, replicas=3)
    second = KafkaAdminClient(bootstrap_servers=kafka3.bootstrap_servers)
    second.alter_partition_reassignments({TopicPartition(prefix, 0): client.replicas(prefix)[0][:2]})
    second.close()
    while len(client.replicas(prefix)[0]) != 2:
        pass  # each look waits for a broker
    [lowered] = changes(plan(prefix, replication_factor=2))
    assert (lowered["before"], lowered["after"], lowered["consent"]["kind"]) == (3, 2, "durability-loss")
    assert [move["partition"] for move in lowered["impact"]["moves"]] == [1]
    [raised] = changes(plan(prefix))
    assert (raised["before"], raised["consent"]["kind"]) == (2, "replication-change")
    assert [move["partition"] for move in raised["impact"]["moves"]] == [0]
    assert plan(prefix, replication_factor=2, command="drift").code == 2
    shown = json.loads(plan(prefix, replication_factor=2, command="explain", more=(prefix,)).stdout)
    [found] = [each for each in shown["values"] if each["field"] == "replication_factor"]
    assert (found["status"], found["live"]["value"]) == ("differs", 3)


def test_the_cluster_tells_who_may_move_replicas(secured_kafka: Secured, prefix: str) -> None:
    client = AnotherClient(secured_kafka.sandbox)
    client.create(prefix)
    literal, allow = ResourcePatternType.LITERAL, AclPermissionType.ALLOW
    operations = (AclOperation.DESCRIBE, AclOperation.ALTER)
    rules = [
        AclBinding(ResourceType.BROKER, "kafka-cluster", literal, "User:planner", "*", operation, allow)
        for operation in operations
    ]

    def may_move(user: str) -> bool:
        connection = Connection(secured_kafka.login(user), limit=TimeLimit(60))
        brokers = Measurements(connection).measure(Wanted(replicas=[prefix], brokers=True)).brokers
        connection.close()
        assert brokers is not None
        assert brokers.obstacle is None
        return "ALTER" in (brokers.operations or ())

    assert not may_move("guest")
    assert may_move("admin")
    assert not may_move("planner")
    with allowed(client.admin, *rules):
        while not may_move("planner"):
            pass  # each look waits for the broker, which learns of the rules soon
    client.delete(prefix)
