"""Brokers that are killed, stopped and started again in the middle of an apply, and brokers that are too few."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psutil
import pytest

from reconciler.sandbox import Sandbox, start
from tests.broker.another_client import AnotherClient
from tests.support.command import RunReconciler, process, report_at

TOPICS = 500
MISSED_SOON = {
    "broker.session.timeout.ms": "3000",
    "broker.heartbeat.interval.ms": "500",
    # How long every broker waits with our writes for a controller that hangs, before it looks for the new one.
    "controller.socket.timeout.ms": "3000",
}


@pytest.fixture(scope="module")
def cluster() -> Iterator[Sandbox]:
    with start(brokers=3, properties=MISSED_SOON) as sandbox:
        yield sandbox


@pytest.fixture
def three(cluster: Sandbox) -> Iterator[Sandbox]:
    """Three brokers, all alive; a test's topics are gone afterwards, for they slow a broker's start."""
    for broker in cluster.brokers:
        if not psutil.pid_exists(broker.pid):  # a test that failed has left it so
            cluster.start_broker(broker.node_id)
    yield cluster
    admin = AnotherClient(cluster).admin
    for answer in admin.delete_topics(list(admin.list_topics(timeout=30).topics), request_timeout=60).values():
        answer.result()


def names(prefix: str) -> list[str]:
    return [f"{prefix}.{number:03}" for number in range(TOPICS)]


def write_manifest(folder: Path, prefix: str) -> None:
    """A third of the topics with settings and more partitions, all on three brokers."""
    lines = (
        f"  {name}: {'{partitions: 2, config: {retention.ms: 1d}}' if number % 3 == 0 else '{partitions: 1}'}\n"
        for number, name in enumerate(names(prefix))
    )
    defaults = "defaults: {replication_factor: 3, allow: [data-loss, partition-increase]}"
    (folder / "topics.yaml").write_text(f"version: 1\n{defaults}\ntopics:\n{''.join(lines)}")


@contextmanager
def in_the_middle(
    folder: Path, sandbox: Sandbox, prefix: str, *more: str, servers: str | None = None
) -> Iterator[subprocess.Popen[bytes]]:
    """An apply of which some topics are there already."""
    write_manifest(folder, prefix)
    servers = servers or sandbox.bootstrap_servers
    arguments = ["apply", "--yes", "-q", "--bootstrap-server", servers, "--report", "report.json"]
    client = AnotherClient(sandbox)
    with process(*arguments, *more, cwd=folder) as running:
        while not any(name.startswith(prefix) for name in client.admin.list_topics(timeout=30).topics):
            assert running.poll() is None
        yield running


def assert_report_is_true(report: Any, sandbox: Sandbox) -> None:
    """What is called done is on the cluster as wanted, once a broker that was gone has caught up."""
    wanted = {
        topic["name"]: topic["desired"]["partitions"]
        for topic in report["topics"]
        if topic["status"] in {"applied", "unchanged"}
    }
    admin = AnotherClient(sandbox).admin
    deadline = time.monotonic() + 60
    while True:
        topics = admin.list_topics(timeout=30).topics
        found = {name: len(topics[name].partitions) for name in wanted if name in topics}
        if found == wanted:
            return
        assert time.monotonic() < deadline, wanted.keys() ^ found.keys()


def assert_next_run_finishes(sandbox: Sandbox, reconciler: RunReconciler) -> None:
    servers = ("--bootstrap-server", sandbox.bootstrap_servers)
    again = reconciler("apply", "--yes", "-o", "json", *servers)
    assert again.code == 0, again.stderr
    assert {topic["status"] for topic in again.report["topics"]} <= {"applied", "unchanged"}
    assert_report_is_true(again.report, sandbox)
    assert reconciler("plan", "--detailed-exitcode", *servers).code == 0


def test_the_only_broker_given_is_killed_in_the_middle_and_the_others_are_found(
    three: Sandbox, tmp_path: Path, reconciler: RunReconciler
) -> None:
    first, *_ = three.bootstrap_servers.split(",")
    with in_the_middle(tmp_path, three, "killed", servers=first) as running:
        os.kill(three.brokers[0].pid, signal.SIGKILL)
        code = running.wait(120)
    try:
        report = report_at(tmp_path / "report.json")
        assert code == 0, report["diagnostics"]
        assert report["summary"]["applied"] == TOPICS
        assert_report_is_true(report, three)
        assert_next_run_finishes(three, reconciler)
    finally:
        three.start_broker(1)


@pytest.mark.parametrize("node", [1, 2, 3])
def test_a_broker_stopped_in_the_middle_is_survived(
    three: Sandbox, tmp_path: Path, reconciler: RunReconciler, node: int
) -> None:
    """A stopped broker keeps its connections and answers nothing; one of the three is the active controller."""
    pid = three.brokers[node - 1].pid
    with in_the_middle(tmp_path, three, f"stopped.{node}") as running:
        os.kill(pid, signal.SIGSTOP)
        try:
            code = running.wait(120)
        finally:
            os.kill(pid, signal.SIGCONT)
    report = report_at(tmp_path / "report.json")
    assert code == 0, report["diagnostics"]
    assert report["summary"]["applied"] == TOPICS
    assert_report_is_true(report, three)
    assert_next_run_finishes(three, reconciler)


def test_one_killed_and_one_stopped_end_it_in_time_with_a_true_report(
    three: Sandbox, tmp_path: Path, reconciler: RunReconciler
) -> None:
    """Without a majority of the controllers nothing can be written."""
    with in_the_middle(tmp_path, three, "both", "--timeout", "4") as running:
        os.kill(three.brokers[0].pid, signal.SIGKILL)
        os.kill(three.brokers[1].pid, signal.SIGSTOP)
        try:
            code = running.wait(120)
        finally:
            os.kill(three.brokers[1].pid, signal.SIGCONT)
            three.start_broker(1)
    report = report_at(tmp_path / "report.json")
    assert report["run"]["exit_code"] == code
    assert code == (0 if report["summary"]["applied"] == TOPICS else 1)
    assert_report_is_true(report, three)
    assert_next_run_finishes(three, reconciler)


def test_two_of_three_brokers_restarted_in_the_middle_are_waited_for(
    three: Sandbox, tmp_path: Path, reconciler: RunReconciler
) -> None:
    """Meanwhile the controllers have no majority, and nothing can be written."""
    with in_the_middle(tmp_path, three, "restarted", "--timeout", "60") as running:
        for broker in three.brokers[:2]:
            os.kill(broker.pid, signal.SIGKILL)
        for broker in three.brokers[:2]:
            three.start_broker(broker.node_id)
        code = running.wait(120)
    report = report_at(tmp_path / "report.json")
    assert code == 0, report["diagnostics"]
    assert_report_is_true(report, three)
    assert_next_run_finishes(three, reconciler)


def test_too_few_brokers_are_waited_for_by_an_apply_only(reconciler: RunReconciler, tmp_path: Path) -> None:
    (tmp_path / "topics.yaml").write_text(
        "version: 1\ntopics: {three: {replication_factor: 3}, two: {replication_factor: 2}}\n"
    )
    with start(brokers=3, standing_by=1) as sandbox:
        servers = ("--bootstrap-server", sandbox.bootstrap_servers, "-o", "json")
        planned = reconciler("plan", *servers)
        assert planned.code == 3
        assert planned.report["statistics"]["requests"]["create_topics_validate_only"] <= 2, "plan answers at once"
        done = reconciler("apply", "--yes", *servers, "--timeout", "3")
        assert done.code == 3
        refused, applied = done.report["topics"]
        assert (refused["status"], applied["status"]) == ("refused", "applied")
        assert (refused["error"]["name"], refused["error"]["class"]) == ("INVALID_REPLICATION_FACTOR", "FATAL")
        assert "only 2 broker(s) are registered" in refused["error"]["message"]
        assert refused["attempts"] == []
        arguments = ["apply", "--yes", *servers, "--timeout", "120", "--report", "report.json"]
        with process(*arguments, cwd=tmp_path, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE) as running:
            assert running.stderr is not None
            while b"checking changes with the broker" not in running.stderr.readline():
                assert running.poll() is None, "it does not wait"
            sandbox.start_broker(3)
            running.communicate(timeout=150)
        assert running.returncode == 0
        assert AnotherClient(sandbox).replication_factor("three") == 3
