"""The problems of topics: one message for each cause."""

from __future__ import annotations

from pathlib import Path

import pytest

from reconciler.errors import Diagnostic, Location, Severity
from reconciler.manifest.checks import objections
from reconciler.manifest.limits import MAX_BYTES, MAX_BYTES_OF_A_REQUEST, bytes_to_send
from reconciler.manifest.load import load
from reconciler.model import Policy, TopicSpec


def warnings(text: str, folder: Path) -> list[Diagnostic]:
    (folder / "topics.yaml").write_text(text)
    diagnostics = load([folder / "topics.yaml"], None, {}).diagnostics
    assert {each.severity for each in diagnostics} <= {Severity.WARNING}
    return list(diagnostics)


@pytest.mark.parametrize("layer", ["defaults", "profile"])
def test_what_300_topics_inherit_is_said_once_with_their_names(layer: str, tmp_path: Path) -> None:
    settings = "{replication_factor: 3, config: {retention.mss: 1, min.insync.replicas: 3, segment.bytes: 64kB}}"
    above = f"defaults: {settings}" if layer == "defaults" else f"profiles: {{p: {settings}}}"
    profile = "profile: p" if layer == "profile" else ""
    topics = "".join(f"  t{number:03}: {{{profile}}}\n" for number in range(300))
    found = warnings(f"version: 1\n{above}\ntopics:\n{topics}", tmp_path)
    assert {each.code: each.topic for each in found} == {
        "unknown-config-key": None,
        "min-insync-replicas": None,
        "below-minimum-of-kafka-4": None,
    }
    for each in found:
        assert each.message.endswith(" (300 topics: t000, t001, t002 and 297 more)")


def test_one_topic_is_named_as_such_and_two_in_the_words(tmp_path: Path) -> None:
    text = "version: 1\ndefaults: {config: {no.such: 1}}\ntopics: {a: {}, b: {}, c: {config: {no.such: 2}}}\n"
    both, one = warnings(text, tmp_path)
    assert (both.topic, one.topic) == (None, "c")
    assert both.message == "unknown topic config 'no.such' (2 topics: a, b)"
    assert one.message == "unknown topic config 'no.such'"


@pytest.mark.parametrize(
    ("needed", "replicas", "message", "hint"),
    [
        (
            3,
            2,
            "is above replication_factor (2); Kafka 3.7 and newer treat it as 2",
            "set at most 1; otherwise producers",
        ),
        (2, 1, "is above replication_factor (1); Kafka 3.7 and newer treat it as 1", "set at most 1"),
        (
            3,
            3,
            "equals replication_factor (3)",
            "set at most 2; otherwise producers with acks=all fail while one broker",
        ),
    ],
)
def test_what_is_said_of_in_sync_replicas(needed: int, replicas: int, message: str, hint: str, tmp_path: Path) -> None:
    topic = f"{{replication_factor: {replicas}, config: {{min.insync.replicas: {needed}}}}}"
    (warning,) = warnings(f"version: 1\ntopics: {{t: {topic}}}\n", tmp_path)
    assert warning.message == f"min.insync.replicas ({needed}) {message}"
    assert str(warning.hint).startswith(hint)


@pytest.mark.parametrize(("needed", "replicas"), [(1, 1), (1, 2), (2, 3)])
def test_fewer_in_sync_replicas_than_replicas_are_fine(needed: int, replicas: int, tmp_path: Path) -> None:
    topic = f"{{replication_factor: {replicas}, config: {{min.insync.replicas: {needed}}}}}"
    assert warnings(f"version: 1\ntopics: {{t: {topic}}}\n", tmp_path) == []


@pytest.mark.parametrize(
    ("value", "is_warned"), [("1048575", True), ("64kB", True), ("1048576", False), ("1GiB", False)]
)
def test_a_segment_that_kafka_4_refuses_is_warned_of(value: str, is_warned: bool, tmp_path: Path) -> None:
    found = warnings(f"version: 1\ntopics: {{t: {{config: {{segment.bytes: {value}}}}}}}\n", tmp_path)
    assert [each.code for each in found] == ["below-minimum-of-kafka-4"] * is_warned
    for each in found:
        assert "does not start" in str(each.hint)


@pytest.mark.parametrize("number", [1599, 1600])
def test_one_topic_whose_config_no_broker_reads_is_refused_at_its_line(number: int) -> None:
    """Measured: at 104,857,600 bytes a broker answers, and at more it closes the connection."""
    config = {f"confluent.{each}{'k' * MAX_BYTES}"[:MAX_BYTES]: "v" * MAX_BYTES for each in range(number)}
    place = Location("topics.yaml", 7, 3)
    found = objections([TopicSpec(name="t", origin=place, config=config)], Policy())
    assert [(each.code, each.topic, each.origin) for each in found] == [("config-too-large", "t", place)] * (
        bytes_to_send(config) > MAX_BYTES_OF_A_REQUEST
    )
    assert [f"{bytes_to_send(config):,} bytes in a request" in each.message for each in found] == [True] * len(found)
    assert (number == 1600) == bool(found)
