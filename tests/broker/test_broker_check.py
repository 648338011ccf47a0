"""What the broker itself says of a plan, and what it does not let us see."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from confluent_kafka.admin import (
    AclBinding,
    AclOperation,
    AclPermissionType,
    ResourcePatternType,
    ResourceType,
)

from reconciler.sandbox import Sandbox, start
from tests.broker.another_client import AnotherClient
from tests.conftest import Finished, RunReconciler

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
    manifest(f"{prefix}: {{partitions: 3, config: {{no.such.key: x, retention.ms: 1000}}}}")
    done = plan()
    assert done.code == 3
    changes = {change["field"]: change for change in by_name(done)[prefix]["changes"]}
    assert changes["partitions"]["status"] == "planned"
    assert changes["config.no.such.key"]["verdict"] == "impossible"
    assert changes["config.no.such.key"]["reason"].startswith("the broker refuses it: ")
    assert client.partitions(prefix) == 1
    assert client.overrides(prefix) == {}


def test_the_text_shows_the_brokers_words_beside_the_place(
    prefix: str, manifest: Manifest, kafka: Sandbox, reconciler: RunReconciler
) -> None:
    manifest(f"{prefix}: {{config: {{no.such.key: x}}}}")
    done = reconciler("plan", "--bootstrap-server", kafka.bootstrap_servers)
    assert done.code == 3
    assert f"+ {prefix}  topics.yaml:3" in done.stdout
    assert "the broker refuses it: INVALID_CONFIG: " in done.stdout
    assert "1 impossible as written" in done.stdout


@pytest.fixture(scope="module")
def guarded() -> Iterator[Sandbox]:
    """A Kafka where everybody may do everything that no rule forbids."""
    properties = {
        "authorizer.class.name": "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
        "allow.everyone.if.no.acl.found": "true",
    }
    with start(properties=properties) as sandbox:
        yield sandbox


def allow_only(client: AnotherClient, topic: str, *operations: AclOperation) -> None:
    """From the first rule on, a topic is closed to what no rule allows."""
    bindings = [
        AclBinding(
            ResourceType.TOPIC,
            topic,
            ResourcePatternType.LITERAL,
            "User:ANONYMOUS",
            "*",
            operation,
            AclPermissionType.ALLOW,
        )
        for operation in operations
    ]
    for answer in client.admin.create_acls(bindings).values():
        answer.result(10)


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
    topics = "".join(f"  {name}: {{partitions: 2, config: {{retention.ms: 1d}}}}\n" for name in names)
    (tmp_path / "topics.yaml").write_text(f"version: 1\ntopics:\n{topics}")
    arguments = ["plan", "--bootstrap-server", guarded.bootstrap_servers]
    done = reconciler(*arguments, "-o", "json")
    assert (done.code, done.report["run"]["status"]) == (0, "changes")
    assert [each["code"] for each in done.report["diagnostics"]] == ["not-checked"]
    text = reconciler(*arguments).stdout
    assert text.count("ot checked by the broker: 2 topics (TOPIC_AUTHORIZATION_FAILED)") == 1


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
    assert f"{prefix}.new" not in quiet.stdout
    assert quiet.stdout.endswith("1 to create, 0 to change, 1 unchanged, 1 impossible as written.\n")
    assert f"{prefix}.there" in verbose.stdout


def test_every_version_checks_without_doing(each_kafka: Sandbox, reconciler: RunReconciler, tmp_path: Path) -> None:
    check_on(each_kafka, reconciler, tmp_path)


def test_three_brokers_check_without_doing(kafka3: Sandbox, reconciler: RunReconciler, tmp_path: Path) -> None:
    check_on(kafka3, reconciler, tmp_path)


def check_on(sandbox: Sandbox, reconciler: RunReconciler, tmp_path: Path) -> None:
    """A plan with one of everything, of which the broker refuses a half, and does nothing."""
    client = AnotherClient(sandbox)
    client.create("checked.there")
    (tmp_path / "topics.yaml").write_text(
        "version: 1\n"
        "topics:\n"
        "  checked.bad: {replication_factor: 7}\n"
        "  checked.good: {partitions: 2}\n"
        "  checked.there: {partitions: 3, config: {no.such.key: x}}\n"
    )
    done = reconciler("plan", "--bootstrap-server", sandbox.bootstrap_servers, "-o", "json")
    assert done.code == 3
    topics = by_name(done)
    assert topics["checked.bad"]["error"]["name"] == "INVALID_REPLICATION_FACTOR"
    assert topics["checked.good"]["status"] == "planned"
    assert {change["field"]: change["verdict"] for change in topics["checked.there"]["changes"]} == {
        "partitions": "safe",
        "config.no.such.key": "impossible",
    }
    assert not client.exists("checked.good")
    assert client.partitions("checked.there") == 1
