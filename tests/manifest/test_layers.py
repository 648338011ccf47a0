"""Which layer wins, and where each value comes from."""

from __future__ import annotations

from pathlib import Path

import pytest

from reconciler.manifest.load import load
from reconciler.model import TopicSpec

BASE = """\
version: 1
defaults:
  partitions: 1
  replication_factor: 1
  config: {retention.ms: 1, segment.ms: 1, flush.ms: 1, flush.messages: 1}
topics:
  orders:
    partitions: 2
    config: {segment.ms: 2, flush.ms: 2}
  returns: {partitions: -1}
"""
OVERLAY = """\
defaults:
  config: {flush.messages: 3}
topics:
  orders: {config: {flush.ms: 3}}
  added: {owner: team-a}
"""


@pytest.fixture
def topics(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, TopicSpec]:
    monkeypatch.chdir(tmp_path)
    Path("topics.yaml").write_text(BASE)
    Path("topics.prod.yaml").write_text(OVERLAY)
    return {topic.name: topic for topic in load([Path("topics.yaml")], "prod", {}).topics}


def test_a_topic_wins_over_the_defaults_and_the_overlay_over_both(topics: dict[str, TopicSpec]) -> None:
    orders = topics["orders"]
    assert (orders.partitions, orders.replication_factor) == (2, 1)
    assert orders.config == {"flush.messages": "3", "flush.ms": "3", "retention.ms": "1", "segment.ms": "2"}


def test_every_value_points_to_the_place_that_set_it(topics: dict[str, TopicSpec]) -> None:
    assert {field: str(source.origin) for field, source in topics["orders"].sources.items()} == {
        "partitions": "topics.yaml:8:17",
        "replication_factor": "topics.yaml:4:23",
        "config.retention.ms": "topics.yaml:5:26",
        "config.segment.ms": "topics.yaml:9:26",
        "config.flush.ms": "topics.prod.yaml:4:31",
        "config.flush.messages": "topics.prod.yaml:2:28",
    }


def test_minus_one_leaves_the_count_to_the_broker_whatever_the_defaults_say(topics: dict[str, TopicSpec]) -> None:
    assert topics["returns"].partitions is None


def test_an_overlay_may_add_a_topic(topics: dict[str, TopicSpec]) -> None:
    assert topics["added"].owner == "team-a"
    assert topics["added"].partitions == 1
    assert str(topics["added"].origin) == "topics.prod.yaml:5:3"


@pytest.mark.parametrize(
    ("variables", "count"),
    [
        ({"KAFKA_TOPIC_METRICS_REPLICATION_FACTOR": "3"}, 3),
        ({"KAFKA_TOPIC_METRICS_REPLICATION": "3"}, 3),
        ({"KAFKA_TOPIC_METRICS_REPLICATION": "3", "KAFKA_TOPIC_METRICS_REPLICATION_FACTOR": "03"}, 3),
        ({"KAFKA_TOPIC_METRICS_REPLICATION": "", "KAFKA_TOPIC_METRICS_REPLICATION_FACTOR": "3"}, 3),
        ({"KAFKA_TOPIC_METRICS_REPLICATION": "", "KAFKA_TOPIC_METRICS_REPLICATION_FACTOR": " "}, 2),
        ({"KAFKA_TOPIC_METRICS_REPLICATION_FACTOR": "-1"}, None),
    ],
)
def test_a_variable_sets_the_replication_factor_by_either_name_unless_it_is_empty(
    variables: dict[str, str], count: int | None, tmp_path: Path
) -> None:
    (tmp_path / "topics.yaml").write_text("version: 1\ntopics: {metrics: {replication_factor: 2}}\n")
    state = load([tmp_path / "topics.yaml"], None, variables)
    assert [topic.replication_factor for topic in state.topics] == [count]
    assert state.diagnostics == ()


NULLS = """\
version: 1
defaults: {config: {retention.ms: 1, flush.ms: 1, segment.ms: 1d}}
profiles:
  p: {config: {flush.ms: null, preallocate: true}}
topics:
  a: {config: {retention.ms: null}}
  b: {profile: p}
  c: {profile: p, config: {flush.ms: 3, preallocate: null}}
  d: {}
"""


def test_null_takes_away_what_the_layers_below_set(tmp_path: Path) -> None:
    (tmp_path / "topics.yaml").write_text(NULLS)
    state = load([tmp_path / "topics.yaml"], None, {})
    assert state.diagnostics == ()
    assert {topic.name: dict(topic.config) for topic in state.topics} == {
        "a": {"flush.ms": "1", "segment.ms": "86400000"},
        "b": {"preallocate": "true", "retention.ms": "1", "segment.ms": "86400000"},
        "c": {"flush.ms": "3", "retention.ms": "1", "segment.ms": "86400000"},
        "d": {"flush.ms": "1", "retention.ms": "1", "segment.ms": "86400000"},
    }
    a, b, c, d = state.topics
    assert (a.sources["config.retention.ms"].layer, b.sources["config.flush.ms"].layer) == ("topic", "profile p")
    assert str(c.origin_of("config.preallocate")).endswith(":8:54")
    assert (a.names("retention.ms"), a.names("preallocate"), d.names("preallocate")) == (True, False, False)


def test_null_in_an_overlay_removes_the_line_below_be_it_null_itself(tmp_path: Path) -> None:
    (tmp_path / "topics.yaml").write_text(NULLS)
    (tmp_path / "topics.prod.yaml").write_text("topics: {a: {config: {retention.ms: null}}}\n")
    a, *_ = load([tmp_path / "topics.yaml"], "prod", {}).topics
    assert a.config["retention.ms"] == "1"
