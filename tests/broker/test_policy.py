"""Policy and cluster sections on a real broker."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from reconciler.sandbox import Sandbox, start
from tests.broker.another_client import AnotherClient
from tests.support.command import Finished, RunReconciler

Command = Callable[..., Finished]


@pytest.fixture
def write(tmp_path: Path) -> Callable[[str], None]:
    def to_file(text: str) -> None:
        (tmp_path / "topics.yaml").write_text(f"version: 1\n{text}")

    return to_file


def test_overrides_nobody_names_are_kept_when_the_policy_says_so(
    prefix: str, write: Callable[[str], None], plan: Command, apply: Command, client: AnotherClient
) -> None:
    client.create(prefix, config={"flush.ms": "1000", "retention.ms": "1000"})
    topics = f"topics: {{{prefix}: {{config: {{retention.ms: 2000}}}}}}\n"
    write(topics)
    assert len(plan().report["topics"][0]["changes"]) == 2
    write(f"policy: {{extra_config: keep}}\n{topics}")
    assert apply().code == 0
    assert client.overrides(prefix) == {"flush.ms": "1000", "retention.ms": "2000"}
    assert plan().report["summary"]["skip"] == 1


def test_null_resets_an_override_that_the_policy_would_keep(
    prefix: str, write: Callable[[str], None], plan: Command, apply: Command, client: AnotherClient
) -> None:
    client.create(prefix, config={"flush.ms": "1000", "retention.ms": "1000"})
    write(
        "policy: {extra_config: keep}\ndefaults: {config: {retention.ms: 2000}}\n"
        f"topics: {{{prefix}: {{config: {{retention.ms: null}}}}}}\n"
    )
    assert [(change["field"], change["after"]) for change in plan().report["topics"][0]["changes"]] == [
        ("config.retention.ms", None)
    ]
    assert apply().code == 0
    assert client.overrides(prefix) == {"flush.ms": "1000"}
    assert plan().report["summary"]["skip"] == 1


def test_ignored_keys_are_left_alone(
    prefix: str, write: Callable[[str], None], plan: Command, apply: Command, client: AnotherClient
) -> None:
    overrides = {
        "flush.ms": "1000",
        "flush.messages": "5",
        "leader.replication.throttled.replicas": "*",
        "segment.ms": "9",
    }
    client.create(prefix, config=overrides)
    write(f"policy: {{ignore_config: ['flush.*']}}\ntopics: {{{prefix}: {{}}}}\n")
    assert [change["field"] for change in plan().report["topics"][0]["changes"]] == ["config.segment.ms"]
    assert apply().code == 0
    del overrides["segment.ms"]
    assert client.overrides(prefix) == overrides


def test_another_cluster_is_refused_before_anything_is_read(
    write: Callable[[str], None], apply: Command, plan: Command
) -> None:
    write("cluster: {id: 4L6g3nShT-eMCtK--X86sw}\ntopics: {never: {}}\n")
    for done in (plan(), apply()):
        assert done.code == 1
        assert [each["code"] for each in done.report["diagnostics"]] == ["wrong-cluster"]
        assert done.report["statistics"]["requests"] == {"metadata": 1}


def test_the_right_cluster_is_accepted(write: Callable[[str], None], plan: Command, client: AnotherClient) -> None:
    write(f"cluster: {{id: {client.admin.list_topics(timeout=10).cluster_id}}}\ntopics: {{never: {{}}}}\n")
    assert plan().code == 0


def test_the_manifest_may_name_the_cluster_and_everything_else_wins_over_it(
    write: Callable[[str], None], reconciler: RunReconciler, kafka: Sandbox
) -> None:
    write("cluster: {bootstrap_servers: '${SERVERS}'}\ntopics: {never: {}}\n")
    right, wrong = kafka.bootstrap_servers, "127.0.0.1:1"
    assert reconciler("plan", env={"SERVERS": right}).code == 0
    assert reconciler("plan", env={"SERVERS": wrong, "KAFKA_BOOTSTRAP_SERVERS": right}).code == 0
    assert reconciler("plan", "--timeout", "1", env={"SERVERS": wrong}).code == 1


def test_a_brokers_default_that_changes_under_a_running_topic(
    write: Callable[[str], None], reconciler: RunReconciler
) -> None:
    write("topics: {inherits: {config: {retention.ms: 7d}}, says-nothing: {}}\n")
    with start() as sandbox:
        client = AnotherClient(sandbox)
        client.create("inherits")
        client.create("says-nothing")
        arguments = ["--bootstrap-server", sandbox.bootstrap_servers, "-o", "json"]
        assert reconciler("plan", *arguments).report["summary"]["skip"] == 2
        client.set_broker_default("log.retention.ms", "3600000", seen_by="inherits", as_key="retention.ms")
        changed = reconciler("plan", *arguments).report
        assert changed["summary"]["skip"] == 1
        (change,) = changed["topics"][0]["changes"]
        assert (change["before"], change["after"]) == ("3600000", "604800000")
        assert reconciler("apply", "--yes", *arguments).code == 0
        assert client.overrides("inherits") == {"retention.ms": "604800000"}
        assert reconciler("plan", *arguments).report["summary"]["skip"] == 2


def test_variables_of_the_environment_reach_the_broker(
    prefix: str, write: Callable[[str], None], reconciler: RunReconciler, kafka: Sandbox, client: AnotherClient
) -> None:
    write(f"topics: {{{prefix}: {{env_key: mine, partitions: 1}}}}\n")
    variables = {
        "KAFKA_TOPIC_MINE_PARTITIONS": "4",
        "KAFKA_TOPIC_OTHER_PARTITIONS": "4",
        "KAFKA_BOOTSTRAP_SERVERS": kafka.bootstrap_servers,
    }
    done = reconciler("apply", "--yes", "-o", "json", env=variables)
    assert done.code == 0
    assert "warning: environment variable KAFKA_TOPIC_OTHER_PARTITIONS matches no topic in the manifest" in done.stderr
    assert client.partitions(prefix) == 4
