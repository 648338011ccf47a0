"""Topics deleted on a real broker: with consent only, what is unmanaged only on request, and never another topic."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from reconciler.apply import Retries
from reconciler.clock import TimeLimit
from reconciler.cluster.properties import ClientSettings
from reconciler.model import Command, Permission, TopicStatus
from reconciler.report.build import build
from reconciler.sandbox import Sandbox
from reconciler.session.writing import WritingSession
from tests.broker.another_client import SECONDS, AnotherClient
from tests.support.clients import Consumer, Producer
from tests.support.command import Finished, RunReconciler

LONG_AGO = (int(time.time()) - 12 * 3600) * 1000
"""Milliseconds since 1970; not so long that brokers would remove the records meanwhile."""

Run = Callable[..., Finished]


@pytest.fixture(params=[1, 3], ids=["one broker", "three brokers"])
def cluster(request: pytest.FixtureRequest) -> Sandbox:
    sandbox: Sandbox = request.getfixturevalue("kafka" if request.param == 1 else "kafka3")
    return sandbox


@pytest.fixture
def other(cluster: Sandbox) -> AnotherClient:
    return AnotherClient(cluster)


@pytest.fixture
def topics(request: pytest.FixtureRequest, other: AnotherClient) -> Iterator[str]:
    """What the topics of one test begin with; they are gone after it, so that no scope of another test has them."""
    prefix = "".join(letter if letter.isalnum() else "-" for letter in str(request.node.name))
    yield prefix
    for name in other.admin.list_topics(timeout=SECONDS).topics:
        if name.startswith(prefix):
            other.delete(name)


@pytest.fixture
def write(tmp_path: Path) -> Callable[[str], Path]:
    def written(text: str) -> Path:
        path = tmp_path / "topics.yaml"
        path.write_text(f"version: 1\n{text}")
        return path

    return written


@pytest.fixture
def run(reconciler: RunReconciler, cluster: Sandbox) -> Run:
    def command(name: str, *more: str) -> Finished:
        yes = ["--yes"] if name == "apply" else []
        return reconciler(name, "--bootstrap-server", cluster.bootstrap_servers, "-o", "json", *yes, *more)

    return command


def topic_of(done: Finished, name: str) -> Any:
    return next(topic for topic in done.report["topics"] if topic["name"] == name)


def statuses(done: Finished) -> dict[str, str]:
    return {topic["name"]: topic["status"] for topic in done.report["topics"]}


def produce(sandbox: Sandbox, topic: str, records: int, at: int) -> None:
    producer = Producer({"bootstrap.servers": sandbox.bootstrap_servers, "log_level": 0})
    for _ in range(records):
        producer.produce(topic, b"x", timestamp=at)
    assert producer.flush(SECONDS) == 0


def test_a_topic_is_deleted_with_consent_only_and_then_the_plan_is_empty(
    topics: str, write: Callable[[str], Path], run: Run, other: AnotherClient, cluster: Sandbox
) -> None:
    name, kept = f"{topics}.old", f"{topics}.kept"
    other.create(name, partitions=2)
    other.create(kept)
    produce(cluster, name, 7, LONG_AGO)
    write(f"topics: {{{name}: {{state: absent}}, {kept}: {{config: {{retention.ms: 30d}}}}}}\n")
    planned = run("plan")
    assert planned.code == 3
    (change,) = topic_of(planned, name)["changes"]
    assert (change["field"], change["before"], change["after"]) == ("state", "present", "absent")
    assert (change["verdict"], change["consent"]["kind"], change["consent"]["given_by"]) == ("risky", "delete", None)
    assert change["impact"]["records"] == 7
    last_record = datetime.fromisoformat(change["impact"]["last_record_at"])
    assert last_record == datetime.fromtimestamp(LONG_AGO / 1000, tz=UTC)
    assert topic_of(planned, name)["live"]["topic_id"] is not None

    refused = run("apply")
    assert (refused.code, statuses(refused)) == (3, {name: "refused", kept: "applied"})
    assert other.exists(name)

    deleted = run("apply", "--allow", f"delete={topics}.*")
    assert (deleted.code, statuses(deleted)) == (0, {name: "applied", kept: "unchanged"})
    assert topic_of(deleted, name)["verification"]["status"] == "verified"
    assert topic_of(deleted, name)["changes"][0]["consent"]["given_by"] == f"--allow delete={topics}.*"
    assert deleted.report["summary"]["delete"] == 1
    assert not other.exists(name)
    assert other.exists(kept)

    again = run("plan", "--detailed-exitcode")
    assert (again.code, statuses(again)) == (0, {name: "unchanged", kept: "unchanged"})


def test_consent_in_the_manifest_covers_so_many_records(
    topics: str, write: Callable[[str], Path], run: Run, other: AnotherClient, cluster: Sandbox
) -> None:
    name = f"{topics}.old"
    other.create(name)
    produce(cluster, name, 7, LONG_AGO)
    consent = "state: absent, allow: [{{kind: delete, up_to: {}}}]"
    write(f"topics: {{{name}: {{{consent.format(6)}}}}}\n")
    assert (run("apply").code, other.exists(name)) == (3, True)
    write(f"topics: {{{name}: {{{consent.format(7)}}}}}\n")
    assert (run("apply").code, other.exists(name)) == (0, False)


def test_a_protected_topic_is_not_deleted_whatever_is_allowed(
    topics: str, write: Callable[[str], Path], run: Run, other: AnotherClient
) -> None:
    name = f"{topics}.old"
    other.create(name)
    write(f"topics: {{{name}: {{state: absent, protected: true, allow: [delete]}}}}\n")
    done = run("apply", "--allow", "delete")
    assert (done.code, statuses(done), other.exists(name)) == (3, {name: "refused"}, True)


def test_a_topic_that_is_absent_already_is_unchanged(topics: str, write: Callable[[str], Path], run: Run) -> None:
    write(f"topics: {{{topics}.never: {{state: absent}}}}\n")
    done = run("apply")
    assert (done.code, statuses(done)) == (0, {f"{topics}.never": "unchanged"})


def test_a_topic_that_somebody_creates_again_between_plan_and_apply_is_not_deleted(
    topics: str, write: Callable[[str], Path], other: AnotherClient, cluster: Sandbox
) -> None:
    name = f"{topics}.old"
    other.create(name)
    path = write(f"topics: {{{name}: {{state: absent, allow: [delete]}}}}\n")
    with WritingSession(Command.APPLY) as session:
        session.load([path], None, {})
        session.connect(ClientSettings({"bootstrap.servers": cluster.bootstrap_servers}), TimeLimit(60))
        assert session.plan(Permission()).has_work
        other.delete(name)
        other.create(name, partitions=3)
        session.apply(Retries())
        outcome = session.record.outcomes[name]
        report = build(session.record)
    assert outcome.status is TopicStatus.STALE
    assert not outcome.attempts
    assert (report.run.exit_code, report.summary.stale) == (3, 1)
    assert other.partitions(name) == 3


def test_pruning_deletes_what_is_in_the_scope_and_not_in_the_manifest(
    topics: str, write: Callable[[str], Path], run: Run, other: AnotherClient
) -> None:
    listed, stray, excluded, guarded, outside = (
        f"{topics}.{each}" for each in ("listed", "stray", "stray.tmp", "guarded", "outside")
    )
    for name in (listed, stray, excluded, guarded, outside):
        other.create(name, config={"retention.ms": "86400000"} if name == stray else {})
    write(
        f"scope: {{include: ['{topics}.[lsg]*'], exclude: ['*.tmp']}}\n"
        f"policy: {{protected_topics: ['{guarded}']}}\n"
        f"topics: {{{listed}: {{}}}}\n"
    )
    for command in ("plan", "apply"):
        done = run(command)
        assert done.code == 0
        assert done.report["unmanaged"] == [
            {
                "name": stray,
                "partitions": 1,
                "replication_factor": 1,
                "config": {"retention.ms": "86400000"},
                "drift": [],
            }
        ]
        assert done.report["summary"]["unmanaged"] == 1
    refused = run("apply", "--prune")
    assert (refused.code, statuses(refused)) == (3, {listed: "unchanged", stray: "refused"})
    assert topic_of(refused, stray)["origin"] is None
    elsewhere = run("apply", "--prune", "--allow", "delete", "--only", f"{topics}.l*")
    assert (elsewhere.code, statuses(elsewhere)) == (0, {listed: "unchanged"})
    assert other.exists(stray)
    pruned = run("apply", "--prune", "--allow", "delete", "--only", f"{topics}.s*")
    assert (pruned.code, statuses(pruned), pruned.report["unmanaged"]) == (0, {stray: "applied"}, [])
    assert not other.exists(stray)
    assert all(other.exists(name) for name in (listed, excluded, guarded, outside))


def test_internal_topics_are_in_no_scope(
    topics: str, write: Callable[[str], Path], run: Run, other: AnotherClient
) -> None:
    other.create(f"{topics}.listed")
    other.make_offsets_topic(f"{topics}.listed")
    write(
        f"scope: {{include: ['__*']}}\npolicy: {{protected_topics: ['nothing']}}\ntopics: {{{topics}.listed: {{}}}}\n"
    )
    done = run("apply", "--prune", "--allow", "delete", "--exceed-limits")
    assert (done.code, statuses(done)) == (0, {f"{topics}.listed": "unchanged"})
    assert done.report["unmanaged"] == []
    assert other.exists("__consumer_offsets")


def test_a_topic_that_a_group_still_reads_is_not_deleted_without_a_word(
    topics: str, write: Callable[[str], Path], run: Run, other: AnotherClient, cluster: Sandbox
) -> None:
    name, group = f"{topics}.read", f"{topics}.readers"
    other.create(name)
    produce(cluster, name, 9, LONG_AGO)
    settings = {"group.id": group, "auto.offset.reset": "earliest", "enable.auto.commit": False, "log_level": 0}
    reader = Consumer({"bootstrap.servers": cluster.bootstrap_servers, **settings})
    try:
        reader.subscribe([name])
        while (message := reader.poll(1)) is None or message.error():
            pass  # until it has joined, and reads
        reader.commit(message=message, asynchronous=False)
        write(f"topics: {{{name}: {{state: absent}}}}\n")
        refused = run("apply")
        (change,) = topic_of(refused, name)["changes"]
        assert (refused.code, other.exists(name)) == (3, True)
        (seen,) = change["impact"]["readers"]
        assert (seen["group"], seen["type"], seen["state"]) == (group, "classic", "stable")
        assert (seen["lag"], seen["unread_records_lost"]) == (8, 8)
        allowed = run("apply", "--allow", "delete")
        assert (allowed.code, other.exists(name)) == (0, False)
    finally:
        reader.close()


def test_a_rename_is_said_and_not_done(
    topics: str, write: Callable[[str], Path], run: Run, other: AnotherClient, cluster: Sandbox
) -> None:
    old, new = f"{topics}.orders.v1", f"{topics}.orders.v2"
    other.create(old, partitions=3, config={"retention.ms": "86400000"})
    produce(cluster, old, 5, LONG_AGO)
    write(f"topics: {{{old}: {{state: absent}}, {new}: {{partitions: 3, config: {{retention.ms: 1d}}}}}}\n")
    done = run("apply")
    (note,) = (each for each in done.report["diagnostics"] if each["code"] == "rename-suspected")
    assert note["topic"] == new
    assert f"looks like a new name of '{old}'" in note["message"]
    assert "at most 5 records" in note["message"]
    assert statuses(done) == {old: "refused", new: "applied"}
    assert other.exists(old)
