"""No input that a manifest can hold corrupts a request: what is not refused arrives as it stands."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from reconciler.clock import TimeLimit
from reconciler.cluster.requests import alter_configs, create_partitions, create_topics
from reconciler.cluster.writer import WritingConnection
from reconciler.errors import ManifestInvalid
from reconciler.manifest.limits import MAX_BYTES, MAX_COUNTS
from reconciler.manifest.load import load
from reconciler.model import TopicSpec
from tests.wire.fake_cluster import DONE, Answer
from tests.wire.fake_kafka import FakeKafka
from tests.wire.faults import Fault

SECONDS = 30


class Listener(FakeKafka):
    """Agrees to every write, and keeps what was asked."""

    def __init__(self) -> None:
        self.asked: dict[str, Mapping[str, Any]] = {}
        super().__init__()

    def answers(
        self,
        node: int,  # noqa: ARG002 - the signature of what it replaces
        api: str,
        wanted: Mapping[str, Any],
        faults: Mapping[str, Fault],  # noqa: ARG002 - likewise
        *,
        validate_only: bool,  # noqa: ARG002 - likewise
    ) -> dict[str, Answer]:
        self.asked[api] = wanted
        return dict.fromkeys(wanted, DONE)


@pytest.fixture(scope="module")
def kafka() -> Iterator[Listener]:
    with Listener() as kafka:
        yield kafka


@pytest.fixture(scope="module")
def connection(kafka: Listener) -> WritingConnection:
    return WritingConnection({"bootstrap.servers": kafka.bootstrap_servers}, limit=TimeLimit(SECONDS))


LONG = st.builds(
    lambda letter, bytes_: letter * (bytes_ // len(letter.encode())),
    st.sampled_from("aé€💥"),
    st.sampled_from([MAX_BYTES - 1, MAX_BYTES, MAX_BYTES + 1, 2 * MAX_BYTES, 2**16, 2**17]),
)
TEXTS = st.text(st.characters(categories=["L", "N", "P", "S", "Z", "Cc", "Cf", "Cs"]), max_size=5)
KEYS = st.sampled_from(["retention.ms", "cleanup.policy", "vendor.key"]) | TEXTS | LONG
VALUES = st.sampled_from(["1d", "compact, delete", "", "-1", "0x" + "f" * 5000]) | TEXTS | LONG
COUNTS = st.sampled_from([-1, 1, 6, 9_999, 10_000]) | st.sampled_from([10_001, 32_767, 65_536, 100_000, 100_001, 2**31])
TOPICS = st.fixed_dictionaries(
    {"config": st.dictionaries(KEYS, VALUES, max_size=2)},
    optional={"partitions": COUNTS, "replication_factor": COUNTS},
)


def load_of(topics: Mapping[str, Any], path: Path) -> tuple[TopicSpec, ...]:
    """``topics`` through a manifest, texts by variables, which hold what YAML has no escape for."""
    variables: dict[str, str] = {}

    def variable(text: str) -> str:
        name = f"TEXT_{len(variables)}"
        variables[name] = text
        return f'"${{{name}:-}}"'

    lines = ["version: 1", "topics:"]
    for name, wish in topics.items():
        config = ", ".join(f"{variable(key)}: {variable(value)}" for key, value in wish["config"].items())
        counts = "".join(f", {field}: {wish[field]}" for field in MAX_COUNTS if field in wish)
        lines.append(f"  {name}: {{config: {{{config}}}{counts}}}")
    path.write_text("\n".join(lines))
    return tuple(load([path], None, variables).topics)


@settings(max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(topics=st.dictionaries(st.sampled_from(["a", "b", "c"]), TOPICS, min_size=1))
def test_what_is_not_refused_arrives_as_it_stands(
    topics: dict[str, Any], kafka: Listener, connection: WritingConnection, tmp_path: Path
) -> None:
    try:
        specs = load_of(topics, tmp_path / "topics.yaml")
    except ManifestInvalid:
        event("refused")
        return
    event("accepted")
    connection.limit.restart()
    assert set(create_topics(connection, specs, validate_only=False).values()) == {None}
    asked = kafka.asked["create_topics"]
    assert {
        name: (each.num_partitions, each.replication_factor, {entry.name: entry.value for entry in each.configs})
        for name, each in asked.items()
    } == {spec.name: (spec.partitions or -1, spec.replication_factor or -1, dict(spec.config)) for spec in specs}

    changes = {spec.name: spec.config for spec in specs if spec.config}
    if changes:
        assert set(alter_configs(connection, changes, validate_only=False).values()) == {None}
        altered = kafka.asked["incremental_alter_configs"]
        assert {name: {entry.name: entry.value for entry in each.configs} for name, each in altered.items()} == changes

    totals = {spec.name: spec.partitions for spec in specs if spec.partitions}
    if totals:
        assert set(create_partitions(connection, totals, {}, validate_only=False).values()) == {None}
        assert {name: each.count for name, each in kafka.asked["create_partitions"].items()} == totals


@pytest.mark.parametrize(
    ("wish", "problem"),
    [
        ({"config": {}, "replication_factor": 10_001}, "must be a whole number from 1 to 10000"),
        ({"config": {}, "partitions": 100_001}, "must be a whole number from 1 to 100000"),
        ({"config": {"vendor.key": "v" * (MAX_BYTES + 1)}}, "the value of vendor.key is 32,768 bytes long"),
        ({"config": {"vendor.key": "é" * (MAX_BYTES // 2 + 1)}}, "the value of vendor.key is 32,768 bytes long"),
        ({"config": {"k" * (MAX_BYTES + 1): "v"}}, "is 32,768 bytes long; Kafka accepts at most 32,767"),
        ({"config": {"": "v"}}, "the config key '' is empty"),
        ({"config": {"vendor.key": "a\0b"}}, "the value of vendor.key contains a NUL character"),
        ({"config": {"vendor\0key": "v"}}, r"the config key 'vendor\x00key' contains a NUL character"),
    ],
)
def test_what_no_request_can_carry_is_refused_at_its_line(wish: dict[str, Any], problem: str, tmp_path: Path) -> None:
    with pytest.raises(ManifestInvalid) as refused:
        load_of({"good": {"config": {}}, "bad": wish}, tmp_path / "topics.yaml")
    (diagnostic,) = refused.value.diagnostics
    assert problem in diagnostic.message
    assert diagnostic.topic in {"bad", None}
    assert str(diagnostic.origin).startswith(f"{tmp_path}/topics.yaml:4:")
