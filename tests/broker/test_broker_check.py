"""What the broker itself says of a plan, and what it does not let us see."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from confluent_kafka import KafkaException
from confluent_kafka.admin import (
    AclBinding,
    AclOperation,
    AclPermissionType,
    ResourcePatternType,
    ResourceType,
)

from reconciler.sandbox import Sandbox, start
from tests.broker.another_client import AnotherClient
from tests.support.command import Finished, RunReconciler

Command = Callable[..., Finished]
Manifest = Callable[[str], None]


def by_name(done: Finished) -> dict[str, Any]:
    return {topic["name"]: topic for topic in done.report["topics"]}


def test_a_create_that_the_broker_would_refuse_is_refused_in_the_plan(
    prefix: str, manifest: Manifest, plan: Command, client: AnotherClient
) -> None:
    manifest(f"""
        {prefix}.bad: {{config: {{no.such.key: x}}}}
        {prefix}.good: {{partitions: 2}}
        {prefix}.too-many-replicas: {{replication_factor: 7}}
    """)
    done = plan()
    assert done.code == 3
    topics = by_name(done)
    assert {name: topic["status"] for name, topic in topics.items()} == {
        f"{prefix}.bad": "refused",
        f"{prefix}.good": "planned",
        f"{prefix}.too-many-replicas": "refused",
    }
    assert "no.such.key" in topics[f"{prefix}.bad"]["error"]["message"]
    assert topics[f"{prefix}.too-many-replicas"]["error"]["name"] == "INVALID_REPLICATION_FACTOR"
    assert not client.exists(f"{prefix}.good")


def test_a_change_that_the_broker_would_refuse_is_impossible_in_its_words_and_the_others_stay(
    prefix: str, manifest: Manifest, plan: Command, client: AnotherClient
) -> None:
    client.create(prefix)
    manifest(f"{prefix}: {{partitions: 3, allow: [partition-increase], config: {{no.such.key: x, retention.ms: 30d}}}}")
    done = plan()
    assert done.code == 3
    changes = {change["field"]: change for change in by_name(done)[prefix]["changes"]}
    assert changes["partitions"]["status"] == "planned"
    assert changes["config.no.such.key"]["verdict"] == "impossible"
    assert changes["config.no.such.key"]["reason"].startswith("rejected by the broker: ")
    assert client.partitions(prefix) == 1
    assert client.overrides(prefix) == {}


def test_one_bad_key_does_not_block_the_topics_good_keys(
    prefix: str, manifest: Manifest, plan: Command, apply: Command, client: AnotherClient
) -> None:
    client.create(prefix, config={"retention.ms": "1000", "flush.messages": "5"})
    manifest(f"{prefix}: {{config: {{retention.ms: 1d, bad.one: 1, bad.two: 2, max.message.bytes: 2000}}}}")
    done = plan()
    assert done.code == 3
    verdicts = {change["field"]: change["verdict"] for change in by_name(done)[prefix]["changes"]}
    assert verdicts == {
        "config.bad.one": "impossible",
        "config.bad.two": "impossible",
        "config.flush.messages": "safe",
        "config.max.message.bytes": "safe",
        "config.retention.ms": "safe",
    }
    reasons = [change["reason"] for change in by_name(done)[prefix]["changes"] if change["reason"]]
    assert ["bad.one" in reasons[0], "bad.two" in reasons[1]] == [True, True]
    assert apply().code == 3
    assert client.overrides(prefix) == {"retention.ms": "86400000", "max.message.bytes": "2000"}


def test_every_objection_to_a_create_is_shown_at_its_place(
    prefix: str, manifest: Manifest, plan: Command, client: AnotherClient
) -> None:
    manifest(f"{prefix}: {{replication_factor: 7, config: {{bad.one: 1, retention.ms: 1d, bad.two: 2}}}}")
    done = plan()
    (topic,) = done.report["topics"]
    assert {each["field"] for each in topic["objections"]} == {"replication_factor", "config.bad.one", "config.bad.two"}
    assert all(each["origin"]["column"] > topic["origin"]["column"] for each in topic["objections"])
    assert done.report["statistics"]["requests"]["create_topics_validate_only"] == 4
    assert not client.exists(prefix)


def test_apply_shows_and_refuses_what_plan_does_and_asks_nothing_twice(
    prefix: str, manifest: Manifest, kafka: Sandbox, reconciler: RunReconciler, tmp_path: Path
) -> None:
    client = AnotherClient(kafka)
    client.create(f"{prefix}.there", partitions=3)
    manifest(f"""
        {prefix}.bad: {{config: {{no.such.key: x}}}}
        {prefix}.good: {{partitions: 2}}
        {prefix}.there: {{partitions: 2, config: {{retention.ms: 30d}}}}
    """)
    address = ("--bootstrap-server", kafka.bootstrap_servers)
    planned = reconciler("plan", *address, "--report", "plan.json")
    applied = reconciler("apply", *address, "--yes", "--report", "apply.json")
    assert (planned.code, applied.code) == (3, 3)
    assert applied.stdout.startswith(planned.stdout)
    assert "Apply: 1 topic applied, 0 unchanged, 2 refused (1 in part: other changes were applied)." in applied.stdout
    assert client.exists(f"{prefix}.good")
    assert client.overrides(f"{prefix}.there") == {"retention.ms": "2592000000"}
    assert not client.exists(f"{prefix}.bad")
    first, second = (json.loads((tmp_path / name).read_text()) for name in ("plan.json", "apply.json"))
    shown, done = (each["plan"]["fingerprint"] for each in (first, second))
    assert shown == done, "the fingerprint is that of the plan that was shown"
    writes = {"create_topics": 1, "incremental_alter_configs": 1}
    more = Counter(second["statistics"]["requests"]) - Counter(first["statistics"]["requests"])
    assert more == Counter(writes | {kind: more[kind] for kind in ("metadata", "describe_configs", "describe_topics")})


def test_the_text_shows_the_brokers_words_beside_the_place(
    prefix: str, manifest: Manifest, kafka: Sandbox, reconciler: RunReconciler
) -> None:
    manifest(f"{prefix}: {{config: {{no.such.key: x}}}}")
    done = reconciler("plan", "--bootstrap-server", kafka.bootstrap_servers)
    assert done.code == 3
    assert f"! {prefix}  topics.yaml:3" in done.stdout
    assert "  ! no.such.key: x  topics.yaml:3" in done.stdout
    assert "impossible: rejected by the broker: Unknown topic config name: no.such.key" in done.stdout
    assert "0 to create, 0 to change, 0 unchanged, 1 refused." in done.stdout


@pytest.fixture(scope="module")
def guarded() -> Iterator[Sandbox]:
    """A Kafka where everybody may do everything that no rule forbids."""
    properties = {
        "authorizer.class.name": "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
        "allow.everyone.if.no.acl.found": "true",
    }
    with start(properties=properties) as sandbox:
        yield sandbox


def allow_only(
    client: AnotherClient, name: str, *operations: AclOperation, kind: ResourceType = ResourceType.TOPIC
) -> None:
    """From the first rule on, a topic is closed to what no rule allows, and so is the cluster."""
    bindings = [
        AclBinding(
            kind,
            name,
            ResourcePatternType.LITERAL,
            "User:ANONYMOUS",
            "*",
            operation,
            AclPermissionType.ALLOW,
        )
        for operation in operations
    ]
    for answer in client.admin.create_acls(bindings).values():
        answer.result(60)


def test_a_hidden_topic_is_unreadable_and_a_missing_one_is_created(
    guarded: Sandbox, reconciler: RunReconciler, tmp_path: Path
) -> None:
    client = AnotherClient(guarded)
    client.create("hidden")
    allow_only(client, "hidden", AclOperation.CREATE)
    while client.exists("hidden"):
        pass  # each look waits for the broker's answer
    (tmp_path / "topics.yaml").write_text("version: 1\ntopics: {hidden: {}, missing: {}}\n")
    done = reconciler("plan", "--bootstrap-server", guarded.bootstrap_servers, "-o", "json")
    assert done.code == 1
    topics = by_name(done)
    assert topics["missing"]["action"] == "create"
    assert (topics["hidden"]["action"], topics["hidden"]["status"]) == ("unreadable", "unknown")
    assert topics["hidden"]["error"]["name"] == "TOPIC_AUTHORIZATION_FAILED"
    assert done.report["summary"]["unreadable"] == 1
    assert done.report["statistics"]["requests"]["describe_topics"] == 1


def test_a_principal_that_may_not_ask_gets_a_plan_that_says_so_once(
    guarded: Sandbox, reconciler: RunReconciler, tmp_path: Path
) -> None:
    client = AnotherClient(guarded)
    names = ["read-only.a", "read-only.b"]
    for name in names:
        client.create(name)
        allow_only(client, name, AclOperation.DESCRIBE, AclOperation.DESCRIBE_CONFIGS)
    topics = "".join(f"  {name}: {{config: {{retention.ms: 30d}}}}\n" for name in names)
    (tmp_path / "topics.yaml").write_text(f"version: 1\ntopics:\n{topics}")
    arguments = ["plan", "--bootstrap-server", guarded.bootstrap_servers]
    done = reconciler(*arguments, "-o", "json")
    assert (done.code, done.report["run"]["status"]) == (0, "changes")
    assert [each["code"] for each in done.report["diagnostics"]] == ["not-checked"]
    assert [each["unchecked"]["name"] for each in done.report["topics"]] == ["TOPIC_AUTHORIZATION_FAILED"] * 2
    text = reconciler(*arguments).stdout
    assert text.count("his principal may not change 2 topics (TOPIC_AUTHORIZATION_FAILED): apply would be denied") == 1
    assert text.count("apply would be denied: TOPIC_AUTHORIZATION_FAILED: grant this principal ALTER_CONFIGS") == 2


def test_a_topic_that_may_be_created_and_seen_but_not_described_is_unverifiable_at_once(
    guarded: Sandbox, reconciler: RunReconciler, tmp_path: Path
) -> None:
    client = AnotherClient(guarded)
    allow_only(client, "undescribed", AclOperation.CREATE, AclOperation.DESCRIBE)
    (tmp_path / "topics.yaml").write_text("version: 1\ntopics: {undescribed: {partitions: 2}}\n")
    arguments = ["--bootstrap-server", guarded.bootstrap_servers, "--timeout", "100", "-o", "json"]
    done = reconciler("apply", "--yes", *arguments)
    topic = by_name(done)["undescribed"]
    assert (done.code, topic["status"], topic["verification"]["status"]) == (1, "unknown", "unverifiable")
    assert topic["error"]["name"] == "TOPIC_AUTHORIZATION_FAILED"
    assert topic["error"]["remedy"] == "grant this principal DESCRIBE_CONFIGS on the topic"
    assert done.report["run"]["duration_seconds"] < 50, "it waited"
    assert client.partitions("undescribed") == 2


def test_only_some_topics(
    prefix: str, manifest: Manifest, plan: Command, apply: Command, client: AnotherClient
) -> None:
    manifest(f"""
        {prefix}.a: {{}}
        {prefix}.b: {{}}
        {prefix}.c: {{}}
    """)
    assert list(by_name(plan("--only", "*.a", "--only", "*.b"))) == [f"{prefix}.a", f"{prefix}.b"]
    assert apply("--only", "*.c").code == 0
    assert client.exists(f"{prefix}.c")
    assert not client.exists(f"{prefix}.a")
    nothing = plan("--only", "no-such-*")
    assert nothing.code == 64
    assert "no topic of the manifest matches" in nothing.stderr


def test_the_exit_code_tells_changes_when_asked_to(
    prefix: str, manifest: Manifest, plan: Command, apply: Command
) -> None:
    manifest(f"{prefix}: {{}}")
    assert plan().code == 0
    assert plan("--detailed-exitcode").code == 2
    assert apply().code == 0
    assert plan("--detailed-exitcode").code == 0


def test_quiet_and_verbose(
    prefix: str, manifest: Manifest, reconciler: RunReconciler, kafka: Sandbox, client: AnotherClient
) -> None:
    client.create(f"{prefix}.there")
    manifest(f"""
        {prefix}.new: {{config: {{odd.key: x}}}}
        {prefix}.there: {{}}
    """)
    arguments = ["plan", "--bootstrap-server", kafka.bootstrap_servers]
    usual, quiet, verbose = (reconciler(*arguments, *flag) for flag in ([], ["-q"], ["-v"]))
    assert "warning" in usual.stderr
    assert f"{prefix}.there" not in usual.stdout
    assert quiet.stderr == ""
    assert "impossible: rejected by the broker: Unknown topic config name: odd.key" in quiet.stdout, "why is no detail"
    assert quiet.stdout.endswith("0 to create, 0 to change, 1 unchanged, 1 refused.\n")
    assert f"{prefix}.there" in verbose.stdout


def test_a_topic_that_this_principal_may_not_delete_stays_and_the_permission_is_named(
    guarded: Sandbox, reconciler: RunReconciler, tmp_path: Path
) -> None:
    client = AnotherClient(guarded)
    for name in ("kept.a", "kept.b"):
        client.create(name)
    allow_only(client, "kept.a", AclOperation.DESCRIBE, AclOperation.DESCRIBE_CONFIGS)
    # Who may delete on the cluster may delete any topic.
    every = {AclOperation.UNKNOWN, AclOperation.ANY, AclOperation.ALL, AclOperation.READ, AclOperation.WRITE}
    but_deleting = [each for each in AclOperation if each not in {*every, AclOperation.DELETE}]
    allow_only(client, "kafka-cluster", *but_deleting, kind=ResourceType.BROKER)
    (tmp_path / "topics.yaml").write_text(
        "version: 1\ndefaults: {allow: [delete]}\ntopics: {kept.a: {state: absent}, kept.b: {state: absent}}\n"
    )
    done = reconciler("apply", "--yes", "--bootstrap-server", guarded.bootstrap_servers, "-o", "json")
    assert done.code == 1
    topics = by_name(done)
    assert {name: topic["status"] for name, topic in topics.items()} == {"kept.a": "failed", "kept.b": "applied"}
    assert topics["kept.a"]["error"]["name"] == "TOPIC_AUTHORIZATION_FAILED"
    assert "DELETE on the topic" in topics["kept.a"]["error"]["remedy"]
    assert client.exists("kept.a")
    assert not client.exists("kept.b")


def test_a_hidden_topic_is_neither_taken_for_an_absent_one_nor_pruned(
    guarded: Sandbox, reconciler: RunReconciler, tmp_path: Path
) -> None:
    client = AnotherClient(guarded)
    for name in ("veiled.absent", "veiled.unmanaged"):
        client.create(name)
        allow_only(client, name, AclOperation.CREATE)
    while client.exists("veiled.absent") or client.exists("veiled.unmanaged"):
        pass  # each look waits for the broker's answer
    (tmp_path / "topics.yaml").write_text(
        "version: 1\nscope: {include: [veiled.*]}\ntopics: {veiled.absent: {state: absent, allow: [delete]}}\n"
    )
    options = ["--yes", "--prune", "--allow", "delete", "--exceed-limits", "-o", "json"]
    done = reconciler("apply", "--bootstrap-server", guarded.bootstrap_servers, *options)
    assert done.code == 1
    (topic,) = done.report["topics"]
    assert (topic["action"], topic["status"], topic["attempts"]) == ("unreadable", "unknown", [])
    assert done.report["unmanaged"] == []
    with pytest.raises(KafkaException, match="already exists"):
        client.create("veiled.unmanaged")
