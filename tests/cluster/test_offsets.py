"""Offsets that get lost on the way: librdkafka then has no offset, and no error either."""

from __future__ import annotations

import pytest

from reconciler.clock import TimeLimit
from reconciler.cluster.connection import Connection
from reconciler.cluster.measurements import Measurements
from reconciler.model import Measured, Wanted
from tests.wire.fake_cluster import Topic
from tests.wire.fake_kafka import FakeKafka
from tests.wire.faults import Fault


def measured(kafka: FakeKafka) -> Measured:
    connection = Connection({"bootstrap.servers": kafka.bootstrap_servers}, limit=TimeLimit(30))
    try:
        return Measurements(connection, sleep=lambda _seconds: None).measure(Wanted(cuts={"a": 1}, records=["a"]))
    finally:
        connection.close()


@pytest.mark.parametrize("partitions", [2, 2_000])
def test_a_lost_answer_is_unknown_and_not_a_topic_without_records(partitions: int) -> None:
    lost = Fault(api="list_offsets", short=True, times=None)
    with FakeKafka(lost, topics={"a": Topic(partitions=partitions)}) as kafka:
        found = measured(kafka)
    assert "a" not in found.offsets
    (unknown,) = found.unknown["a"]
    assert unknown.what == "records"


def test_an_answer_that_is_lost_once_is_asked_for_again() -> None:
    with FakeKafka(Fault(api="list_offsets", short=True, times=2), topics={"a": Topic(partitions=2)}) as kafka:
        found = measured(kafka)
    assert {partition: tuple(each) for partition, each in found.offsets["a"].items()} == {0: (0, 0, 0), 1: (0, 0, 0)}
