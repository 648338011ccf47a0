"""What rules say of Kafka, seen on a real one."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from confluent_kafka import KafkaError, KafkaException, TopicPartition
from confluent_kafka.admin import OffsetSpec

from reconciler.sandbox import Sandbox, start
from tests.broker.another_client import SECONDS, AnotherClient
from tests.support.clients import Producer
from tests.support.command import Finished, RunReconciler

HOUR = 3_600_000
DAY = 24 * HOUR
NOW = time.time_ns() // 1_000_000


@pytest.fixture(scope="module")
def kafka() -> Iterator[Sandbox]:
    """A Kafka that applies retention every second; the first time after a second, too."""
    quick = {"log.retention.check.interval.ms": "1000", "log.initial.task.delay.ms": "1000"}
    with start(properties=quick) as sandbox:
        yield sandbox


class Manifest:
    """A manifest of one topic, planned and applied."""

    def __init__(self, folder: Path, reconciler: RunReconciler, kafka: Sandbox) -> None:
        self._path = folder / "topics.yaml"
        self._reconciler = reconciler
        self._address = ("--bootstrap-server", kafka.bootstrap_servers, "-o", "json")

    def __call__(self, command: str, topic: str, settings: str, *more: str) -> Finished:
        self._path.write_text(f"version: 1\ntopics: {{{topic}: {settings}}}\n")
        return self._reconciler(command, *self._address, *more)


@pytest.fixture
def manifest(tmp_path: Path, reconciler: RunReconciler, kafka: Sandbox) -> Manifest:
    return Manifest(tmp_path, reconciler, kafka)


def verdicts(done: Finished) -> dict[str, str]:
    return {change["field"]: change["verdict"] for change in done.report["topics"][0]["changes"]}


@contextmanager
def rejected(code: int) -> Iterator[None]:
    with pytest.raises(KafkaException) as error:
        yield
    assert error.value.args[0].code() == code


def write(kafka: Sandbox, topic: str, *, key: bytes | None = None, size: int = 1, at: int = 0) -> None:
    """Write one record. Raises KafkaException."""
    producer = Producer({"bootstrap.servers": kafka.bootstrap_servers, "acks": "all", "log_level": 0})
    errors: list[KafkaError | None] = []
    producer.produce(topic, b"x" * size, key, timestamp=at, on_delivery=lambda error, _record: errors.append(error))
    assert producer.flush(SECONDS) == 0
    for error in errors:
        if error is not None:
            raise KafkaException(error)


def first_offset(client: AnotherClient, topic: str) -> int:
    partition, first = TopicPartition(topic, 0), OffsetSpec.earliest()  # type: ignore[no-untyped-call] # has no types
    return int(client.admin.list_offsets({partition: first})[partition].result(SECONDS).offset)


def test_compaction_is_added_at_once_and_then_no_record_without_a_key_is_taken(
    kafka: Sandbox, client: AnotherClient, prefix: str, manifest: Manifest
) -> None:
    client.create(prefix)
    write(kafka, prefix)
    done = manifest("apply", prefix, "{config: {cleanup.policy: [compact, delete]}}", "--yes")
    assert (done.code, verdicts(done)) == (3, {"config.cleanup.policy": "risky"})
    assert client.overrides(prefix) == {}
    done = manifest("apply", prefix, "{config: {cleanup.policy: [compact, delete]}}", "--yes", "--allow", "data-loss")
    assert done.code == 0
    assert client.overrides(prefix) == {"cleanup.policy": "compact,delete"}
    with rejected(KafkaError.INVALID_RECORD):
        write(kafka, prefix)
    write(kafka, prefix, key=b"k")


@pytest.mark.parametrize("policy", ["compact", '""'], ids=["compact", "none"])
def test_retention_has_no_effect_where_the_cleanup_policy_does_not_delete(
    policy: str, kafka: Sandbox, client: AnotherClient, prefix: str, manifest: Manifest
) -> None:
    kept, control = f"{prefix}.kept", f"{prefix}.control"
    client.create(kept, config={"cleanup.policy": policy.strip('"'), "retention.ms": "-1"})
    client.create(control, config={"retention.ms": "-1"})
    for topic in (kept, control):
        write(kafka, topic, key=b"k", at=NOW - DAY)
    done = manifest("apply", kept, f"{{config: {{cleanup.policy: {policy}, retention.ms: 1h}}}}", "--yes")
    assert (done.code, verdicts(done)) == (0, {"config.retention.ms": "safe"})
    done = manifest("apply", control, "{config: {cleanup.policy: delete, retention.ms: 1h}}", "--yes")
    assert (done.code, done.report["topics"][0]["changes"][0]["impact"]["records"]) == (3, 1)
    done = manifest(
        "apply", control, "{config: {cleanup.policy: delete, retention.ms: 1h}}", "--yes", "--allow", "data-loss"
    )
    assert done.code == 0
    while first_offset(client, control) == 0:
        pass  # each look waits for the broker's answer
    assert first_offset(client, kept) == 0


def test_a_reset_is_judged_by_the_default_of_the_brokers(
    kafka: Sandbox, client: AnotherClient, prefix: str, manifest: Manifest
) -> None:
    more, less = f"{prefix}.more", f"{prefix}.less"
    client.create(more, config={"retention.ms": str(DAY)})
    client.create(less, config={"retention.ms": str(60 * DAY)})
    write(kafka, less, at=NOW - 30 * DAY)
    for topic in (more, less):
        write(kafka, topic, at=NOW - HOUR)
    assert verdicts(manifest("plan", more, "{}")) == {"config.retention.ms": "safe"}
    done = manifest("plan", less, "{}")
    assert (done.code, verdicts(done)) == (3, {"config.retention.ms": "risky"})
    assert done.report["topics"][0]["changes"][0]["impact"]["records"] == 1


def test_a_record_older_than_a_lowered_limit_is_rejected(
    kafka: Sandbox, client: AnotherClient, prefix: str, manifest: Manifest
) -> None:
    client.create(prefix)
    write(kafka, prefix, at=NOW - 2 * HOUR)
    lowered = "{config: {message.timestamp.before.max.ms: 1h}}"
    done = manifest("plan", prefix, lowered)
    assert (done.code, verdicts(done)) == (3, {"config.message.timestamp.before.max.ms": "risky"})
    assert manifest("apply", prefix, lowered, "--yes", "--allow", "availability-loss").code == 0
    with rejected(KafkaError.INVALID_TIMESTAMP):
        write(kafka, prefix, at=NOW - 2 * HOUR)
    by_brokers = "{config: {message.timestamp.before.max.ms: 1h, message.timestamp.type: LogAppendTime}}"
    assert manifest("apply", prefix, by_brokers, "--yes").code == 0
    write(kafka, prefix, at=NOW - 2 * HOUR)


def test_a_larger_record_than_a_lowered_limit_is_rejected(
    kafka: Sandbox, client: AnotherClient, prefix: str, manifest: Manifest
) -> None:
    client.create(prefix)
    write(kafka, prefix, size=2000)
    done = manifest("apply", prefix, "{config: {max.message.bytes: 1000}}", "--yes")
    assert (done.code, verdicts(done)) == (0, {"config.max.message.bytes": "safe"})
    with rejected(KafkaError.MSG_SIZE_TOO_LARGE):
        write(kafka, prefix, size=2000)
