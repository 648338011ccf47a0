"""The page of permissions: its commands are run by Kafka's own tool, and what each grants is all that its job needs."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from confluent_kafka.admin import (
    AclBinding,
    AclBindingFilter,
    AclOperation,
    AclPermissionType,
    ResourcePatternType,
    ResourceType,
    ScramCredentialInfo,
    ScramMechanism,
    UserScramCredentialUpsertion,
)

from reconciler import TopicsNotReady, TopicSpec, ensure_topics
from reconciler.clock import TimeLimit
from reconciler.cluster.broker_rates import write_rates
from reconciler.cluster.moves import ReplicaMoves
from reconciler.cluster.writer import WritingConnection
from reconciler.sandbox.jars import jars
from reconciler.sandbox.java import find_java
from tests.broker.another_client import AnotherClient
from tests.support.command import PROJECT, Finished, RunReconciler
from tests.support.secured import PASSWORD, Secured, allowed

PAGE = PROJECT / "docs/permissions.md"
COMMAND = re.compile(r"^\$ (kafka-acls\.sh (?:[^\n]*\\\n)*[^\n]*)\n", re.MULTILINE)
TOOL, ITS_VERSION = "kafka.admin.AclCommand", "3.9.2"
"""The class that ``kafka-acls.sh`` runs; later versions have it in a jar that a broker does not need."""
ALLOWED = {
    "CREATE": AclOperation.CREATE,
    "ALTER": AclOperation.ALTER,
    "ALTER_CONFIGS": AclOperation.ALTER_CONFIGS,
    "DELETE": AclOperation.DELETE,
    "DESCRIBE": AclOperation.DESCRIBE,
    "DESCRIBE_CONFIGS": AclOperation.DESCRIBE_CONFIGS,
}


def commands() -> Mapping[str, list[list[str]]]:
    """The commands of the page by the title of their section."""
    sections = re.split(r"^## ", PAGE.read_text(encoding="utf-8"), flags=re.MULTILINE)[1:]
    return {
        section.partition("\n")[0]: [shlex.split(text.replace("\\\n", "")) for text in COMMAND.findall(section)]
        for section in sections
    }


Grant = Callable[[str, int], None]
As = Callable[..., Finished]


@pytest.fixture
def grant(secured_kafka: Secured) -> Grant:
    """Run one command of a section."""
    java = [find_java(os.environ).program, "-XX:TieredStopAtLevel=1", "-Xshare:auto"]
    classpath = os.pathsep.join(map(str, jars(ITS_VERSION, os.environ, lambda _line: None)))

    def run(section: str, number: int) -> None:
        [_tool, *arguments] = commands()[section][number]
        given = {"--bootstrap-server": secured_kafka.sandbox.bootstrap_servers}
        assert arguments[:3:2] == ["--bootstrap-server", "--command-config"]
        arguments = ["--bootstrap-server", given["--bootstrap-server"], *arguments[4:]]
        done = subprocess.run([*java, "-cp", classpath, TOOL, *arguments], capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr

    return run


@pytest.fixture
def as_user(secured_kafka: Secured) -> Callable[[str], Mapping[str, str]]:
    """The properties of a principal, who gets a password."""
    admin = AnotherClient(secured_kafka.sandbox).admin

    def login(user: str) -> Mapping[str, str]:
        credential = ScramCredentialInfo(ScramMechanism.SCRAM_SHA_512, 4096)
        made = admin.alter_user_scram_credentials([UserScramCredentialUpsertion(user, credential, PASSWORD.encode())])
        made[user].result(60)
        return secured_kafka.login(user)

    return login


@pytest.fixture
def run_as(as_user: Callable[[str], Mapping[str, str]], reconciler: RunReconciler, tmp_path: Path) -> As:
    """Run a command as a principal."""

    def run(user: str, *arguments: str) -> Finished:
        lines = "".join(f"{key}={value}\n" for key, value in as_user(user).items())
        (tmp_path / "client.properties").write_text(lines)
        return reconciler(*arguments, "--command-config", "client.properties", "-o", "json")

    return run


@pytest.fixture
def other(secured_kafka: Secured) -> Iterator[AnotherClient]:
    """The administrator's client; the topics and the rules that a test made are removed after it."""
    client = AnotherClient(secured_kafka.sandbox)
    yield client
    for name in client.admin.list_topics(timeout=60).topics:
        if name.startswith(("orders.", "single.")):
            client.delete(name)
    anything: Any = None  # the stub wants text
    everything = AclBindingFilter(
        ResourceType.ANY,
        anything,
        ResourcePatternType.ANY,
        anything,
        anything,
        AclOperation.ANY,
        AclPermissionType.ANY,
    )
    for answer in client.admin.delete_acls([everything]).values():
        answer.result(60)


def topics(done: Finished) -> dict[str, Any]:
    return {topic["name"]: topic for topic in done.report["topics"]}


def codes(done: Finished) -> list[str]:
    return [each["code"] for each in done.report["diagnostics"]]


MANIFEST = """
version: 1
topics:
  orders.kept: {config: {retention.ms: 1h}}
  orders.larger: {partitions: 2, config: {retention.ms: 30d}, allow: [partition-increase]}
  orders.new: {partitions: 1}
"""


def test_a_plan_needs_no_more_than_its_section_grants(
    grant: Grant, run_as: As, other: AnotherClient, tmp_path: Path
) -> None:
    (tmp_path / "topics.yaml").write_text(MANIFEST)
    other.create("orders.kept", config={"retention.ms": "864000000"})
    other.create("orders.larger")
    other.produce("orders.kept", [int(time.time() * 1000) - 86_400_000])
    other.commit("billing", "orders.kept", {0: 0})
    grant("plan", 0)
    done = run_as("reconciler-plan", "plan")
    assert done.report["summary"]["unreadable"] == 0
    assert {name: topic["action"] for name, topic in topics(done).items()} == {
        "orders.kept": "drift",
        "orders.larger": "drift",
        "orders.new": "create",
    }
    assert codes(done).count("not-checked") == 1
    [cut] = topics(done)["orders.kept"]["changes"]
    unknown = {each["what"]: each["why"] for each in cut["impact"]["unknown"]}
    assert (cut["impact"]["records"], cut["impact"]["readers"], cut["impact"]["bytes"]) == (1, None, None)
    assert unknown.keys() == {"readers", "bytes"}
    grant("plan", 1)
    grant("plan", 2)
    [cut] = topics(run_as("reconciler-plan", "plan"))["orders.kept"]["changes"]
    assert [reader["group"] for reader in cut["impact"]["readers"]] == ["billing"]
    assert cut["impact"]["bytes"] > 0
    assert cut["impact"]["unknown"] == []


def test_an_audit_needs_no_more_than_its_section_grants(
    grant: Grant, run_as: As, other: AnotherClient, tmp_path: Path
) -> None:
    waivers = (
        "waivers: [{topic: orders.kept, reason: as it is}, {topic: orders.larger, field: partitions, reason: too}]"
    )
    (tmp_path / "topics.yaml").write_text(f'{MANIFEST}scope: {{include: ["orders.*"]}}\n{waivers}\n')
    other.create("orders.kept", config={"retention.ms": "864000000"})
    other.create("orders.larger", config={"retention.ms": "2592000000"})
    other.create("single.other")
    grant("drift", 0)
    done = run_as("reconciler-drift", "drift")
    assert (done.code, done.report["run"]["status"], codes(done)) == (2, "changes", [])
    found = {name: [each["class"] for each in topic["drift"]] for name, topic in topics(done).items()}
    assert found == {"orders.kept": ["changed"], "orders.larger": ["changed"], "orders.new": ["missing"]}
    assert (done.report["summary"]["drifted"], done.report["summary"]["waived"]) == (1, 2)
    (tmp_path / "topics.yaml").write_text("version: 1\ntopics: {orders.kept: {}, single.other: {}}\n")
    hidden = run_as("reconciler-drift", "drift")
    assert (hidden.code, hidden.report["summary"]["unreadable"]) == (1, 1)
    [unread] = topics(hidden)["single.other"]["drift"]
    assert (unread["class"], unread["waiver"]) == ("unreadable", None)


def test_apply_needs_no_more_than_its_section_grants(
    grant: Grant, run_as: As, other: AnotherClient, tmp_path: Path
) -> None:
    (tmp_path / "topics.yaml").write_text(MANIFEST)
    other.create("orders.kept", config={"retention.ms": "864000000"})
    other.create("orders.larger")
    other.create("orders.old")
    grant("apply", 0)
    grant("apply", 1)
    done = run_as("reconciler-apply", "apply", "--yes")
    assert (done.code, done.report["summary"]["applied"], codes(done)) == (0, 3, [])
    absent = "version: 1\ntopics: {orders.old: {state: absent, allow: [delete]}}\n"
    (tmp_path / "topics.yaml").write_text(absent)
    assert codes(run_as("reconciler-apply", "plan")) == ["not-checked"]
    grant("apply", 2)
    deleted = run_as("reconciler-apply", "apply", "--yes")
    assert (deleted.code, deleted.report["summary"]["applied"], codes(deleted)) == (0, 1, [])
    assert not other.exists("orders.old")


def test_moving_replicas_needs_no_more_than_its_section_grants(
    *,
    grant: Grant,
    run_as: As,
    as_user: Callable[[str], Mapping[str, str]],
    other: AnotherClient,
    tmp_path: Path,
) -> None:
    (tmp_path / "topics.yaml").write_text("version: 1\ntopics: {orders.kept: {}}\n")
    throttled = "leader.replication.throttled.replicas"
    other.create("orders.kept", config={throttled: "0:1"})  # as a killed run leaves it
    grant("apply", 0)
    connection = WritingConnection(as_user("reconciler-apply"), limit=TimeLimit(60))

    def answer() -> int:
        """The code of the answer to taking a move back where there is none."""
        failure = ReplicaMoves(connection).take_back({"orders.kept": [0]})["orders.kept"][0]
        assert failure is not None
        return failure.code

    def hint() -> str | None:
        told = run_as("reconciler-apply", "apply", "--yes").report["diagnostics"][-1]
        assert told["code"] == "throttle-kept"
        assert len(told["message"]) < 300
        return str(told["hint"])

    assert answer() == 31
    assert run_as("reconciler-apply", "apply", "--yes", "--cancel-reassignments").code == 1
    assert "grant this principal DESCRIBE on the cluster" in str(hint())
    grant("Change replication factors", 0)
    while answer() == 31:
        pass  # each look waits for the broker, which learns of the rule soon
    assert answer() == 85
    assert run_as("reconciler-apply", "apply", "--yes", "--cancel-reassignments").code == 0
    assert hint() == "grant this principal ALTER_CONFIGS on the cluster"
    grant("Change replication factors", 1)
    while write_rates(connection, {1: {"leader.replication.throttled.rate": None}}):
        pass  # likewise
    connection.close()
    assert codes(run_as("reconciler-apply", "apply", "--yes"))[-1] == "throttle-removed"
    while other.overrides("orders.kept"):
        pass  # likewise


def test_a_service_needs_no_more_than_its_section_grants(
    grant: Grant, as_user: Callable[[str], Mapping[str, str]], other: AnotherClient
) -> None:
    needs: Any = {"topics": [TopicSpec(name="orders.new", partitions=1)], "properties": as_user("orders-service")}
    with pytest.raises(TopicsNotReady, match=r"orders\.new.*\n.*grant this principal DESCRIBE"):
        ensure_topics(**needs)
    grant("A service's start", 0)
    assert ensure_topics(**needs).created == ["orders.new"]
    again = ensure_topics(**needs)
    assert (again.existing, again.created, again.warnings) == (["orders.new"], [], [])
    assert other.exists("orders.new")


ONE_OF_EACH = """
version: 1
topics:
  single.new: {partitions: 1}
  single.larger: {partitions: 2, allow: [partition-increase]}
  single.changed: {config: {retention.ms: 30d}}
  single.old: {state: absent, allow: [delete]}
"""
DENIED = {
    "CREATE": {"single.new": "CREATE"},
    "ALTER": {"single.larger": "ALTER"},
    "ALTER_CONFIGS": {"single.changed": "ALTER_CONFIGS"},
    "DELETE": {"single.old": "DELETE"},
    "none": {},
}
"""Without which operation a plan names which topics, and what is to be granted."""


def allow(other: AnotherClient, user: str, *names: str) -> None:
    bindings = [
        AclBinding(
            ResourceType.TOPIC,
            "single.",
            ResourcePatternType.PREFIXED,
            f"User:{user}",
            "*",
            ALLOWED[name],
            AclPermissionType.ALLOW,
        )
        for name in names
    ]
    for answer in other.admin.create_acls(bindings).values():
        answer.result(60)


def test_a_service_that_may_only_describe_its_topics_starts_with_warnings(
    as_user: Callable[[str], Mapping[str, str]], other: AnotherClient
) -> None:
    other.create("single.there", partitions=1)
    properties = as_user("describes-only")
    allow(other, "describes-only", "DESCRIBE")
    spec = TopicSpec(name="single.there", partitions=2, config={"retention.ms": "7d"})
    report = ensure_topics([spec], properties=properties)
    assert (report.existing, report.mismatched) == (["single.there"], ["single.there"])
    words = " ".join(f"{each.message} {each.hint}" for each in report.warnings)
    assert "its settings were not compared" in words
    assert "DESCRIBE_CONFIGS" in words
    assert "partitions is 1, expected 2" in words
    with pytest.raises(TopicsNotReady, match=r"single\.new: cannot be created"):
        ensure_topics([spec, TopicSpec(name="single.new")], properties=properties)


@pytest.fixture
def one_of_each(other: AnotherClient, tmp_path: Path) -> None:
    (tmp_path / "topics.yaml").write_text(ONE_OF_EACH)
    for name in ("single.larger", "single.changed", "single.old"):
        other.create(name)


@pytest.mark.usefixtures("one_of_each")
@pytest.mark.parametrize("missing", DENIED)
def test_a_plan_says_what_apply_would_be_denied(missing: str, run_as: As, other: AnotherClient) -> None:
    allow(other, "guest", *(name for name in ALLOWED if name != missing))
    done = run_as("guest", "plan")
    unchecked = {name: topic["unchecked"] for name, topic in topics(done).items() if topic["unchecked"] is not None}
    assert unchecked.keys() == DENIED[missing].keys()
    for name, operation in DENIED[missing].items():
        assert unchecked[name]["name"] == "TOPIC_AUTHORIZATION_FAILED"
        assert re.search(rf"\b{operation}\b", unchecked[name]["remedy"])
    assert codes(done).count("not-checked") == len(DENIED[missing])
    assert done.code == 0


@pytest.mark.usefixtures("one_of_each")
@pytest.mark.parametrize("only", ["DESCRIBE", "DESCRIBE_CONFIGS"])
def test_a_topic_that_may_be_read_in_part_only_is_unreadable(only: str, run_as: As, other: AnotherClient) -> None:
    allow(other, "guest", only)
    done = run_as("guest", "plan")
    actions = {name: topic["action"] for name, topic in topics(done).items()}
    there = {"single.larger", "single.changed", "single.old"}
    assert {name for name, action in actions.items() if action == "unreadable"} >= there
    assert done.code == 1
    assert "DESCRIBE" in topics(done)["single.changed"]["error"]["remedy"]


def test_whoever_may_delete_on_the_cluster_may_delete_any_topic_and_brokers_do_not_show_it(
    run_as: As, other: AnotherClient, tmp_path: Path
) -> None:
    other.create("single.old")
    kinds = {
        ResourceType.BROKER: ("kafka-cluster", [AclOperation.DELETE]),
        ResourceType.TOPIC: ("single.old", [AclOperation.DESCRIBE, AclOperation.DESCRIBE_CONFIGS]),
    }
    rules = [
        AclBinding(kind, name, ResourcePatternType.LITERAL, "User:guest", "*", operation, AclPermissionType.ALLOW)
        for kind, (name, operations) in kinds.items()
        for operation in operations
    ]
    (tmp_path / "topics.yaml").write_text("version: 1\ntopics: {single.old: {state: absent, allow: [delete]}}\n")
    with allowed(other.admin, *rules):
        [planned] = run_as("guest", "plan").report["topics"]
        [applied] = run_as("guest", "apply", "--yes", "--exceed-limits").report["topics"]
    assert "unless it has DELETE on the cluster" in planned["unchecked"]["remedy"]
    assert applied["status"] == "applied"
