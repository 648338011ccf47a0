"""What is measured of a real cluster before a risky change: records, the time of the last one, replicas, defaults."""

from __future__ import annotations

import os
import signal
import time

import pytest
from confluent_kafka.admin import NewTopic

from reconciler.cluster import offsets_librdkafka
from reconciler.model import Measured, PartitionOffsets, Unmeasured, Wanted
from reconciler.sandbox import Sandbox, start
from tests.broker.another_client import AnotherClient
from tests.broker.measuring import KEPT, has_no_leader, measured, measuring, produce

HOUR = 3_600_000


@pytest.fixture
def now() -> int:
    return time.time_ns() // 1_000_000


@pytest.fixture(params=["binding", "librdkafka"])
def either_way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Offsets are read in two ways; many partitions choose the second one."""
    number = 0 if request.param == "librdkafka" else 1_000_000
    monkeypatch.setattr(offsets_librdkafka, "WORTH_A_CONNECTION", number)


def test_nothing_is_sent_where_nothing_is_wanted(kafka: Sandbox) -> None:
    assert measured(kafka, Wanted()) == (Measured(), {})
    with measuring(kafka) as (measurements, connection):
        assert measurements.broker_defaults([]) == {}
        assert dict(connection.requests) == {}


@pytest.mark.usefixtures("either_way")
def test_the_cut_is_the_first_record_that_is_young_enough(kafka: Sandbox, prefix: str, now: int) -> None:
    client = AnotherClient(kafka)
    client.create(prefix, partitions=3, config=KEPT)
    produce(kafka, prefix, [now - 5 * HOUR, now - 3 * HOUR, now - HOUR, now])
    produce(kafka, prefix, [now - 5 * HOUR] * 7, partition=1)
    cut = now - 2 * HOUR
    found, requests = measured(kafka, Wanted(cuts={prefix: cut}, newest=[prefix]))
    assert found.offsets == {
        prefix: {0: PartitionOffsets(0, 4, 2), 1: PartitionOffsets(0, 7, 7), 2: PartitionOffsets(0, 0, 0)}
    }
    assert found.newest == {prefix: now}
    assert found.unknown == {}
    assert requests == {"metadata": 1, "list_offsets": 4}


@pytest.mark.usefixtures("either_way")
def test_without_a_cut_two_requests_find_the_records(kafka: Sandbox, prefix: str, now: int) -> None:
    client = AnotherClient(kafka)
    client.create(prefix, config=KEPT)
    client.create(f"{prefix}.empty", config=KEPT)
    produce(kafka, prefix, [now, now - HOUR])
    found, requests = measured(kafka, Wanted(records=[prefix, f"{prefix}.empty"]))
    assert found.offsets == {prefix: {0: PartitionOffsets(0, 2)}, f"{prefix}.empty": {0: PartitionOffsets(0, 0)}}
    assert requests == {"metadata": 1, "list_offsets": 2}


@pytest.mark.usefixtures("either_way")
def test_the_last_record_is_the_one_with_the_highest_time_not_the_highest_offset(
    kafka: Sandbox, prefix: str, now: int
) -> None:
    client = AnotherClient(kafka)
    client.create(prefix, config=KEPT)
    client.create(f"{prefix}.empty", partitions=2)
    produce(kafka, prefix, [now - HOUR, now, now - HOUR])
    found, requests = measured(kafka, Wanted(newest=[prefix, f"{prefix}.empty"]))
    assert found.newest == {prefix: now, f"{prefix}.empty": None}
    assert requests == {"metadata": 1, "list_offsets": 1}


@pytest.mark.usefixtures("either_way")
def test_a_cut_and_another_topics_last_record_share_a_request(kafka: Sandbox, prefix: str, now: int) -> None:
    client = AnotherClient(kafka)
    client.create(f"{prefix}.cut", config=KEPT)
    client.create(f"{prefix}.deleted", config=KEPT)
    produce(kafka, f"{prefix}.cut", [now - HOUR, now])
    produce(kafka, f"{prefix}.deleted", [now])
    found, requests = measured(kafka, Wanted(cuts={f"{prefix}.cut": now - 1}, newest=[f"{prefix}.deleted"]))
    assert found.offsets == {f"{prefix}.cut": {0: PartitionOffsets(0, 2, 1)}}
    assert found.newest == {f"{prefix}.deleted": now}
    assert requests == {"metadata": 1, "list_offsets": 3}


@pytest.mark.usefixtures("either_way")
def test_a_topic_that_is_gone_has_a_reason_for_each_number_and_the_others_have_numbers(
    kafka: Sandbox, prefix: str
) -> None:
    AnotherClient(kafka).create(prefix)
    topics = [prefix, f"{prefix}.gone"]
    found, _ = measured(kafka, Wanted(records=topics, newest=topics, replicas=topics, readers=topics, sizes=topics))
    assert found.offsets == {prefix: {0: PartitionOffsets(0, 0)}}
    assert found.newest == {prefix: None}
    assert found.replicas.keys() == {prefix}
    assert found.unknown.keys() == {f"{prefix}.gone"}
    what = ["records", "last record", "replicas", "readers", "bytes"]
    assert [each.what for each in found.unknown[f"{prefix}.gone"]] == what
    assert "does not list the topic" in found.unknown[f"{prefix}.gone"][0].why


@pytest.mark.usefixtures("either_way")
def test_partitions_without_a_leader_are_named_at_once_and_keep_no_other_topic_from_being_measured(now: int) -> None:
    with start(brokers=3, properties={"broker.session.timeout.ms": "3000"}) as kafka:
        admin = AnotherClient(kafka).admin
        lacking = NewTopic("lacking", num_partitions=2, replica_assignment=[[1], [3]])
        complete = NewTopic("complete", num_partitions=1, replica_assignment=[[2]])
        for answer in admin.create_topics([lacking, complete]).values():
            answer.result(60)
        produce(kafka, "complete", [now])
        os.kill(kafka.brokers[2].pid, signal.SIGKILL)
        while not has_no_leader(kafka, "lacking", 1):
            pass  # each look waits for the broker's answer
        began = time.monotonic()
        topics = ["complete", "lacking"]
        found, _ = measured(kafka, Wanted(records=topics, replicas=topics))
        assert time.monotonic() - began < 10
    assert found.offsets == {"complete": {0: PartitionOffsets(0, 1)}}
    why = "partition 1 has no leader; start the brokers that are down"
    assert found.unknown == {"lacking": [Unmeasured(what="records", why=why)]}
    assert [partition.leader for partition in found.replicas["lacking"]] == [1, None]


def test_brokers_give_their_defaults_under_the_names_and_in_the_units_of_topics() -> None:
    properties = {
        "log.retention.hours": "5",
        "log.roll.hours": "9",
        "log.roll.ms": "7200000",
        "log.cleanup.policy": "compact",
        "min.insync.replicas": "1",
        "message.max.bytes": "2097152",
    }
    with start(properties=properties) as kafka:
        client = AnotherClient(kafka)
        client.create("plain")
        with measuring(kafka) as (measurements, _):
            assert measurements.broker_defaults(["retention.ms", "x"]) == {"retention.ms": "18000000"}
        client.set_broker_default("log.retention.ms", "1800000", seen_by="plain", as_key="retention.ms")
        shown = client.describe("plain")
        with measuring(kafka) as (measurements, connection):
            given = measurements.broker_defaults(shown.keys())
            assert dict(connection.requests) == {"metadata": 1, "describe_configs": 1}
    assert given["retention.ms"] == "1800000"
    assert given["segment.ms"] == "7200000"
    assert given == {key: shown[key].value for key in given}, "what a topic without overrides shows"
    without = {key for key in shown.keys() - given.keys() if shown[key].value}
    assert all(key.startswith(("remote.", "errors.")) for key in without), "they have no setting of the broker"
