"""What groups tell of their members and applications."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from kafka.protocol.consumer.metadata import ConsumerProtocolSubscription

from reconciler.cluster.applications import Applications
from reconciler.cluster.classic_groups import ClassicGroup, subscribed_topics

NAMES = st.lists(st.text("abc.-_Z9", min_size=1, max_size=249), unique=True, max_size=20)


@given(NAMES, st.integers(0, 3))
def test_subscriptions_of_every_version_are_read(topics: list[str], version: int) -> None:
    encoded = ConsumerProtocolSubscription(topics=topics, user_data=b"x", version=version).encode()
    assert subscribed_topics(bytes(encoded)) == set(topics)


@given(st.binary(max_size=200))
def test_metadata_of_another_form_is_no_error(metadata: bytes) -> None:
    assert isinstance(subscribed_topics(metadata), frozenset)


def group(protocol_type: str = "consumer") -> ClassicGroup:
    return ClassicGroup(
        state="stable", protocol_type=protocol_type, protocol="", topics=frozenset(), clients=frozenset()
    )


def test_internal_topics_of_streams_belong_to_the_group_with_the_longest_name() -> None:
    groups = {"app": group(), "app-two": group(), "app-two-x": group()}
    seen = Applications.seen_in(
        groups, ["app-two-store-changelog", "other-store-repartition", "app-changelog", "app-two"]
    )
    assert seen.of_streams == {"app-two"}


@pytest.mark.parametrize(
    ("name", "protocol", "clients", "expected"),
    [
        ("app", "stream", [], "streams"),
        ("app", "", [], "streams"),
        ("app", "range", [], None),
        ("x", "range", ["connector-consumer-sink-0"], "connect"),
        ("connect-sink", "", [], "connect"),
        ("x", "", [], None),
    ],
)
def test_groups_of_applications_are_known_by_what_they_do(
    name: str, protocol: str, clients: list[str], expected: str | None
) -> None:
    seen = Applications.seen_in({"app": group(), "workers": group("connect")}, ["app-store-changelog"])
    assert seen.type_of(name, protocol, clients) == expected


def test_without_workers_of_connect_a_name_is_no_sign_of_it() -> None:
    assert Applications.seen_in({"app": group()}, []).type_of("connect-sink", "", []) is None
