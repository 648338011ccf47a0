"""The second client on a cluster that is locked down: it logs in as the first one does, and sees as much."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import pytest
from confluent_kafka.admin import AclBinding, AclOperation, AclPermissionType, ResourcePatternType, ResourceType

from reconciler.clock import TimeLimit
from reconciler.cluster.connection import Connection
from reconciler.cluster.measurements import Measurements
from reconciler.model import Measured, Wanted
from tests.broker.another_client import AnotherClient
from tests.broker.posing import posing
from tests.support.secured import Secured, allowed

TOPIC, GROUP = "shared-under-lock", "shares-under-lock"


@pytest.fixture(scope="module")
def prepared(secured_kafka: Secured) -> Iterator[Secured]:
    """A topic for a share group; the guest may describe all but the group."""
    client = AnotherClient(secured_kafka.sandbox)
    client.create(TOPIC)
    client.make_offsets_topic(TOPIC)
    literal, allow = ResourcePatternType.LITERAL, AclPermissionType.ALLOW
    rules = [
        AclBinding(kind, name, literal, "User:guest", "*", AclOperation.DESCRIBE, allow)
        for kind, name in ((ResourceType.BROKER, "kafka-cluster"), (ResourceType.TOPIC, TOPIC))
    ]
    with allowed(client.admin, *rules):
        yield secured_kafka
    client.admin.delete_consumer_groups([GROUP])[GROUP].result(60)  # other tests would have to explain it


@pytest.fixture
def locked(prepared: Secured) -> Iterator[Secured]:
    """The same while the share group has a member."""
    with posing(prepared.sandbox) as member:
        name = member.shares(GROUP, TOPIC)
        yield prepared
        member.stops_sharing(GROUP, name)


def measured(properties: Mapping[str, str]) -> Measured:
    connection = Connection(properties, limit=TimeLimit(60))
    found = Measurements(connection).measure(Wanted(readers=[TOPIC], sizes=[TOPIC]))
    connection.close()
    return found


@pytest.mark.parametrize("mechanism", ["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"])
def test_sizes_and_groups_are_read_with_every_login(mechanism: str, locked: Secured) -> None:
    found = measured(locked.login("admin", mechanism=mechanism))
    assert found.unknown == {}
    assert found.sizes == {TOPIC: {0: 0}}
    [group] = found.groups or ()
    assert (group.name, group.type, group.assigned) == (GROUP, "share", frozenset({TOPIC}))


def test_a_share_group_that_may_not_be_described_is_a_reason(locked: Secured) -> None:
    while GROUP not in (why := str(measured(locked.login("guest")).unknown)):
        pass  # each look waits for the broker, which learns of the rules soon
    assert f"share group {GROUP}: which topics it reads is not known: " in why
    assert "grant this principal DESCRIBE on the group and on its topics" in why
