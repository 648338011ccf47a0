"""Which overrides are named as standing in the way of a change that the broker refuses."""

from __future__ import annotations

import pytest

from reconciler.errors import Location
from reconciler.model import (
    Drift,
    FieldChange,
    InSync,
    LiveTopic,
    Plan,
    Refusal,
    RefusalKind,
    Refused,
    TopicSpec,
)
from reconciler.plan.remaining_overrides import in_the_way, not_compared

REFUSAL = "rejected by the broker: Unknown topic config name: message.format.version"


def refused(words: str, overrides: dict[str, str | None], **config: str) -> Plan:
    """A topic whose retention is to change, and the broker's words against that."""
    desired = {key.replace("_", "."): value for key, value in config.items()} | {"retention.ms": "2"}
    refusal = Refusal(kind=RefusalKind.BROKER, reason=words, way_out="")
    change = FieldChange(field="config.retention.ms", before="1", after="2", decision=Refused(refusal))
    topic = Drift(
        desired=TopicSpec(name="orders", origin=Location("topics.yaml", 1, 1), config=desired),
        live=LiveTopic(name="orders", partitions=1, replication_factor=1, overrides=overrides | {"retention.ms": "1"}),
        changes=[change],
    )
    return Plan(topics=[topic], fingerprint="")


@pytest.mark.parametrize(
    ("words", "overrides", "named"),
    [
        (REFUSAL, {"message.format.version": None}, ["message.format.version"]),
        (REFUSAL, {"message.downconversion.enable": None}, []),
        ("Invalid value 100 for configuration segment.bytes: too low", {"segment.bytes": "100"}, ["segment.bytes"]),
        ("local.retention.bytes is too high.", {"retention.bytes": "5"}, []),
        ("Look at retention.bytes.", {"retention.bytes": "5"}, ["retention.bytes"]),
        ("the value of a.b is wrong", {"a": None, "a.b": None, "b": None}, ["a.b"]),
        (REFUSAL, {}, []),
    ],
)
def test_an_override_that_stays_is_named_where_the_broker_names_it(
    words: str, overrides: dict[str, str | None], named: list[str]
) -> None:
    found = [diagnostic.message for diagnostic in in_the_way(refused(words, overrides))]
    assert found == [f"the broker refuses to change 'orders' while its override {key} is in place" for key in named]


def test_one_that_the_manifest_sets_and_everybody_can_read_needs_no_second_warning() -> None:
    plan = refused("segment.bytes is too low", {"segment.bytes": "100"}, segment_bytes="100")
    assert list(in_the_way(plan)) == []


def test_one_warning_a_key_names_the_first_topics_that_are_not_compared() -> None:
    topics = [
        InSync(
            desired=TopicSpec(name=name, origin=Location("topics.yaml", 1, 1), config={"vendor.secret": "hush"}),
            live=LiveTopic(name=name, partitions=1, replication_factor=1, overrides={"vendor.secret": None}),
        )
        for name in "abcde"
    ]
    (warning,) = not_compared(Plan(topics=topics, fingerprint=""))
    assert warning.message.startswith("vendor.secret of 'a', 'b', 'c' and 2 more is set")
