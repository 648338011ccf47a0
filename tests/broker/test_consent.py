"""Risky changes on real brokers: refused without consent, made with it, and what is safe beside them is made anyway."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from reconciler.sandbox import Sandbox
from tests.broker.another_client import AnotherClient
from tests.support.command import Finished, RunReconciler
from tests.support.terminal import Terminal

Command = Callable[..., Finished]
HOUR = 3_600_000
DAY = 24 * HOUR


@pytest.fixture
def now() -> int:
    return time.time_ns() // 1_000_000


@pytest.fixture
def write(tmp_path: Path) -> Callable[[str], None]:
    def to_file(text: str) -> None:
        (tmp_path / "topics.yaml").write_text(f"version: 1\n{text}")

    return to_file


@pytest.fixture
def old_records(client: AnotherClient, prefix: str, now: int) -> str:
    """A topic with five records of three days ago and two of today, of which a group has read the first three."""
    client.create(prefix, config={"retention.ms": str(7 * DAY)})
    client.produce(prefix, [now - 3 * DAY] * 5 + [now - HOUR, now])
    client.commit(f"{prefix}-readers", prefix, {0: 3})
    return prefix


def changes_in(done: Finished) -> list[dict[str, Any]]:
    return [change for topic in done.report["topics"] for change in topic["changes"]]


def change_of(done: Finished, field: str) -> dict[str, Any]:
    (found,) = [each for each in changes_in(done) if each["field"] == field]
    return found


def test_without_consent_a_retention_cut_is_refused_and_the_rest_is_made(
    old_records: str, write: Callable[[str], None], plan: Command, apply: Command, client: AnotherClient
) -> None:
    write(f"topics: {{{old_records}: {{config: {{retention.ms: 1d, compression.type: zstd}}}}}}\n")
    assert plan().code == 3
    done = apply()
    assert done.code == 3
    assert client.overrides(old_records) == {"retention.ms": str(7 * DAY), "compression.type": "zstd"}
    assert (done.report["run"]["status"], done.report["summary"]["risky"]) == ("refused", 1)
    change = change_of(done, "config.retention.ms")
    assert (change["verdict"], change["status"], change["consent"]["given_by"]) == ("risky", "refused", None)
    assert change["impact"]["records"] == 5
    assert change["impact"]["takes_effect"] == "within 6 minutes"
    (reader,) = change["impact"]["readers"]
    assert (reader["group"], reader["lag"], reader["unread_records_lost"]) == (f"{old_records}-readers", 4, 2)
    assert "allow: [data-loss] at topics.yaml:2" in change["reason"]
    assert change_of(plan(), "config.retention.ms")["impact"] == change["impact"]


def test_the_manifest_consents_to_a_retention_cut(
    old_records: str, write: Callable[[str], None], plan: Command, apply: Command, client: AnotherClient
) -> None:
    allow = "allow: [{kind: data-loss, up_to: 5, reason: old}]"
    write(f"topics: {{{old_records}: {{{allow}, config: {{retention.ms: 1d}}}}}}\n")
    assert plan().code == 0
    done = apply()
    assert done.code == 0
    assert client.overrides(old_records) == {"retention.ms": str(DAY)}
    consent = change_of(done, "config.retention.ms")["consent"]
    assert consent["given_by"].startswith("topics.yaml:2:")
    assert (consent["up_to"], consent["reason"]) == (5, "old")
    again = plan()
    assert (again.code, again.report["summary"]["skip"]) == (0, 1)


def test_an_option_consents_to_a_retention_cut(
    old_records: str, write: Callable[[str], None], apply: Command, client: AnotherClient
) -> None:
    write(f"topics: {{{old_records}: {{config: {{retention.ms: 1d}}}}}}\n")
    assert apply("--allow", "data-loss=another").code == 3
    done = apply("--allow", f"data-loss={old_records}")
    assert done.code == 0
    assert change_of(done, "config.retention.ms")["consent"]["given_by"] == f"--allow data-loss={old_records}"
    assert client.overrides(old_records) == {"retention.ms": str(DAY)}


def test_a_retention_cut_above_its_ceiling_is_refused(
    old_records: str, write: Callable[[str], None], apply: Command, client: AnotherClient
) -> None:
    write(f"topics: {{{old_records}: {{allow: [{{kind: data-loss, up_to: 4}}], config: {{retention.ms: 1d}}}}}}\n")
    done = apply()
    assert done.code == 3
    assert "covers up to 4 records, but up to 5 were measured" in change_of(done, "config.retention.ms")["reason"]
    assert client.overrides(old_records) == {"retention.ms": str(7 * DAY)}


def test_a_retention_cut_of_a_protected_topic_is_refused_whatever_allows_it(
    old_records: str, write: Callable[[str], None], apply: Command, client: AnotherClient
) -> None:
    write(f"topics: {{{old_records}: {{protected: true, allow: [data-loss], config: {{retention.ms: 1d}}}}}}\n")
    done = apply("--allow", "data-loss")
    assert (done.code, done.report["topics"][0]["changes"][0]["verdict"]) == (3, "risky")
    assert client.overrides(old_records) == {"retention.ms": str(7 * DAY)}


def test_a_retention_cut_that_removes_nothing_is_safe(
    old_records: str, write: Callable[[str], None], apply: Command, client: AnotherClient
) -> None:
    write(f"topics: {{{old_records}: {{config: {{retention.ms: 4d}}}}}}\n")
    done = apply()
    change = change_of(done, "config.retention.ms")
    assert (done.code, change["verdict"], change["consent"]) == (0, "safe", None)
    assert change["impact"]["records"] == 0
    assert client.overrides(old_records) == {"retention.ms": str(4 * DAY)}


def test_a_reset_to_the_brokers_retention_is_a_cut(
    prefix: str, now: int, write: Callable[[str], None], apply: Command, client: AnotherClient
) -> None:
    client.create(prefix, config={"retention.ms": str(30 * DAY)})
    client.produce(prefix, [now - 10 * DAY] * 2 + [now])
    write(f"topics: {{{prefix}: {{}}}}\n")
    done = apply()
    assert (done.code, change_of(done, "config.retention.ms")["impact"]["records"]) == (3, 2)
    assert client.overrides(prefix) == {"retention.ms": str(30 * DAY)}
    assert apply("--allow", "data-loss").code == 0
    assert client.overrides(prefix) == {}


def test_a_warning_of_the_policy_is_enough_to_make_the_change(
    old_records: str, write: Callable[[str], None], apply: Command, client: AnotherClient
) -> None:
    write(f"policy: {{risks: {{data-loss: warn}}}}\ntopics: {{{old_records}: {{config: {{retention.ms: 1d}}}}}}\n")
    done = apply()
    assert done.code == 0
    assert [each["code"] for each in done.report["diagnostics"]] == ["risk-without-consent"]
    assert client.overrides(old_records) == {"retention.ms": str(DAY)}


def test_the_question_before_an_apply_shows_the_risk(
    old_records: str, write: Callable[[str], None], kafka: Sandbox, client: AnotherClient, tmp_path: Path
) -> None:
    write(f"topics: {{{old_records}: {{config: {{retention.ms: 1d}}}}}}\n")
    arguments = ["apply", "--bootstrap-server", kafka.bootstrap_servers, "--allow", "data-loss"]
    terminal = Terminal(*arguments, cwd=tmp_path)
    terminal.read_until("Apply this plan? [y/N]: ")
    said = " ".join(terminal.said.split())
    assert "removes at most 5 records" in said
    assert "loses at most 2 unread records" in said
    assert "consent: --allow data-loss" in said
    assert terminal.answer("n\n") == 1
    assert client.overrides(old_records) == {"retention.ms": str(7 * DAY)}


def test_a_plan_without_risks_costs_no_request_more(
    old_records: str, write: Callable[[str], None], plan: Command
) -> None:
    write(f"topics: {{{old_records}: {{config: {{retention.ms: 8d, compression.type: zstd}}}}}}\n")
    done = plan()
    assert done.code == 0
    assert done.report["statistics"]["requests"] == {
        "describe_configs": 1,
        "describe_topics": 1,
        "incremental_alter_configs_validate_only": 1,
        "metadata": 1,
    }


@dataclass(frozen=True)
class Kind:
    """A kind of risky change of a topic with a record and a reader."""

    kind: str
    before: dict[str, str]
    manifest: str
    made: Callable[[AnotherClient, str], bool]


KINDS = {
    "old timestamps rejected": Kind(
        "availability-loss",
        {},
        "config: {message.timestamp.before.max.ms: 1h}",
        lambda client, topic: client.overrides(topic).get("message.timestamp.before.max.ms") == "3600000",
    ),
    "min.insync.replicas lowered": Kind(
        "durability-loss",
        {"min.insync.replicas": "2"},
        "config: {min.insync.replicas: 1}",
        lambda client, topic: client.overrides(topic).get("min.insync.replicas") == "1",
    ),
    "unclean election": Kind(
        "durability-loss",
        {},
        "config: {unclean.leader.election.enable: true}",
        lambda client, topic: client.overrides(topic).get("unclean.leader.election.enable") == "true",
    ),
    "compaction": Kind(
        "data-loss",
        {},
        "config: {cleanup.policy: compact}",
        lambda client, topic: client.overrides(topic).get("cleanup.policy") == "compact",
    ),
    "deletion of compacted records": Kind(
        "data-loss",
        {"cleanup.policy": "compact"},
        "config: {cleanup.policy: delete, retention.ms: 1m}",
        lambda client, topic: client.overrides(topic).get("cleanup.policy") == "delete",
    ),
    "partitions": Kind("partition-increase", {}, "partitions: 2", lambda client, topic: client.partitions(topic) == 2),
    "delete": Kind("delete", {}, "state: absent", lambda client, topic: not client.exists(topic)),
}


@pytest.mark.parametrize("brokers", ["kafka", "kafka3"])
@pytest.mark.parametrize("name", KINDS)
def test_every_kind_of_risky_change_needs_its_consent(
    name: str,
    brokers: str,
    *,
    write: Callable[[str], None],
    reconciler: RunReconciler,
    request: pytest.FixtureRequest,
    now: int,
) -> None:
    sandbox: Sandbox = request.getfixturevalue(brokers)
    client, kind, topic = AnotherClient(sandbox), KINDS[name], f"kinds-{list(KINDS).index(name)}"
    client.create(topic, replicas=len(sandbox.brokers), config=kind.before)
    if "2" not in kind.before.values() or brokers == "kafka3":
        client.produce(topic, [now - HOUR], key=b"key")
    client.commit(f"{topic}-readers", topic, {0: 0})
    write(f"topics: {{{topic}: {{{kind.manifest}}}}}\n")

    def apply(*more: str) -> Finished:
        return reconciler("apply", "--bootstrap-server", sandbox.bootstrap_servers, "--yes", "-o", "json", *more)

    done = apply("--allow", "capacity")
    assert done.code == 3
    lacking = [each["consent"] for each in done.report["topics"][0]["changes"] if each["consent"]]
    assert {each["kind"] for each in lacking} == {kind.kind}
    assert not kind.made(client, topic)
    done = apply("--allow", kind.kind)
    assert done.code == 0, done.report
    assert kind.made(client, topic)
    assert apply().code == 0


def test_more_deletes_than_the_limit_are_refused_until_they_are_permitted(
    prefix: str, write: Callable[[str], None], apply: Command, client: AnotherClient
) -> None:
    names = [f"{prefix}-{n}" for n in range(2)]
    for name in names:
        client.create(name)
    gone = "".join(f"  {name}: {{state: absent, allow: [delete]}}\n" for name in names)
    write(f"policy: {{limits: {{deletes: 1}}}}\ntopics:\n{gone}")
    done = apply()
    assert (done.code, [each["refusal"]["kind"] for each in changes_in(done)]) == (3, ["limit"] * 2)
    assert all(map(client.exists, names))
    done = apply("--exceed-limits")
    assert done.code == 0
    assert [each["code"] for each in done.report["diagnostics"]] == ["limits-exceeded"]
    assert not any(map(client.exists, names))
