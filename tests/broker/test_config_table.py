"""The table of configuration keys, held against what real brokers of each version answer."""

from __future__ import annotations

import random
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from confluent_kafka import KafkaError, KafkaException
from confluent_kafka.admin import NewTopic

from reconciler.configs import TOPIC_CONFIGS, InvalidValue, TopicConfig, ValueType, canonical, expand
from reconciler.configs.synonyms import BROKER_SYNONYMS
from reconciler.sandbox import Sandbox
from tests.broker.another_client import AnotherClient
from tests.broker.dry_run import check_dry_run
from tests.support.clients import Producer
from tests.support.command import Finished, RunReconciler

SEED = 20261124


def known_to(version: str) -> list[TopicConfig]:
    """The keys that brokers of ``version`` have."""
    return [
        config
        for config in TOPIC_CONFIGS.values()
        if at_least(version, config.since or "0") and not (config.removed_in and at_least(version, config.removed_in))
    ]


def at_least(version: str, other: str) -> bool:
    return [int(part) for part in version.split(".")] >= [int(part) for part in other.split(".")]


def minimum(config: TopicConfig, version: str) -> float | None:
    older = config.minimum_before_4 is not None and not at_least(version, "4.0")
    return config.minimum_before_4 if older else config.minimum


def accepts(client: AnotherClient, settings: Mapping[str, str]) -> bool:
    """Whether the broker would create a topic with ``settings``."""
    topic = NewTopic("probe", num_partitions=1, replication_factor=1, config=dict(settings))
    (answer,) = client.admin.create_topics([topic], validate_only=True).values()
    try:
        answer.result(60)
    except KafkaException:
        return False
    return True


@pytest.fixture(scope="module")
def client(each_kafka: Sandbox) -> AnotherClient:
    return AnotherClient(each_kafka)


def test_keys_and_defaults(each_kafka: Sandbox, client: AnotherClient) -> None:
    client.create("defaults")
    version = each_kafka.kafka_version
    expected = {
        config.key: config.default
        if config.default_before_4 is None or at_least(version, "4.0")
        else config.default_before_4
        for config in known_to(version)
    }
    assert {key: entry.value for key, entry in client.describe("defaults").items()} == expected


def test_ranges(each_kafka: Sandbox, client: AnotherClient) -> None:
    version = each_kafka.kafka_version
    bounds = {ValueType.INT: 2**31 - 1, ValueType.LONG: 2**63 - 1}
    for config in known_to(version):
        if config.type not in {ValueType.INT, ValueType.LONG, ValueType.DOUBLE}:
            continue
        step = 0.5 if config.type is ValueType.DOUBLE else 1
        lowest, highest = minimum(config, version), config.maximum
        if lowest is None:
            lowest = -bounds[config.type] - 1
        if highest is None:
            highest = bounds[config.type]
        for number, good in ((lowest - step, False), (lowest, True), (highest, True), (highest + step, False)):
            text = str(int(number) if step == 1 else number)
            assert accepts(client, {config.key: text}) == good, f"{config.key}={text} on {version}"
        if config.excluded is not None:
            assert not accepts(client, {config.key: str(config.excluded)})


def test_words(each_kafka: Sandbox, client: AnotherClient) -> None:
    for config in known_to(each_kafka.kafka_version):
        for choice in config.choices:
            assert accepts(client, {config.key: choice})
        if config.choices:
            assert not accepts(client, {config.key: "no-such-word"})


def other_value(config: TopicConfig, version: str) -> str:
    """A value of ``config`` that is not its default and that a broker without tiered storage takes."""
    match config.type:
        case ValueType.BOOLEAN:
            return "false" if config.default == "true" or config.key == "remote.storage.enable" else "true"
        case ValueType.DOUBLE:
            return "0.25"
        case ValueType.ENUM | ValueType.SET:
            words = [choice for choice in config.choices if choice != config.default]
            return words[0] if words else {"message.format.version": "3.0"}.get(config.key, "0:1,1:1")
        case _:
            lowest = minimum(config, version)
            return str(int(lowest) + 2 if lowest is not None else 12345)


def test_every_key_with_another_value_is_applied_and_the_next_plan_is_empty(
    each_kafka: Sandbox, reconciler: RunReconciler, tmp_path: Path
) -> None:
    version = each_kafka.kafka_version
    values = {config.key: other_value(config, version) for config in known_to(version)}
    topics = "".join(f"  every.{key}: {{config: {{{key}: '{value}'}}}}\n" for key, value in values.items())
    write(tmp_path, topics)
    assert_converges(reconciler, each_kafka)


# Every spelling of REAL manifests, each for a topic of its own.
SPELLINGS = [
    ("retention.ms", '"604800001"'),
    ("retention.ms", "604800001"),
    ("retention.ms", '" +0604800001 "'),
    ("retention.ms", "7d"),
    ("retention.ms", "4h5m"),
    ("retention.ms", "-1"),
    ("retention.bytes", "3e+9"),
    ("retention.bytes", '"3e+9"'),
    ("max.message.bytes", "5MiB"),
    ("max.message.bytes", "15MB"),
    ("max.message.bytes", "1000B"),
    ("flush.ms", "9223372036854775806"),
    ("flush.ms", "9223372036854775807"),
    ("preallocate", '"True"'),
    ("preallocate", "true"),
    ("preallocate", "TRUE"),
    ("unclean.leader.election.enable", "'false'"),
    ("cleanup.policy", "[compact, delete]"),
    ("cleanup.policy", "[delete, compact]"),
    ("cleanup.policy", '"compact,delete"'),
    ("cleanup.policy", '"compact, delete"'),
    ("cleanup.policy", '"[compact, delete]"'),
    ("cleanup.policy", '"compact,compact"'),
    ("cleanup.policy", '""'),
    ("min.cleanable.dirty.ratio", "0.25"),
    ("min.cleanable.dirty.ratio", '"0.50"'),
    ("min.cleanable.dirty.ratio", ".75"),
    ("min.cleanable.dirty.ratio", "5e-1"),
    ("min.cleanable.dirty.ratio", "1e-7"),
    ("min.cleanable.dirty.ratio", "0"),
    ("compression.type", '" zstd"'),
    ("message.timestamp.type", "LogAppendTime"),
    ("leader.replication.throttled.replicas", '"*"'),
    ("leader.replication.throttled.replicas", "['0:1', '1:1']"),
]


def test_every_spelling_is_applied_once_and_never_planned_again(
    each_kafka: Sandbox, reconciler: RunReconciler, tmp_path: Path
) -> None:
    topics = (f"  spelt.{number:02}: {{config: {{{key}: {text}}}}}\n" for number, (key, text) in enumerate(SPELLINGS))
    write(tmp_path, "".join(topics))
    assert_converges(reconciler, each_kafka)


def write(folder: Path, topics: str) -> None:
    (folder / "topics.yaml").write_text(f"version: 1\ntopics:\n{topics}")


def assert_converges(reconciler: RunReconciler, sandbox: Sandbox) -> None:
    servers = ["--bootstrap-server", sandbox.bootstrap_servers]
    applied = reconciler("apply", *servers, "--yes", "-o", "json")
    failed = [(topic["name"], topic["error"]) for topic in applied.report["topics"] if topic["status"] != "applied"]
    assert failed == []
    again: Finished = reconciler("plan", *servers, "-o", "json")
    assert again.code == 0
    assert [topic["changes"] for topic in again.report["topics"] if topic["action"] != "skip"] == []


def texts(draw: random.Random, config: TopicConfig) -> str:
    """A text that somebody might write as a value of ``config``, right or wrong."""
    numbers = ["0", "1", "007", "+5", "-1", "-2", "1048576", "2147483647", "2147483648", "9223372036854775807", "1_000"]
    words = [*config.choices, "true", "FALSE", "True", "yes", "none", ""]
    floats = ["0.5", ".5", "5e-1", "1.0", "1.5", "1E0", "+.25", "00.10", "1e-3", "-0.0"]
    pool = {
        ValueType.BOOLEAN: words,
        ValueType.INT: [*numbers, "1.0", "1e3"],
        ValueType.LONG: [*numbers, "1.0", "1e3"],
        ValueType.DOUBLE: [*floats, *numbers],
        ValueType.ENUM: words,
        ValueType.SET: words,
    }[config.type]
    text = draw.choice(pool)
    if config.type is ValueType.SET and draw.random() < 0.5:
        text = draw.choice([", ", ",", " ,"]).join([text, draw.choice(pool)])
    if config.type is ValueType.ENUM and draw.random() < 0.2:
        text = text.upper()
    return draw.choice(["{}", " {}", "{} ", "\t{}"]).format(text)


def test_canonical_agrees_with_the_brokers_reading(each_kafka: Sandbox, client: AnotherClient) -> None:
    draw = random.Random(SEED)  # noqa: S311 - examples, no secrets
    configs = [
        config
        for config in known_to(each_kafka.kafka_version)
        if not config.key.startswith(("remote.", "message.format")) and "throttled" not in config.key
    ]
    written: dict[str, tuple[str, str]] = {}
    for number in range(250):
        config = draw.choice(configs)
        text = texts(draw, config)
        try:
            read = canonical(config.key, text)
        except InvalidValue:
            assert not accepts(client, {config.key: text}), f"we refuse {config.key}={text!r}, the broker does not"
            continue
        too_small = minimum(config, each_kafka.kafka_version)
        if config.type is ValueType.INT and too_small is not None and int(read) < too_small:
            continue  # right for older brokers
        assert accepts(client, {config.key: text}), f"we take {config.key}={text!r}, the broker does not"
        name = f"reading.{number}"
        client.create(name, config={config.key: text})
        written[name] = (config.key, text)
    for name, (key, text) in written.items():
        assert canonical(key, client.describe(name)[key].value) == canonical(key, text), f"{key}={text!r}"


@pytest.mark.parametrize("config", TOPIC_CONFIGS.values(), ids=lambda config: config.key)
def test_every_default_is_a_canonical_value(config: TopicConfig) -> None:
    assert canonical(config.key, expand(config.key, config.default)) == config.default


def test_a_value_equal_to_the_brokers_default_is_no_change_and_stays_so_as_an_override(
    each_kafka: Sandbox, client: AnotherClient, reconciler: RunReconciler, tmp_path: Path
) -> None:
    configs = [config for config in known_to(each_kafka.kafka_version) if config.default_before_4 is None]
    settings: dict[str, Any] = {config.key: config.default for config in configs}
    client.create("equal.inherited")
    client.create("equal.overridden", config=settings)
    lines = ", ".join(f"{key}: '{value}'" for key, value in settings.items())
    write(tmp_path, f"  equal.inherited: {{config: {{{lines}}}}}\n  equal.overridden: {{config: {{{lines}}}}}\n")
    done = reconciler("plan", "--bootstrap-server", each_kafka.bootstrap_servers, "-o", "json")
    assert done.report["summary"]["skip"] == 2


def test_the_brokers_names_are_those_that_brokers_show(client: AnotherClient) -> None:
    client.create("synonyms")
    shown = {
        synonym: key
        for key, entry in client.describe("synonyms").items()
        for synonym in entry.synonyms
        if synonym not in TOPIC_CONFIGS
    }
    assert len(shown) > 15
    assert {name: BROKER_SYNONYMS[name].key for name in shown} == shown


def test_brokers_take_the_lower_of_in_sync_replicas_and_replicas(each_kafka: Sandbox, client: AnotherClient) -> None:
    client.create("in-sync", config={"min.insync.replicas": "2"})
    delivered: list[KafkaError | None] = []
    producer = Producer({"bootstrap.servers": each_kafka.bootstrap_servers, "acks": "all", "log_level": 0})
    producer.produce("in-sync", b"x", on_delivery=lambda error, _message: delivered.append(error))
    producer.flush(60)
    assert delivered == [None]


def test_every_version_checks_without_doing(each_kafka: Sandbox, reconciler: RunReconciler, tmp_path: Path) -> None:
    check_dry_run(each_kafka, reconciler, tmp_path)
