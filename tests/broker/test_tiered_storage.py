"""What the rules about tiered storage say of Kafka, seen on one that has it."""

from __future__ import annotations

import itertools
import json
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from confluent_kafka import KafkaError, KafkaException, TopicPartition
from confluent_kafka.admin import AlterConfigOpType, ConfigEntry, ConfigResource, NewTopic, OffsetSpec, ResourceType

from reconciler.model import Wanted
from reconciler.sandbox import Sandbox
from tests.broker.another_client import SECONDS, AnotherClient
from tests.broker.measuring import commit, measured, produce
from tests.broker.tiered import Tiered, tiered_kafka
from tests.support.clients import Consumer
from tests.support.command import Finished, RunReconciler

MIB = 1024 * 1024
NOW = time.time_ns() // 1_000_000
HOUR = 3_600_000
TIERED = {"remote.storage.enable": "true", "segment.bytes": str(MIB), "retention.ms": "-1"}
RECORD = 600_000
"""Bytes, so that every record has a segment of its own."""
WRITTEN = 4
COPIED = WRITTEN - 1
"""The last segment is still written to, and is not copied."""

Run = Callable[..., Finished]


@pytest.fixture(scope="module")
def tiered(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tiered]:
    with tiered_kafka(tmp_path_factory.mktemp("remote")) as cluster:
        yield cluster


@pytest.fixture(scope="module")
def kafka(tiered: Tiered) -> Sandbox:
    return tiered.sandbox


@pytest.fixture
def run(tmp_path: Path, reconciler: RunReconciler, kafka: Sandbox) -> Run:
    """Plan or apply a manifest of topics with nothing but their configuration."""

    def run(command: str, topics: Mapping[str, Mapping[str, str | None]], *more: str) -> Finished:
        manifest = {"version": 1, "topics": {name: {"config": config} for name, config in topics.items()}}
        (tmp_path / "topics.yaml").write_text(json.dumps(manifest))
        return reconciler(command, "--bootstrap-server", kafka.bootstrap_servers, "-o", "json", *more)

    return run


@pytest.fixture
def topic(tiered: Tiered, client: AnotherClient, prefix: str) -> str:
    """A topic whose full segments are in remote storage, and still on the disk."""
    client.create(prefix, config=TIERED)
    fill(tiered, prefix)
    return prefix


def fill(tiered: Tiered, topic: str, *, at: int = NOW, copied: int = COPIED) -> None:
    """Write records, all of the time ``at``, and wait until as many segments of the topic as ``copied`` are."""
    produce(tiered.sandbox, topic, [at] * WRITTEN, size=RECORD)
    while len(tiered.copied(topic)) < copied:
        time.sleep(0.05)


def first_offset(client: AnotherClient, topic: str) -> int:
    partition, first = TopicPartition(topic, 0), OffsetSpec.earliest()  # type: ignore[no-untyped-call] # has no types
    return int(client.admin.list_offsets({partition: first})[partition].result(SECONDS).offset)


def offsets_read(kafka: Sandbox, topic: str, number: int) -> list[int]:
    """The offsets of the first ``number`` records that can be read."""
    named = {"group.id": f"{topic}.all", "enable.auto.commit": "false", "auto.offset.reset": "earliest"}
    consumer = Consumer({"bootstrap.servers": kafka.bootstrap_servers, "log_level": 0} | named)
    consumer.assign([TopicPartition(topic, 0, 0)])
    found: list[int] = []
    while len(found) < number:
        found += [offset for message in consumer.consume(number, 1) if (offset := message.offset()) is not None]
    consumer.close()
    return found


def bytes_on_disk(kafka: Sandbox, topic: str) -> int:
    return measured(kafka, Wanted(sizes=[topic]))[0].sizes[topic][0]


def changes(done: Finished) -> dict[str, Any]:
    return {change["field"].removeprefix("config."): change for change in done.report["topics"][0]["changes"]}


def verdicts(done: Finished) -> dict[str, str]:
    return {key: change["verdict"] for key, change in changes(done).items()}


def altered(client: AnotherClient, topic: str, config: Mapping[str, str | None], *, only_check: bool) -> int | None:
    """Set what differs from ``config``, and reset what is not in it; the broker's error code."""
    live = client.overrides(topic)
    operations = {key: value for key, value in config.items() if live.get(key) != value}
    operations |= {key: None for key in live if key not in config}
    entries = [
        ConfigEntry(
            key,
            value or "",
            incremental_operation=AlterConfigOpType.DELETE if value is None else AlterConfigOpType.SET,
        )
        for key, value in operations.items()
    ]
    resource = ConfigResource(ResourceType.TOPIC, topic, incremental_configs=entries)
    try:
        client.admin.incremental_alter_configs([resource], validate_only=only_check)[resource].result(SECONDS)
    except KafkaException as error:
        return int(error.args[0].code())
    return None


def test_it_is_not_turned_off_while_its_records_are_kept_and_the_steps_named_keep_them(
    tiered: Tiered, kafka: Sandbox, client: AnotherClient, topic: str, run: Run
) -> None:
    for off in ({**TIERED, "remote.storage.enable": "false"}, {**TIERED, "remote.storage.enable": None}):
        done = run("apply", {topic: off}, "--yes", "--allow", "data-loss")
        assert (done.code, verdicts(done)) == (3, {"remote.storage.enable": "impossible"})
        way_out = changes(done)["remote.storage.enable"]["refusal"]["way_out"]
        assert "remote.storage.enable: true and remote.log.copy.disable: true" in way_out
        assert "local.retention.ms and local.retention.bytes at -2" in way_out
        for only_check in (True, False):
            assert altered(client, topic, off, only_check=only_check) == KafkaError.INVALID_CONFIG
    kept = {"remote.log.copy.disable": "true", "local.retention.ms": "-2", "local.retention.bytes": "-2"}
    done = run("apply", {topic: TIERED | kept}, "--yes")
    assert (done.code, verdicts(done)) == (0, {"remote.log.copy.disable": "safe"})
    control = f"{topic}.control"
    client.create(control, config=TIERED)
    produce(kafka, topic, [NOW] * WRITTEN, size=RECORD)
    fill(tiered, control)
    assert len(tiered.copied(topic)) == COPIED, "segments were copied after that was turned off"
    assert offsets_read(kafka, topic, 2 * WRITTEN) == [*range(2 * WRITTEN)]


def test_turned_off_with_consent_the_records_in_remote_storage_are_deleted(
    tiered: Tiered, kafka: Sandbox, client: AnotherClient, topic: str, run: Run
) -> None:
    done = run("apply", {topic: TIERED | {"local.retention.bytes": "1"}}, "--yes")
    assert (done.code, verdicts(done)) == (0, {"local.retention.bytes": "safe"})
    while bytes_on_disk(kafka, topic) > MIB:
        time.sleep(0.05)
    assert first_offset(client, topic) == 0, "only the copies on the disk were deleted"
    assert offsets_read(kafka, topic, WRITTEN) == [*range(WRITTEN)]
    commit(kafka, f"{topic}.readers", topic, {0: 1})

    off = TIERED | {"remote.storage.enable": "false", "remote.log.delete.on.disable": "true"}
    done = run("apply", {topic: off}, "--yes")
    assert (done.code, verdicts(done)) == (
        3,
        {"local.retention.bytes": "safe", "remote.log.delete.on.disable": "safe", "remote.storage.enable": "risky"},
    )
    refused = changes(done)["remote.storage.enable"]
    assert f"--allow data-loss={topic}" in refused["refusal"]["way_out"]
    assert refused["impact"]["records"] == WRITTEN
    (reader,) = refused["impact"]["readers"]
    assert (reader["group"], reader["unread_records_lost"]) == (f"{topic}.readers", WRITTEN - 1)
    assert client.overrides(topic)["remote.storage.enable"] == "true"
    assert len(tiered.copied(topic)) == COPIED
    assert altered(client, topic, off, only_check=True) is None

    done = run("apply", {topic: off}, "--yes", "--allow", "data-loss")
    assert (done.code, verdicts(done)) == (0, {"remote.storage.enable": "risky"})
    assert changes(done)["remote.storage.enable"]["impact"]["takes_effect"] == "at once"
    assert first_offset(client, topic) == COPIED
    while tiered.copied(topic):
        time.sleep(0.05)
    assert offsets_read(kafka, topic, WRITTEN - COPIED) == [*range(COPIED, WRITTEN)]


def test_a_lower_retention_deletes_no_more_records_in_remote_storage_than_it_says(
    tiered: Tiered, client: AnotherClient, prefix: str, run: Run
) -> None:
    client.create(prefix, config=TIERED | {"remote.storage.enable": "false"})
    done = run("apply", {prefix: TIERED}, "--yes")
    assert (done.code, verdicts(done)) == (0, {"remote.storage.enable": "safe"})
    fill(tiered, prefix, at=NOW - 3 * HOUR)
    fill(tiered, prefix, copied=WRITTEN + COPIED)
    lowered = TIERED | {"retention.ms": str(HOUR)}
    done = run("apply", {prefix: lowered}, "--yes")
    assert (done.code, verdicts(done)) == (3, {"retention.ms": "risky"})
    assert changes(done)["retention.ms"]["impact"]["records"] == WRITTEN
    assert run("apply", {prefix: lowered}, "--yes", "--allow", "data-loss").code == 0
    while first_offset(client, prefix) < WRITTEN:
        time.sleep(0.05)

    smaller = lowered | {"retention.bytes": str(MIB)}
    done = run("plan", {prefix: smaller})
    assert (done.code, verdicts(done)) == (3, {"retention.bytes": "risky"})
    impact = changes(done)["retention.bytes"]["impact"]
    assert (impact["records"], impact["bytes"]) == (WRITTEN, None), "of which most are not on the disk"
    assert run("apply", {prefix: smaller}, "--yes", "--allow", "data-loss").code == 0
    while first_offset(client, prefix) == WRITTEN:
        time.sleep(0.05)
    assert first_offset(client, prefix) <= 2 * WRITTEN


STATES: Mapping[str, Mapping[str, str]] = {
    "off": {},
    "off-deleting": {"remote.log.delete.on.disable": "true"},
    "on": {"remote.storage.enable": "true"},
    "on-deleting": {"remote.storage.enable": "true", "remote.log.delete.on.disable": "true"},
    "on-read-only": {"remote.storage.enable": "true", "remote.log.copy.disable": "true"},
    "off-written": {"remote.storage.enable": "false"},
    "off-written-deleting": {"remote.storage.enable": "false", "remote.log.delete.on.disable": "true"},
}


def test_the_rules_find_the_same_changes_impossible_as_the_broker(client: AnotherClient, prefix: str, run: Run) -> None:
    pairs = {
        f"{prefix}.{before}.{after}": (STATES[before], {"remote.storage.enable": None, **STATES[after]})
        for before, after in itertools.permutations(STATES, 2)
    }
    for name, (before, _after) in pairs.items():
        client.create(name, config=before)
    done = run("plan", {name: after for name, (_before, after) in pairs.items()})
    said = {
        topic["name"]: any((change["refusal"] or {}).get("kind") == "impossible" for change in topic["changes"])
        for topic in done.report["topics"]
    }
    assert said == {
        name: altered(client, name, {key: value for key, value in after.items() if value}, only_check=True) is not None
        for name, (_before, after) in pairs.items()
    }
    assert 0 < sum(said.values()) < len(said)


def test_settings_that_the_broker_would_not_take_are_found_without_it(
    client: AnotherClient, prefix: str, run: Run
) -> None:
    choices: Mapping[str, tuple[str, ...]] = {
        "remote.storage.enable": ("true", "false"),
        "remote.log.copy.disable": ("true", "false"),
        "cleanup.policy": ("delete", "compact"),
        "retention.ms": ("-1", "2000"),
        "local.retention.ms": ("-2", "-1", "1000", "2000", "3000"),
    }
    wanted = {
        f"{prefix}.{number}": dict(zip(choices, values, strict=True))
        for number, values in enumerate(itertools.product(*choices.values()))
    }
    topics = [NewTopic(name, num_partitions=1, replication_factor=1, config=config) for name, config in wanted.items()]
    answers = client.admin.create_topics(topics, validate_only=True)
    refused = {name: config for name, config in wanted.items() if answers[name].exception(SECONDS) is not None}
    done = run("plan", wanted)
    found = {
        each["topic"] for each in done.report["diagnostics"] if each["code"] in {"remote-storage", "local-retention"}
    }
    assert {name: wanted[name] for name in found} == refused
