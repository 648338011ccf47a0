"""The second client on a cluster that is locked down: it logs in as the first one does, and sees as much."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping

import pytest
from aws_msk_iam_sasl_signer import MSKAuthTokenProvider
from confluent_kafka.admin import AclBinding, AclOperation, AclPermissionType, ResourcePatternType, ResourceType

from reconciler.clock import TimeLimit
from reconciler.cluster.connection import Connection
from reconciler.cluster.measurements import Measurements
from reconciler.cluster.second_client import NotAsked, settings_of
from reconciler.model import Measured, Wanted
from tests.broker.another_client import AnotherClient
from tests.broker.posing import posing
from tests.support.secured import MECHANISMS, Secured, allowed
from tests.support.tokens import LIFETIME_SECONDS

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


@pytest.mark.parametrize("mechanism", MECHANISMS)
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


def test_a_token_is_fetched_once_for_all_requests(locked: Secured) -> None:
    connection = Connection(locked.login("admin", mechanism="OAUTHBEARER"), limit=TimeLimit(60))
    measurements, wanted = Measurements(connection), Wanted(sizes=[TOPIC])
    assert measurements.measure(wanted).unknown == {}
    before = len(locked.tokens.issued)
    assert measurements.measure(wanted).unknown == {}
    assert len(locked.tokens.issued) == before
    connection.close()


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"sasl.oauthbearer.client.secret": "wrong"}, "the token server answers 401"),
        ({"sasl.oauthbearer.token.endpoint.url": "http://127.0.0.1:1/token"}, "gets no token: [Errno 111]"),
        ({"sasl.oauthbearer.token.endpoint.url": "ftp://tokens"}, "is no address of a web server"),
    ],
)
def test_a_token_that_is_not_to_be_had_is_a_reason(changed: dict[str, str], why: str, locked: Secured) -> None:
    settings = settings_of({**locked.login("admin", mechanism="OAUTHBEARER"), **changed})
    with pytest.raises(NotAsked) as raised:
        settings["sasl_oauth_token_provider"].token()
    assert why in str(raised.value)
    assert "wrong" not in str(raised.value)


def test_credentials_of_aws_sign_the_tokens(locked: Secured, monkeypatch: pytest.MonkeyPatch) -> None:
    """AWS's package is made to sign what this broker takes; all else is as with Amazon's."""

    def sign(region: str) -> tuple[str, int]:
        assert region == "eu-west-1"
        return locked.tokens.issuer.token("admin"), int((time.time() + LIFETIME_SECONDS) * 1000)

    monkeypatch.setattr(MSKAuthTokenProvider, "generate_auth_token", sign)
    found = measured({**locked.at("SASL_TLS"), "sasl.mechanism": "AWS_MSK_IAM", "aws.region": "eu-west-1"})
    assert found.sizes == {TOPIC: {0: 0}}
