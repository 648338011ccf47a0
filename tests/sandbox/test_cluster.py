"""A real Kafka on this machine, through the Python interface."""

from __future__ import annotations

import os
import signal
import uuid
from contextlib import ExitStack
from pathlib import Path

import pytest

from reconciler.cluster.ready import Readiness
from reconciler.errors import SandboxError
from reconciler.sandbox import Sandbox, start
from reconciler.sandbox.kafka_nodes import free_ports, new_id
from reconciler.sandbox.versions import DEFAULT_VERSION, full_version, known_versions
from tests.sandbox.left_over import folder_of, gone
from tests.support.clients import AdminClient


def test_known_versions_are_the_newest_of_three_lines() -> None:
    assert [version.rpartition(".")[0] for version in known_versions()] == ["4.4", "4.1", "3.9"]
    assert known_versions()[0] == DEFAULT_VERSION == full_version("4.4") == full_version("4.4.0")
    with pytest.raises(SandboxError, match=r"the sandbox has no Kafka [42]"):
        full_version("2")


def test_no_id_looks_like_an_option(monkeypatch: pytest.MonkeyPatch) -> None:
    drawn = iter([uuid.UUID(int=0xF8 << 120), uuid.UUID(int=0)])
    monkeypatch.setattr(uuid, "uuid4", lambda: next(drawn))
    assert new_id() == "AAAAAAAAAAAAAAAAAAAAAA"  # the first would have been "-AAA…"


@pytest.mark.parametrize("version", ["4.4.0", "4.1", "3.9"])
def test_each_version_serves(version: str) -> None:
    with start(kafka_version=version) as sandbox:
        assert sandbox.kafka_version == full_version(version)
        metadata = AdminClient({"bootstrap.servers": sandbox.bootstrap_servers, "log_level": 0}).list_topics(timeout=60)
        assert [broker.port for broker in metadata.brokers.values()] == [broker.port for broker in sandbox.brokers]
        folder = folder_of(sandbox)
        assert folder.is_dir()
    assert gone(sandbox)
    assert not folder.exists()


def test_three_brokers_have_racks_and_survive_the_loss_of_one(kafka: Sandbox) -> None:
    with start(brokers=3) as sandbox:
        admin = AdminClient({"bootstrap.servers": sandbox.bootstrap_servers, "log_level": 0})
        nodes = admin.describe_cluster().result(60).nodes
        assert sorted((node.id, node.rack) for node in nodes) == [(1, "rack-1"), (2, "rack-2"), (3, "rack-3")]
        os.kill(sandbox.brokers[0].pid, signal.SIGKILL)
        readiness = Readiness(sandbox.bootstrap_servers)
        while readiness.brokers(timeout=10) != 2:
            pass  # each look waits for a broker's answer
    assert gone(sandbox)
    assert not gone(kafka)  # several clusters at once do not disturb each other


def test_several_at_once() -> None:
    with ExitStack() as stack:
        first, second = (stack.enter_context(start()) for _ in range(2))
        assert first.bootstrap_servers != second.bootstrap_servers
    assert gone(first)
    assert gone(second)


def test_server_properties_reach_the_broker() -> None:
    with start(properties={"auto.create.topics.enable": "true", "num.partitions": "7"}) as sandbox:
        admin = AdminClient({"bootstrap.servers": sandbox.bootstrap_servers, "log_level": 0})
        admin.list_topics("made-by-asking", timeout=60)
        while not (topics := admin.list_topics(timeout=60).topics):
            pass  # as above
        assert len(topics["made-by-asking"].partitions) == 7


def test_a_broker_that_does_not_start_shows_the_end_of_its_log() -> None:
    with (
        pytest.raises(SandboxError, match="Kafka did not start") as failure,
        start(properties={"num.io.threads": "none"}),
    ):
        pass
    assert "num.io.threads" in str(failure.value)


def test_a_broker_that_dies_while_starting_shows_the_end_of_its_log() -> None:
    # The format tool does not mind this one, the broker does.
    wrong = {"metric.reporters": "no.such.Class"}
    with pytest.raises(SandboxError, match="Kafka did not start") as failure, start(properties=wrong):
        pass
    assert "no.such.Class" in str(failure.value)


def test_free_ports_are_none_that_the_system_gives_to_others_nor_the_same_twice() -> None:
    limits = Path("/proc/sys/net/ipv4/ip_local_port_range")
    first_given = int(limits.read_text().split()[0]) if limits.exists() else 49_152
    ports = [port for _ in range(50) for port in free_ports(3)]
    assert len(set(ports)) == 150
    assert max(ports) < first_given


@pytest.mark.parametrize("brokers", [0, 7])
def test_one_to_six_brokers(brokers: int) -> None:
    with pytest.raises(SandboxError, match="1 to 6 brokers"), start(brokers=brokers):
        pass


@pytest.mark.parametrize("racks", [0, 3])
def test_no_more_racks_than_brokers(racks: int) -> None:
    with pytest.raises(SandboxError, match="2 brokers can be in 1 to 2 racks"), start(brokers=2, racks=racks):
        pass


def test_a_port_that_is_taken_is_named(kafka: Sandbox) -> None:
    port = kafka.brokers[0].port
    with pytest.raises(SandboxError, match=f"port {port} is in use"), start(port=port):
        pass


def test_an_error_in_the_block_ends_the_cluster_too() -> None:
    with pytest.raises(RuntimeError, match="mine"), start() as sandbox:
        raise RuntimeError("mine")
    assert gone(sandbox)
