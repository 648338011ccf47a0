"""A session that looks for drift: it sends reads only, not even dry runs, and refuses nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from reconciler.clock import TimeLimit
from reconciler.cluster.properties import ClientSettings
from reconciler.errors import Severity
from reconciler.model import Record, RunStatus
from reconciler.session.auditing import AuditingSession
from tests.wire.fake_cluster import Topic
from tests.wire.fake_kafka import FakeKafka

READS = {"metadata", "describe_configs", "describe_topics", "describe_cluster"}
MANIFEST = """
version: 1
policy: {naming: '^shop\\.', limits: {creates: 0}}
topics:
  fewer: {partitions: 1}
  missing: {protected: true}
  same: {partitions: 1}
"""


@pytest.fixture
def record(tmp_path: Path) -> Record:
    """An audit of a manifest that breaks its own policy, with a change that is impossible and a create over a limit."""
    path = tmp_path / "topics.yaml"
    path.write_text(MANIFEST)
    with FakeKafka() as kafka, AuditingSession() as session:
        kafka.topics |= {"fewer": Topic(partitions=3), "same": Topic()}
        session.connect(ClientSettings({"bootstrap.servers": kafka.bootstrap_servers}), TimeLimit(30))
        session.load([path], None, {})
        session.audit()
        assert [kafka.received(each) for each in ("create_topics", "create_partitions")] == [[], []]
        return session.record


def test_an_audit_only_reads(record: Record) -> None:
    assert record.requests.keys() <= READS


def test_what_apply_would_refuse_is_drift_all_the_same(record: Record) -> None:
    assert (record.status, record.exit_code) == (RunStatus.CHANGES, 2)
    found = record.audit.findings if record.audit is not None else []
    assert [(each.topic, str(each.kind), each.field) for each in found] == [
        ("fewer", "changed", "partitions"),
        ("missing", "missing", None),
    ]


def test_a_policy_that_the_manifest_breaks_is_a_warning(record: Record) -> None:
    assert {each.severity for each in record.diagnostics} == {Severity.WARNING}
    assert any(each.code.startswith("policy") or "naming" in each.message for each in record.diagnostics)
