"""Single brokers of a running cluster: killed, started again, standing by, behind proxies."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import psutil
import pytest
from confluent_kafka.admin import ClusterMetadata

from reconciler.cluster.ready import Readiness
from reconciler.errors import SandboxError
from reconciler.sandbox import Broker, servers, start
from tests.broker.another_client import AnotherClient
from tests.sandbox.left_over import folder_of, gone
from tests.support.clients import AdminClient
from tests.support.command import environment
from tests.wire.proxy import counting_proxy, free_port

MISSED_SOON = {"broker.session.timeout.ms": "3000", "broker.heartbeat.interval.ms": "500"}


def metadata_of(servers: str) -> ClusterMetadata:
    return AdminClient({"bootstrap.servers": servers, "log_level": 0}).list_topics(timeout=60)


def kill(broker: Broker) -> None:
    os.kill(broker.pid, signal.SIGKILL)


def test_a_killed_broker_comes_back_with_its_topics() -> None:
    with start(properties=MISSED_SOON) as sandbox:
        AnotherClient(sandbox).create("kept", partitions=3, config={"retention.ms": "1000"})
        (before,) = sandbox.brokers
        kill(before)
        after = sandbox.start_broker(1)
        assert sandbox.brokers == (after,)
        assert (after.port, after.rack) == (before.port, before.rack)
        assert not psutil.pid_exists(before.pid)
        client = AnotherClient(sandbox)
        assert client.partitions("kept") == 3
        assert client.overrides("kept") == {"retention.ms": "1000"}
        folder = folder_of(sandbox)
    assert gone(sandbox)
    assert not folder.exists()


def test_one_of_three_joins_late_and_two_go_and_come_back() -> None:
    with start(brokers=3, standing_by=1, properties=MISSED_SOON) as sandbox:
        assert [broker.node_id for broker in sandbox.brokers] == [1, 2]
        assert metadata_of(sandbox.bootstrap_servers).brokers.keys() == {1, 2}
        third = sandbox.start_broker(3)
        assert sandbox.brokers[2] == third
        client = AnotherClient(sandbox)
        client.create("on-all", partitions=3, replicas=3)

        kill(sandbox.brokers[0])
        await_node_ids(sandbox.bootstrap_servers, {2, 3})
        assert sandbox.start_broker(1) in sandbox.brokers
        os.kill(sandbox.brokers[1].pid, signal.SIGTERM)
        assert sandbox.start_broker(2) in sandbox.brokers
        await_node_ids(sandbox.bootstrap_servers, {1, 2, 3})
        assert client.replication_factor("on-all") == 3
    assert gone(sandbox)


def await_node_ids(servers: str, expected: set[int]) -> None:
    readiness = Readiness(servers)
    while readiness.node_ids(timeout=10) != expected:
        pass  # each look waits for a broker's answer


def test_clients_are_sent_to_the_proxies_and_brokers_pass_by_them() -> None:
    advertised = [free_port() for _ in range(3)]
    with start(brokers=3, advertised_ports=advertised) as sandbox:
        assert sandbox.bootstrap_servers == ",".join(f"127.0.0.1:{port}" for port in advertised)
        with ExitStack() as proxies:
            for broker in sandbox.brokers:
                proxies.enter_context(counting_proxy(broker.advertised_port, broker.port))
            metadata = metadata_of(sandbox.bootstrap_servers)
            assert [metadata.brokers[node_id].port for node_id in (1, 2, 3)] == advertised
            AnotherClient(sandbox).create("proxied", replicas=3)
        # The proxies are gone: what replicates, and what asks the direct ports, does not miss them.
        metadata = metadata_of(sandbox.direct_servers)
        assert [metadata.brokers[broker.node_id].port for broker in sandbox.brokers] == [
            broker.direct_port for broker in sandbox.brokers
        ]
        while len(metadata_of(sandbox.direct_servers).topics["proxied"].partitions[0].isrs) != 3:
            pass  # each look waits for a broker's answer


RESTART_AND_WAIT = f"""
import os, signal, sys
from reconciler.sandbox import start
with start(properties={MISSED_SOON}) as sandbox:
    os.kill(sandbox.brokers[0].pid, signal.SIGKILL)
    print(sandbox.start_broker(1).pid, flush=True)
    sys.stdin.read()
"""


@contextmanager
def restarted(tmp_path: Path) -> Iterator[tuple[subprocess.Popen[str], list[psutil.Process]]]:
    """A process whose broker was started twice, and all the processes below it."""
    command = [sys.executable, "-c", RESTART_AND_WAIT]
    env = environment({"TMPDIR": str(tmp_path)})
    with subprocess.Popen(command, env=env, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        pid = int(process.stdout.readline())
        below = psutil.Process(process.pid).children(recursive=True)
        assert pid in [each.pid for each in below if "kafka.Kafka" in each.cmdline()]
        yield process, below


def test_a_restarted_broker_ends_with_its_parent(tmp_path: Path) -> None:
    with restarted(tmp_path) as (process, below):
        process.kill()
    _, alive = psutil.wait_procs(below, timeout=30)
    assert alive == []
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux can tie a process to its parent's death")
def test_a_restarted_broker_does_not_outlive_a_guardian_that_was_killed(tmp_path: Path) -> None:
    with restarted(tmp_path) as (process, below):
        (guardian,) = (each for each in below if "reconciler.sandbox.guardian" in each.cmdline())
        guardian.kill()
        _, alive = psutil.wait_procs([each for each in below if each != guardian], timeout=30)
        assert alive == []
        process.communicate()
    assert list(tmp_path.iterdir()) == []


def test_what_cannot_be_started_again_says_why(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(servers, "_END_SECONDS", 0)
    with start() as sandbox:
        with pytest.raises(SandboxError, match="broker 1 is still running"):
            sandbox.start_broker(1)
        monkeypatch.undo()
        (broker,) = sandbox.brokers
        folder = folder_of(sandbox)
        (guardian,) = (each for each in psutil.Process().children() if str(folder) in each.cmdline())
        (folder / "node-1/data/meta.properties").unlink()
        kill(broker)
        with pytest.raises(SandboxError, match="Kafka did not start") as failure:
            sandbox.start_broker(1)
        assert "meta.properties" in str(failure.value)
        guardian.kill()
        with pytest.raises(SandboxError, match="the process that runs the brokers exited"):
            sandbox.start_broker(1)


@pytest.mark.parametrize(("brokers", "standing_by"), [(1, 1), (2, 1), (3, 2), (3, -1)])
def test_most_brokers_have_to_run(brokers: int, standing_by: int) -> None:
    with pytest.raises(SandboxError, match="a majority must run"), start(brokers=brokers, standing_by=standing_by):
        pass


def test_each_broker_has_an_advertised_port() -> None:
    with pytest.raises(SandboxError, match="2 advertised ports for 3 brokers"):
        start(brokers=3, advertised_ports=[1, 2]).__enter__()
