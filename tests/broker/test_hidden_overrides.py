"""Overrides whose value a real broker does not show: keys of Kafka 3 that outlived an upgrade to Kafka 4."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest
from confluent_kafka.admin import ConfigSource

from reconciler.cluster import configs
from reconciler.cluster.reader import Reader
from reconciler.model import Query
from reconciler.sandbox import Sandbox
from reconciler.sandbox.jars import jars
from reconciler.sandbox.java import find_java
from reconciler.sandbox.kafka_nodes import KafkaNode, plan_nodes, write_properties
from reconciler.sandbox.servers import Servers, await_end, await_ready, format_storage, guarded
from reconciler.sandbox.versions import full_version
from tests.broker.another_client import AnotherClient
from tests.broker.ways_to_read import WAYS, connect, spec
from tests.support.command import Finished, RunReconciler

OLD, NEW = full_version("3.9"), full_version("4.1")  # 4.4 no longer knows of such keys, nor minds them
FORMAT, DOWNCONVERSION = "message.format.version", "message.downconversion.enable"
HIDDEN: Mapping[str, Mapping[str, str]] = {
    **{f"{name}.format": {FORMAT: "3.0-IV1", "retention.ms": "3600000"} for name in ("read", "reset", "kept", "named")},
    "reset.downconversion": {DOWNCONVERSION: "false"},
}


def java(version: str) -> Sequence[str]:
    classpath = os.pathsep.join(map(str, jars(version, os.environ, lambda _line: None)))
    return [find_java(os.environ).program, "-Xmx512m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-cp", classpath]


def run(servers: Servers, node: KafkaNode) -> int:
    pid = servers.start(node)
    await_ready({node: pid})
    return pid


@pytest.fixture(scope="module")
def upgraded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    """A newer Kafka on the data of an old one, whose topics have keys that the newer one does not know."""
    folder = tmp_path_factory.mktemp("upgraded")
    with ExitStack() as stack:
        old, new = (stack.enter_context(guarded(java(version), folder)) for version in (OLD, NEW))
        (node,) = nodes = plan_nodes(1, folder)
        write_properties(nodes, {})
        format_storage(java(OLD), node, "4L6g3nShT-eMCtK--X86sw")
        pid = run(old, node)
        before = AnotherClient(Sandbox(OLD, nodes, old, {node.node_id: pid}))
        for name, config in HIDDEN.items():
            before.create(name, config=config)
        os.kill(pid, signal.SIGTERM)
        assert await_end(pid)
        yield Sandbox(NEW, nodes, new, {node.node_id: run(new, node)})


@dataclass(frozen=True)
class Upgraded:
    """The cluster, and the commands against it."""

    kafka: Sandbox
    reconciler: RunReconciler
    folder: Path

    def write(self, topics: str, policy: str = "{}") -> None:
        (self.folder / "topics.yaml").write_text(f"version: 1\npolicy: {policy}\ntopics:\n{topics}")

    def __call__(self, *arguments: str) -> Finished:
        return self.reconciler(*arguments, "--bootstrap-server", self.kafka.bootstrap_servers)


@pytest.fixture
def cluster(upgraded: Sandbox, reconciler: RunReconciler, tmp_path: Path) -> Upgraded:
    return Upgraded(upgraded, reconciler, tmp_path)


@pytest.mark.parametrize("way", WAYS)
def test_both_ways_of_reading_report_an_override_without_its_value(
    way: str, upgraded: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(configs, "WORTH_A_CONNECTION", 0 if way == "librdkafka" else sys.maxsize)
    entry = AnotherClient(upgraded).describe("read.format")[FORMAT]
    assert (entry.source, entry.value) == (ConfigSource.DYNAMIC_TOPIC_CONFIG.value, None)
    live = Reader(connect(upgraded.bootstrap_servers)).look(Query.of([spec("read.format")]))
    assert live.topics["read.format"].overrides == {FORMAT: None, "retention.ms": "3600000"}


def test_it_is_planned_as_a_reset_and_sent_with_the_other_changes_of_its_topic(cluster: Upgraded) -> None:
    cluster.write("  reset.format: {config: {retention.ms: 2h}}\n  reset.downconversion: {}\n")
    planned = cluster("plan")
    assert planned.code == 0, planned.stderr
    assert f"- {FORMAT}: (value not readable) → (broker default)" in planned.stdout
    assert f"- {DOWNCONVERSION}: (value not readable) → (broker default)" in planned.stdout

    applied = cluster("apply", "--yes", "-o", "json")
    assert applied.code == 0, applied.stderr
    by_name = {topic["name"]: topic for topic in applied.report["topics"]}
    assert by_name["reset.format"]["live"]["config"] == {FORMAT: None, "retention.ms": "3600000"}
    assert [(change["field"], change["before"], change["after"]) for change in by_name["reset.format"]["changes"]] == [
        (f"config.{FORMAT}", None, None),
        ("config.retention.ms", "3600000", "7200000"),
    ]
    assert {topic["verification"]["status"] for topic in by_name.values()} == {"verified"}
    assert all(len(topic["attempts"]) == 1 for topic in by_name.values())

    client = AnotherClient(cluster.kafka)
    assert client.overrides("reset.format") == {"retention.ms": "7200000"}
    assert client.overrides("reset.downconversion") == {}
    assert "In sync" in cluster("plan").stdout


def test_one_that_the_policy_keeps_is_named_where_it_stands_in_the_way(cluster: Upgraded) -> None:
    cluster.write("  kept.format: {config: {retention.ms: 2h}}\n", policy="{extra_config: keep}")
    planned = cluster("plan")
    assert planned.code == 3
    assert f"the broker refuses to change 'kept.format' while its override {FORMAT} is in place" in planned.stderr
    assert f"--alter --topic kept.format --delete-config {FORMAT}" in planned.stderr
    assert "policy.extra_config: keep" in planned.stderr

    cluster.write("  kept.format: {config: {retention.ms: 1h}}\n", policy="{extra_config: keep}")
    equal = cluster("plan")
    assert equal.code == 0
    assert "warning" not in equal.stderr


def test_one_that_the_manifest_sets_is_said_to_be_compared_with_nothing(cluster: Upgraded) -> None:
    cluster.write(f"  named.format: {{config: {{retention.ms: 1h, {FORMAT}: 3.0-IV1}}}}\n")
    planned = cluster("plan", "-o", "json")
    assert planned.code == 0
    assert planned.report["topics"][0]["action"] == "skip"
    (warning,) = [each for each in planned.report["diagnostics"] if each["code"] == "value-not-compared"]
    assert (warning["topic"], warning["origin"]["line"]) == ("named.format", 4)
    assert "remove it from the manifest" in warning["hint"]

    cluster.write(f"  named.format: {{config: {{retention.ms: 2h, {FORMAT}: 3.0-IV1}}}}\n")
    refused = cluster("plan")
    assert refused.code == 3
    assert f"the broker refuses to change 'named.format' while its override {FORMAT} is in place" in refused.stderr
    assert f"remove {FORMAT} from the manifest" in refused.stderr
