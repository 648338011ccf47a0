"""``reconciler serve`` as a process, against a Kafka that goes away and comes back."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from reconciler.sandbox import Sandbox, start
from tests.broker.another_client import AnotherClient
from tests.support.http import Served, served

MANIFEST = """\
version: 1
scope: {include: ["shop.*"]}
topics:
  shop.orders: {partitions: 2, owner: team-orders, config: {retention.ms: 1d}}
  shop.clicks: {partitions: 1}
"""


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with start() as sandbox:
        yield sandbox


@pytest.fixture
def client(sandbox: Sandbox) -> Iterator[AnotherClient]:
    """A client; afterwards the broker runs, and there are no topics."""
    yield AnotherClient(sandbox)
    if not psutil.pid_exists(sandbox.brokers[0].pid):
        sandbox.start_broker(1)
    another = AnotherClient(sandbox)
    for name in another.admin.list_topics(timeout=30).topics:
        another.delete(name)


def end(running: Served, number: signal.Signals) -> int:
    began = time.monotonic()
    running.process.send_signal(number)
    code = running.process.wait(30)
    assert time.monotonic() - began < 10, "it hardly ends"
    return code


def test_health_follows_topics_manifest_and_broker_and_nothing_is_written(
    sandbox: Sandbox, client: AnotherClient, tmp_path: Path
) -> None:
    manifest = tmp_path / "topics.yaml"
    manifest.write_text(MANIFEST)
    client.create("shop.orders", partitions=1)
    client.create("shop.old")
    servers = ("--bootstrap-server", sandbox.bootstrap_servers)
    with served(tmp_path, *servers, "--interval", "1", "--timeout", "4") as running:
        running.wait_for(lambda: running.get("/ready")[0] == 200)
        health = running.json("/health")
        assert (health["status"], health["auto_create"], health["topics_created"]) == ("error", False, 0)
        assert health["errors"] == ["topic shop.clicks does not exist"]
        topics = running.json("/health/topics")
        assert topics["last_verification"] == health["last_verification"] is not None
        assert {key: topics[key] for key in ("required", "existing", "missing", "mismatched")} == {
            "required": ["shop.clicks", "shop.orders"],
            "existing": ["shop.orders"],
            "missing": ["shop.clicks"],
            "mismatched": ["shop.orders"],
        }
        shows_what_differs(running)

        # Somebody mends it.
        client.create("shop.clicks")
        running.wait_for(lambda: running.json("/health/topics")["missing"] == [])
        assert running.wait_for_status("degraded")["errors"] == []
        manifest.write_text(MANIFEST.replace("partitions: 2", "partitions: 1").replace("1d", "7d"))
        running.wait_for_status("healthy")

        # The manifest breaks.
        manifest.write_text("version: 1\ntopics: {shop.orders: {partitions: none}}\n")
        health = running.wait_for_status("error")
        assert "partitions" in health["errors"][0]
        assert running.json("/health/topics")["existing"] == ["shop.clicks", "shop.orders"]
        page = running.get("/")[2]
        assert "topics.yaml:2:" in page
        assert "The last audit failed" in page
        manifest.write_text(MANIFEST.replace("partitions: 2", "partitions: 1").replace("1d", "7d"))
        running.wait_for_status("healthy")

        # The broker goes away and comes back.
        os.kill(sandbox.brokers[0].pid, signal.SIGKILL)
        health = running.wait_for_status("error")
        assert "cannot connect" in health["errors"][0]
        assert [running.get(path)[0] for path in ("/health", "/ready", "/")] == [200, 200, 200]
        assert running.metrics()["reconciler_last_audit_success", ()] == 0
        assert running.metrics()["reconciler_missing_topics", ()] == 0
        sandbox.start_broker(1)
        running.wait_for_status("healthy")
        assert running.metrics()["reconciler_audits_total", ("failed",)] >= 2
        assert end(running, signal.SIGTERM) == 128 + signal.SIGTERM
    assert "stopped by SIGTERM" in running.log
    assert running.log.count("cannot connect to") == 1, "what is known already is not said again"
    assert client.partitions("shop.orders") == 1


def shows_what_differs(running: Served) -> None:
    metrics = running.metrics()
    expected = {
        ("reconciler_missing_topics", ()): 1,
        ("reconciler_drift_topics", ("missing", "none")): 1,
        ("reconciler_drift_topics", ("partitions", "team-orders")): 1,
        ("reconciler_drift_topics", ("config", "team-orders")): 1,
        ("reconciler_drift_topics", ("unmanaged", "none")): 1,
        ("reconciler_drift_topics", ("unreadable", "none")): 0,
        ("reconciler_last_audit_success", ()): 1,
        ("reconciler_audit_interval_seconds", ()): 1,
    }
    assert {key: metrics.get(key) for key in expected} == expected
    assert metrics["reconciler_requests_total", ("metadata",)] >= 1
    assert metrics["reconciler_request_duration_seconds_count", ("metadata",)] >= 1
    assert metrics["reconciler_plan_duration_seconds_count", ()] >= 1
    assert abs(metrics["reconciler_last_success_timestamp_seconds", ()] - time.time()) < 60
    status, media_type, page = running.get("/")
    assert (status, media_type) == (200, "text/html; charset=utf-8")
    for words in ("2 topics differ", "shop.clicks", "missing", "team-orders", "partitions: 1 → 2", "shop.old"):
        assert words in page, words


def test_with_apply_it_keeps_the_topics_in_sync(sandbox: Sandbox, client: AnotherClient, tmp_path: Path) -> None:
    # Other names: brokers that restart give the overrides of a deleted topic to one of the same name.
    (tmp_path / "topics.yaml").write_text(MANIFEST.replace("shop.", "mart."))
    servers = ("--bootstrap-server", sandbox.bootstrap_servers)
    with served(tmp_path, *servers, "--interval", "1", "--apply") as running:
        health = running.wait_for_status("healthy")
        assert (health["topics_created"], health["auto_create"], health["retries"]) == (2, True, 3)
        assert client.partitions("mart.orders") == 2
        client.set_config("mart.orders", "retention.ms", "3600000")
        running.wait_for(lambda: client.overrides("mart.orders")["retention.ms"] == "86400000")
        assert running.metrics()["reconciler_topics_created_total", ()] == 2
        assert "applies safe changes" in running.get("/")[2]
        assert end(running, signal.SIGINT) == 128 + signal.SIGINT


def test_while_no_audit_has_read_the_cluster_it_is_alive_and_not_ready(tmp_path: Path) -> None:
    (tmp_path / "topics.yaml").write_text(MANIFEST)
    with served(tmp_path, "--bootstrap-server", "127.0.0.1:1", "--timeout", "1", "--log-format", "json") as running:
        health = running.wait_for_status("error")
        assert "127.0.0.1:1" in health["errors"][0]
        assert health["last_verification"] is None
        assert running.get("/ready")[0] == 503
        assert running.get("/health")[0] == 200
        assert running.json("/health/topics")["required"] == []
        assert "No audit has read the cluster yet" in running.get("/")[2]
        assert "reconciler_missing_topics" not in {name for name, _labels in running.metrics()}
        assert running.get("/nothing")[0] == 404
        assert end(running, signal.SIGTERM) == 128 + signal.SIGTERM
    assert all(line.startswith("{") for line in running.lines), running.log
