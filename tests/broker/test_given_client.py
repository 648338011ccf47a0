"""Sessions through a client that the program has already, on real brokers."""

from __future__ import annotations

from pathlib import Path

from reconciler.apply import Retries
from reconciler.clock import TimeLimit
from reconciler.model import Command, RunStatus, TopicStatus
from reconciler.report.build import build
from reconciler.sandbox import Sandbox
from reconciler.session import Session
from reconciler.session.writing import WritingSession
from tests.support.clients import AdminClient

TOPICS = 310
"""More than are read through a client of our own otherwise."""


def manifest(folder: Path, prefix: str, partitions: int) -> Path:
    path = folder / "topics.yaml"
    lines = (f"  {prefix}.{number}: {{partitions: {partitions if number == 0 else 1}}}\n" for number in range(TOPICS))
    path.write_text(f"version: 1\ntopics:\n{''.join(lines)}")
    return path


def test_plan_and_apply_use_the_client_and_leave_it_open(kafka3: Sandbox, tmp_path: Path, prefix: str) -> None:
    client = AdminClient({"bootstrap.servers": kafka3.bootstrap_servers, "log_level": 0})
    for partitions in (1, 2):
        path = manifest(tmp_path, prefix, partitions)
        with WritingSession(Command.APPLY) as session:
            session.connect_with(client, TimeLimit(60))
            session.load([path], None, {})
            session.plan()
            session.apply(Retries(most=3, delay=0.1))
        assert session.record.status is RunStatus.OK
        assert {outcome.status for outcome in session.record.outcomes.values()} <= {
            TopicStatus.APPLIED,
            TopicStatus.UNCHANGED,
        }
    with Session(Command.PLAN) as again:
        again.load([path], None, {})
        again.connect_with(client, TimeLimit(60))
        assert not again.plan().has_work
    report = build(again.record)
    assert report.cluster is not None
    assert sorted(report.cluster.bootstrap_servers.split(",")) == sorted(kafka3.bootstrap_servers.split(","))
    topics = client.list_topics(timeout=60).topics
    assert len(topics[f"{prefix}.0"].partitions) == 2
