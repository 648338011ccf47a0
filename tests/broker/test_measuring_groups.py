"""Which groups read a topic, found on a real cluster: of both protocols, active, empty, gone, hidden."""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
from confluent_kafka.admin import (
    AclBinding,
    AclOperation,
    AclPermissionType,
    NewTopic,
    ResourcePatternType,
    ResourceType,
)

from reconciler.model import LiveGroup, Measured, Wanted
from reconciler.sandbox import Sandbox, start
from tests.broker.another_client import OFFSETS, AnotherClient
from tests.broker.measuring import commit, has_no_leader, measured, member
from tests.broker.posing import posing
from tests.support.clients import Consumer
from tests.support.command import RunReconciler


def readers(kafka: Sandbox, *topics: str) -> Measured:
    return measured(kafka, Wanted(readers=topics))[0]


def groups(found: Measured) -> dict[str, LiveGroup]:
    return {group.name: group for group in found.groups or ()}


def until(look: Callable[[], Measured], is_so: Callable[[Measured], bool]) -> Measured:
    """What ``look`` finds once it ``is_so``; each look waits for the broker's answer."""
    end = time.monotonic() + 120
    while not is_so(found := look()):
        assert time.monotonic() < end, found
    return found


def test_members_without_commits_are_found_by_both_protocols(kafka: Sandbox, prefix: str) -> None:
    AnotherClient(kafka).create(prefix, partitions=2)
    names = [f"{prefix}.{protocol}" for protocol in ("classic", "consumer")]
    with member(kafka, names[0], prefix), member(kafka, names[1], prefix, group_protocol="consumer"):
        found = readers(kafka, prefix)
    assert found.groups == [
        LiveGroup(name=names[0], type="classic", state="stable", assigned=frozenset({prefix})),
        LiveGroup(name=names[1], type="consumer", state="stable", assigned=frozenset({prefix})),
    ]


def test_a_group_that_rebalances_is_a_reason_because_brokers_do_not_show_what_it_reads_meanwhile(
    kafka: Sandbox, prefix: str
) -> None:
    AnotherClient(kafka).create(prefix)
    first, second = (Consumer({"bootstrap.servers": kafka.bootstrap_servers, "group.id": prefix}) for _ in range(2))
    # With a callback of its own it gives its partitions back only when it polls, and until then the group waits.
    first.subscribe([prefix], on_revoke=lambda *_: None)
    while not first.assignment():
        first.poll(0.1)
    second.subscribe([prefix])
    found = until(lambda: readers(kafka, prefix), lambda each: prefix in str(each.unknown))
    [reason] = found.unknown[""]
    assert reason.why.startswith(f"group {prefix}: while a group rebalances, brokers do not show which topics it reads")
    first.close()
    second.close()


def test_an_empty_group_is_found_by_its_committed_offsets_and_a_deleted_one_is_not(kafka: Sandbox, prefix: str) -> None:
    client = AnotherClient(kafka)
    for topic in (prefix, f"{prefix}.other"):
        client.create(topic, partitions=3)
    client.make_offsets_topic(prefix)
    commit(kafka, f"{prefix}.empty", prefix, {0: 3, 2: 0})
    commit(kafka, f"{prefix}.empty", f"{prefix}.other", {0: 9})
    commit(kafka, f"{prefix}.elsewhere", f"{prefix}.other", {1: 1})
    commit(kafka, f"{prefix}.gone", prefix, {0: 1})
    client.admin.delete_consumer_groups([f"{prefix}.gone"])[f"{prefix}.gone"].result(60)
    found, requests = measured(kafka, Wanted(readers=[prefix]))
    empty = LiveGroup(name=f"{prefix}.empty", type="classic", state="empty", committed={prefix: {0: 3, 2: 0}})
    assert (found.groups, found.unknown) == ([empty], {})
    assert requests["list_consumer_groups"] == requests["list_groups"] == requests["describe_cluster"] == 1
    assert "list_offsets" not in requests


def test_more_partitions_than_a_group_is_asked_for_one_by_one_give_the_same(kafka: Sandbox, prefix: str) -> None:
    client = AnotherClient(kafka)
    client.create(prefix, partitions=30)
    client.create(f"{prefix}.other")
    client.make_offsets_topic(prefix)
    commit(kafka, prefix, prefix, {0: 5, 29: 7})
    commit(kafka, prefix, f"{prefix}.other", {0: 9})
    assert groups(readers(kafka, prefix))[prefix].committed == {prefix: {0: 5, 29: 7}}


def test_a_streams_application_that_is_stopped_is_known_by_its_topics(kafka: Sandbox, prefix: str) -> None:
    client = AnotherClient(kafka)
    client.create(prefix)
    client.create(f"{prefix}-stopped-store-changelog")
    client.make_offsets_topic(prefix)
    commit(kafka, f"{prefix}-stopped", prefix, {0: 0})
    found = readers(kafka, prefix)
    assert {name: group.type for name, group in groups(found).items()} == {f"{prefix}-stopped": "streams"}


def test_a_sink_connector_is_known_by_its_client(kafka: Sandbox, prefix: str) -> None:
    AnotherClient(kafka).create(prefix)
    with member(kafka, f"connect-{prefix}", prefix, client_id=f"connector-consumer-{prefix}-0"):
        assert groups(readers(kafka, prefix))[f"connect-{prefix}"].type == "connect"


@pytest.fixture(scope="module")
def applications() -> Iterator[Sandbox]:
    """A Kafka of its own for groups that outlive a test, with a topic ``t``."""
    with start() as kafka:
        client = AnotherClient(kafka)
        client.create("t", partitions=2)
        client.make_offsets_topic("t")
        yield kafka


def test_a_running_streams_application_and_workers_of_connect_are_known(
    applications: Sandbox, manifest: Callable[[str], None], reconciler: RunReconciler
) -> None:
    commit(applications, "connect-sink", "t", {0: 0})
    manifest("t: {partitions: 3}")
    with posing(applications) as member:
        member.subscribes("app", "t", assignor="stream")
        member.joins("workers", kind="connect", protocol="sessioned")
        found = readers(applications, "t")
        planned = reconciler("plan", "--bootstrap-server", applications.bootstrap_servers, "-o", "json")
    assert found.unknown == {}
    assert groups(found) == {
        "app": LiveGroup(name="app", type="streams", state="stable", assigned=frozenset({"t"})),
        "connect-sink": LiveGroup(name="connect-sink", type="connect", state="empty", committed={"t": {0: 0}}),
    }
    assert planned.code == 3
    [change] = planned.report["topics"][0]["changes"]
    assert (change["consent"]["kind"], change["status"]) == ("partition-increase", "refused")
    notes = {each["group"]: (each["type"], each["note"]) for each in change["impact"]["readers"]}
    assert notes["app"][0] == "streams"
    assert notes["app"][1].startswith("stops: a Kafka Streams application fails")


def test_a_streams_group_is_known_by_its_topology_and_by_its_offsets(applications: Sandbox) -> None:
    client = AnotherClient(applications)
    client.create("read")
    with posing(applications) as member:
        name = member.streams("of-streams", "read")
        running = readers(applications, "read")
        member.stops_streaming("of-streams", name)
        commit(applications, "of-streams", "read", {0: 7})
        stopped = readers(applications, "read")
    assert running.unknown == stopped.unknown == {}
    [group] = running.groups or ()
    assert group == replace(group, name="of-streams", type="streams", assigned=frozenset({"read"}), committed={})
    assert group.state != "unknown"  # which one depends on how far the broker is
    [group] = stopped.groups or ()
    assert (group.type, group.state, group.committed) == ("streams", "empty", {"read": {0: 7}})


def test_a_share_group_is_known_by_its_members_and_by_where_it_starts(applications: Sandbox) -> None:
    client = AnotherClient(applications)
    client.create("shared", partitions=2)
    with posing(applications) as member:
        name = member.shares("shares", "shared")
        running = readers(applications, "shared")
        member.stops_sharing("shares", name)
        member.starts_at("shares", "shared", {1: 5})
        stopped = readers(applications, "shared")
    assert running.unknown == stopped.unknown == {}
    [group] = running.groups or ()
    assert group == replace(group, name="shares", type="share", assigned=frozenset({"shared"}), committed={})
    assert group.state != "unknown"  # likewise
    assert stopped.groups == [LiveGroup(name="shares", type="share", state="empty", committed={"shared": {1: 5}})]


def test_a_share_group_is_a_reason_without_the_second_client(
    applications: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    AnotherClient(applications).create("hidden")
    monkeypatch.setitem(sys.modules, "kafka", None)  # as Python has it for a package that cannot be imported
    with posing(applications) as member:
        member.shares("unknown-shares", "hidden")
        reasons = {each.why for each in readers(applications, "hidden").unknown[""]}
    [reason] = [why for why in reasons if "unknown-shares" in why]
    assert reason.endswith("the Kafka client has no request for it; install kafka-topic-reconciler[reassign]")


@pytest.fixture(scope="module")
def guarded() -> Iterator[Sandbox]:
    """A Kafka where everybody may do everything that no rule forbids."""
    properties = {
        "authorizer.class.name": "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
        "allow.everyone.if.no.acl.found": "true",
    }
    with start(properties=properties) as sandbox:
        yield sandbox


def rule(client: AnotherClient, kind: ResourceType, name: str, *, deny: AclOperation) -> None:
    """Deny one operation on a resource to everybody, and allow all others."""
    for operation, permission in ((AclOperation.ALL, AclPermissionType.ALLOW), (deny, AclPermissionType.DENY)):
        binding = AclBinding(kind, name, ResourcePatternType.LITERAL, "User:ANONYMOUS", "*", operation, permission)
        for answer in client.admin.create_acls([binding]).values():
            answer.result(60)


def test_groups_that_may_not_be_seen_are_a_reason_not_zero(guarded: Sandbox) -> None:
    client = AnotherClient(guarded)
    client.create("t")
    client.make_offsets_topic("t")
    for name in ("open", "secret"):
        commit(guarded, name, "t", {0: 0})

    def look() -> Measured:
        return readers(guarded, "t")

    assert sorted(groups(until(look, lambda each: not each.unknown))) == ["open", "secret"]

    rule(client, ResourceType.GROUP, "secret", deny=AclOperation.DESCRIBE)
    found = until(look, lambda each: bool(each.unknown))
    assert list(groups(found)) == ["open"]
    [reason] = found.unknown[""]
    assert reason.why.startswith("group secret: ")
    assert reason.why.endswith("grant this principal DESCRIBE on the group and the topic")

    rule(client, ResourceType.BROKER, "kafka-cluster", deny=AclOperation.DESCRIBE)
    found = until(look, lambda each: "secret" not in str(each.unknown))
    assert (list(groups(found)), found.unknown) == (["open"], {}), "any group may be described, but for a denied one"

    rule(client, ResourceType.GROUP, "*", deny=AclOperation.DESCRIBE)
    found = until(look, lambda each: each.groups is None)
    [reason] = found.unknown[""]
    assert "there may be others; grant it DESCRIBE on the cluster, or on all groups" in reason.why


def test_groups_whose_offsets_have_no_leader_are_a_reason_because_no_broker_lists_them() -> None:
    with start(brokers=3, properties={"broker.session.timeout.ms": "3000"}) as kafka:
        client = AnotherClient(kafka)
        offsets = NewTopic(OFFSETS, num_partitions=1, replica_assignment=[[3]], config={"cleanup.policy": "compact"})
        read = NewTopic("read", num_partitions=1, replica_assignment=[[1]])
        for answer in client.admin.create_topics([offsets, read]).values():
            answer.result(60)
        client.make_offsets_topic("read")
        commit(kafka, "lost", "read", {0: 0})
        assert groups(readers(kafka, "read")).keys() == {"lost"}
        os.kill(kafka.brokers[2].pid, signal.SIGKILL)
        while not has_no_leader(kafka, OFFSETS, 0):
            pass  # each look waits for a broker's answer
        found = readers(kafka, "read")
    assert groups(found) == {}
    assert [each.what for each in found.unknown[""]] == ["readers"]
    assert "partition 0 of __consumer_offsets has no leader" in found.unknown[""][0].why
