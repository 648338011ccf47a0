"""Three brokers, one of which has a default of its own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from confluent_kafka.admin import AlterConfigOpType, ConfigEntry, ConfigResource, ResourceType

from reconciler.sandbox import Sandbox
from tests.broker.another_client import AnotherClient
from tests.support.command import Finished, RunReconciler

DAY = "86400000"
RUNS = 5


def described(client: AnotherClient, topic: str) -> set[str]:
    """What the brokers say of the topic's retention."""
    return {client.describe(topic, broker=node)["retention.ms"].value for node in (1, 2, 3)}


def alter_broker_2(client: AnotherClient, operation: AlterConfigOpType) -> None:
    entry = ConfigEntry("log.retention.ms", DAY, incremental_operation=operation)
    resource = ConfigResource(ResourceType.BROKER, "2", incremental_configs=[entry])
    for answer in client.admin.incremental_alter_configs([resource]).values():
        answer.result(30)


@pytest.fixture
def one_differs(kafka3: Sandbox, prefix: str) -> Iterator[AnotherClient]:
    client = AnotherClient(kafka3)
    client.create(prefix)
    client.create(f"{prefix}.inherits")
    alter_broker_2(client, AlterConfigOpType.SET)
    while len(described(client, f"{prefix}.inherits")) == 1:
        pass  # each look waits for the brokers' answers
    yield client
    alter_broker_2(client, AlterConfigOpType.DELETE)
    while len(described(client, f"{prefix}.inherits")) > 1:
        pass  # as above: the next test has the same brokers


def run(reconciler: RunReconciler, kafka: Sandbox, *arguments: str) -> Finished:
    return reconciler(*arguments, "--bootstrap-server", kafka.bootstrap_servers, "-o", "json")


def test_a_value_that_one_broker_gives_is_set_on_the_topic_whoever_answers(
    one_differs: AnotherClient, kafka3: Sandbox, reconciler: RunReconciler, prefix: str, tmp_path: Path
) -> None:
    (tmp_path / "topics.yaml").write_text(
        f"version: 1\ndefaults: {{allow: [data-loss]}}\ntopics: {{{prefix}: {{config: {{retention.ms: 1d}}}}}}\n"
    )
    plans = [run(reconciler, kafka3, "plan", "--detailed-exitcode") for _ in range(RUNS)]
    assert {done.code for done in plans} == {2}
    changes = [done.report["topics"][0]["changes"][0] for done in plans]
    assert {(change["before"], change["after"]) for change in changes} == {("604800000", DAY)}
    assert len({done.report["plan"]["fingerprint"] for done in plans}) == 1
    applied = run(reconciler, kafka3, "apply", "--yes")
    assert applied.code == 0, applied.stderr
    assert applied.report["topics"][0]["verification"]["status"] == "verified"
    assert one_differs.overrides(prefix) == {"retention.ms": DAY}
    assert {run(reconciler, kafka3, "plan", "--detailed-exitcode").code for _ in range(RUNS)} == {0}


@pytest.mark.parametrize(("config", "requests"), [("{}", 1), ("{max.message.bytes: 1048588}", 4)], ids=["no", "yes"])
def test_each_broker_is_asked_once_and_only_where_a_plan_depends_on_it(
    config: str, requests: int, *, kafka3: Sandbox, reconciler: RunReconciler, prefix: str, tmp_path: Path
) -> None:
    names = [f"{prefix}.{number}" for number in range(3)]
    for name in names:
        AnotherClient(kafka3).create(name)
    topics = "".join(f"  {name}: {{config: {config}}}\n" for name in names)
    (tmp_path / "topics.yaml").write_text(f"version: 1\ntopics:\n{topics}")
    done = run(reconciler, kafka3, "plan")
    assert done.report["summary"]["skip"] == len(names)
    assert done.report["statistics"]["requests"]["describe_configs"] == requests
