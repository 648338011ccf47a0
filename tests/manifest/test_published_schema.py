"""The published schemas accept all that ``validate`` accepts, and reject common mistakes."""

from __future__ import annotations

import json
from typing import Any

import jsonschema_rs
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from reconciler.configs import TOPIC_CONFIGS, InvalidValue, ValueType, canonical, expand
from reconciler.configs.descriptions import DESCRIPTIONS
from reconciler.manifest.written_schema import written_schema
from tests.manifest.nearly_manifests import NEARLY_MANIFESTS
from tests.support.command import PROJECT

PUBLISHED = {
    name: jsonschema_rs.Draft7Validator(json.loads((PROJECT / "schemas" / f"{name}.schema.json").read_text()))
    for name in ("topics", "overlay")
}


WRITTEN = {name: jsonschema_rs.Draft7Validator(written_schema(name)) for name in PUBLISHED}


def accepts(topic: Any, name: str = "topics") -> bool:
    return PUBLISHED[name].is_valid({"version": 1, "topics": {"t": topic}})


WORDS = ["7d", "1.5h", "4h 5m", "1d12h", " 7 ", "+5", "007", "3e+9", "2.5e1", ".5", "5MiB", "15 MB", "1kB", "-1", "-2"]
MORE_WORDS = [
    "TRUE",
    " false ",
    "gzip",
    " zstd ",
    "compact, delete",
    "[compact, delete]",
    "['compact']",
    "",
    "*",
    "1:2",
]
TEXTS = st.sampled_from(WORDS + MORE_WORDS) | st.from_regex(
    r"[0-9]{1,3}(\.[0-9])?(ms|s|m|h|d|w|B|kB|MiB)", fullmatch=True
)


@settings(max_examples=100)
@given(value=TEXTS | st.text(max_size=5) | st.integers(-3, 2**40).map(str))
@example(value="9223372036854775807")
@pytest.mark.parametrize("key", sorted(TOPIC_CONFIGS))
def test_a_value_that_is_valid_is_valid_in_the_editor(key: str, value: str) -> None:
    try:
        number = canonical(key, expand(key, value))
    except InvalidValue:
        return
    assert accepts({"config": {key: value}})
    match TOPIC_CONFIGS[key].type:
        case ValueType.BOOLEAN:
            assert accepts({"config": {key: number == "true"}})
        case ValueType.INT | ValueType.LONG:
            assert accepts({"config": {key: int(number)}})
        case ValueType.DOUBLE:
            assert accepts({"config": {key: float(number)}})
        case ValueType.SET:
            assert accepts({"config": {key: number.split(",") if number else []}})
        case ValueType.ENUM:
            pass


@settings(max_examples=300)
@pytest.mark.parametrize("name", ["topics", "overlay"])
@given(document=NEARLY_MANIFESTS)
def test_a_manifest_that_is_valid_is_valid_in_the_editor(name: str, document: dict[str, Any]) -> None:
    document = {"topics": {}} | document
    for settings_of_topic in [*document["topics"].values(), document.get("defaults", {})]:
        settings_of_topic.pop("config", None)  # the written schema leaves these values to the checks behind it
    if WRITTEN[name].is_valid(document):
        assert PUBLISHED[name].is_valid(document)


@pytest.mark.parametrize("name", ["topics", "overlay"])
@pytest.mark.parametrize("key", sorted(TOPIC_CONFIGS))
def test_a_config_value_can_be_a_variable_or_null(key: str, name: str) -> None:
    for value in ("${X}", "${X:-7}d", None):
        assert accepts({"config": {key: value}}, name)
    assert PUBLISHED["topics"].is_valid({"version": 1, "topics": {}, "defaults": {"config": {key: None}}}) is False


def test_counts_choices_names_and_keys_can_be_variables() -> None:
    topic = {"partitions": "${P}", "replication_factor": "${R:-3}", "env_key": "A_${K}", "config": {"${KEY}": 1}}
    manifest = {
        "version": "${V}",
        "defaults": {"partitions": "${P}"},
        "profiles": {"${NAME}": {"partitions": "${P}"}},
        "policy": {"extra_config": "${X:-keep}", "ignore_config": ["${X}"]},
        "cluster": {"id": "${ID}", "bootstrap_servers": "${SERVERS}"},
        "topics": {"${TEAM}.orders": topic},
    }
    assert PUBLISHED["topics"].is_valid(manifest)


@pytest.mark.parametrize(
    "topic",
    [
        {"partitions": 0},
        {"partitions": "3"},
        {"partitons": 3},
        {"replication_factor": 10_001},
        {"env_key": "a-b"},
        {"owner": 42},
        {"config": {"retention.ms": "7 days"}},
        {"config": {"retention.ms": "5MiB"}},
        {"config": {"retention.ms": -2}},
        {"config": {"retention.ms": True}},
        {"config": {"max.message.bytes": "5 mib"}},
        {"config": {"max.message.bytes": 2**31}},
        {"config": {"segment.bytes": 13}},
        {"config": {"compression.gzip.level": 0}},
        {"config": {"compression.type": "none"}},
        {"config": {"cleanup.policy": "Compact"}},
        {"config": {"cleanup.policy": ["compact", "delet"]}},
        {"config": {"preallocate": "yes"}},
        {"config": {"min.cleanable.dirty.ratio": 1.5}},
        {"config": {"flush.ms": {}}},
    ],
)
def test_a_mistake_is_one_in_the_editor(topic: dict[str, Any]) -> None:
    assert not accepts(topic)
    assert not accepts(topic, "overlay")


def test_every_config_key_is_described() -> None:
    assert [*DESCRIPTIONS] == [*TOPIC_CONFIGS]
