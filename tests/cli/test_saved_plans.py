"""``apply --plan``: what refuses the whole plan, which files are no plan, and that nothing is written then."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import orjson
import pytest

from reconciler.report.checksum import checksum
from tests.support.command import PROJECT, Finished, RunReconciler
from tests.wire.fake_cluster import Topic
from tests.wire.fake_kafka import FakeKafka

MANIFEST = """\
version: 1
topics:
  orders: {partitions: 3, config: {retention.ms: 7d}}
  payments: {partitions: 3, owner: team-a, config: {retention.ms: 2d}}
  refunds: {partitions: 3}
"""
WRITES = ("create_topics", "create_partitions", "incremental_alter_configs", "delete_topics")
FROZEN = PROJECT / "tests/cases/report/1.0.json"


@dataclass(frozen=True)
class Desk:
    """A cluster, a manifest, and a plan that creates a topic and changes two."""

    kafka: FakeKafka
    folder: Path
    run: RunReconciler

    @property
    def plan(self) -> Path:
        return self.folder / "plan.json"

    @property
    def report(self) -> Any:
        """Of the last apply; its form is checked already."""
        return json.loads((self.folder / "run.json").read_text())

    @property
    def written(self) -> int:
        """How many requests have changed the cluster."""
        return sum(len(self.kafka.written(api)) for api in WRITES)

    def save(self, *more: str) -> Finished:
        """Write ``plan.json``."""
        return self.run("plan", *self._server, "--report", self.plan, *more)

    def apply(self, *more: str | Path, plan: str | Path = "plan.json", yes: bool = True, **others: Any) -> Finished:
        """Apply ``plan.json``, with a report."""
        arguments = ["--plan", plan, *(["--yes"] if yes else []), "--report", "run.json", *more]
        return self.run("apply", *self._server, *arguments, **others)

    def rewrite(self, change: dict[str, Any], *, sealed: bool = True) -> None:
        """Change values of the plan by path with dots; ``sealed`` with the checksum that fits, as a forger does."""
        document = json.loads(self.plan.read_text())
        for place, value in change.items():
            *steps, last = (int(step) if step.isdecimal() else step for step in place.split("."))
            holder = document
            for step in steps:
                holder = holder[step]
            holder[last] = value
        document = orjson.loads(json.dumps(document))  # as it is read: with numbers of at most 64 bits
        if sealed:
            document["plan"]["checksum"] = checksum(document)
        self.plan.write_bytes(orjson.dumps(document))

    @property
    def _server(self) -> list[str]:
        return ["--bootstrap-server", self.kafka.bootstrap_servers]


@pytest.fixture
def desk(tmp_path: Path, reconciler: RunReconciler) -> Iterator[Desk]:
    there = {"retention.ms": "86400000"}
    with FakeKafka(topics={name: Topic(partitions=3, config=there) for name in ("orders", "payments")}) as cluster:
        (tmp_path / "topics.yaml").write_text(MANIFEST)
        ready = Desk(cluster, tmp_path, reconciler)
        assert ready.save().code == 0
        yield ready


def messages(done: Finished) -> list[str]:
    return [line.removeprefix("error: ") for line in done.stderr.splitlines() if line.startswith("error: ")]


def ago(**age: int) -> str:
    return (datetime.now(UTC) - timedelta(**age)).isoformat().replace("+00:00", "Z")


def test_a_plan_is_done_as_it_was_reviewed(desk: Desk) -> None:
    done = desk.apply("--max-age", "1h")
    assert done.code == 0, done.stderr
    assert desk.kafka.topics["orders"].config["retention.ms"] == "604800000"
    assert desk.kafka.topics["payments"].config["retention.ms"] == "172800000"
    assert "refunds" in desk.kafka.topics
    plan, run = json.loads(desk.plan.read_text()), desk.report
    assert run["reviewed"] == {
        "file": "plan.json",
        "run_id": plan["run"]["id"],
        "made_at": plan["run"]["started_at"],
        "checksum": plan["plan"]["checksum"],
    }
    assert run["plan"]["fingerprint"] == plan["plan"]["fingerprint"]
    assert "Only what the plan in plan.json shows, made at" in done.stdout


def test_an_apply_of_the_same_plan_again_finds_everything_done(desk: Desk) -> None:
    assert desk.apply().code == 0
    before = desk.written
    done = desk.apply()
    assert done.code == 0
    assert desk.written == before
    assert "3 unchanged (3 found done)" in done.stdout
    assert desk.report["summary"]["found_done"] == 3
    assert {topic["found_done"] for topic in desk.report["topics"]} == {True}
    assert "info: 3 topics of the reviewed plan found done: orders, payments, refunds" in done.stderr


def test_what_was_changed_since_is_stale_and_the_rest_is_done(desk: Desk) -> None:
    desk.kafka.topics["orders"] = Topic(
        partitions=3, config={"retention.ms": "3600000"}, topic_id=desk.kafka.topics["orders"].topic_id
    )
    done = desk.apply()
    assert done.code == 3
    assert desk.kafka.topics["payments"].config["retention.ms"] == "172800000"
    assert desk.kafka.topics["orders"].config["retention.ms"] == "3600000"
    run = desk.report
    assert {topic["name"]: topic["status"] for topic in run["topics"]} == {
        "orders": "stale",
        "payments": "applied",
        "refunds": "applied",
    }
    assert run["run"]["status"] == "refused"
    (orders,) = (topic for topic in run["topics"] if topic["name"] == "orders")
    assert orders["refusal"]["kind"] == "stale"
    words = "the topic was changed after the reviewed plan: retention.ms is 3600000 (1h), reviewed 86400000 (1d)"
    assert orders["error"]["message"] == words
    assert words in " ".join(done.stdout.split())
    assert "Apply: 2 topics applied, 0 unchanged, 1 stale." in done.stdout


def test_a_plan_of_some_topics_leaves_the_others_alone(desk: Desk) -> None:
    assert desk.save("--only", "p*", "--only", "r*").code == 0
    done = desk.apply("--only", "[op]*")
    assert done.code == 0, done.stderr
    assert [topic["name"] for topic in desk.report["topics"]] == ["payments"]
    assert desk.apply().code == 0
    assert [topic["name"] for topic in desk.report["topics"]] == ["payments", "refunds"]
    assert desk.kafka.topics["orders"].config["retention.ms"] == "86400000"
    nothing = desk.apply("--only", "orders")
    assert nothing.code == 64
    assert "--only orders: no topic of the reviewed plan matches" in nothing.stderr


def test_a_plan_of_a_later_minor_version_is_applied_without_its_new_keys(desk: Desk) -> None:
    desk.rewrite({"format_version": "1.9", "waves": [1], "topics.0.wave": {"number": 1}})
    assert desk.apply().code == 0
    assert desk.kafka.topics["orders"].config["retention.ms"] == "604800000"


def test_a_plan_that_shows_nothing_does_nothing(desk: Desk) -> None:
    desk.rewrite({"topics": []})
    assert desk.apply().code == 0
    assert desk.written == 0


# Refused whole

CHANGED = """\
version: 1
topics:
  orders: {partitions: 3, config: {retention.ms: 8d}}
  payments: {partitions: 3, owner: team-a, config: {retention.ms: 2d}}
  returns: {partitions: 3}
"""


@pytest.mark.parametrize(
    ("manifest", "words"),
    [
        (
            CHANGED,
            [
                "plan.json: the manifest is not the one that was reviewed: topics.yaml changed; "
                "topics that the plan does not show: 'returns'; topics that the manifest no longer has: 'refunds'; "
                "topic 'orders': retention.ms is 691200000 (8d), reviewed 604800000 (7d)"
            ],
        ),
        (
            MANIFEST.replace("team-a", "team-b"),
            [
                "plan.json: the manifest is not the one that was reviewed: topics.yaml changed; "
                "the topics and their settings are the same; the policy, scope, consent, owners or labels differ"
            ],
        ),
        (
            MANIFEST.replace("{partitions: 3}", "{state: absent}"),
            [
                "plan.json: the manifest is not the one that was reviewed: topics.yaml changed; "
                "topic 'refunds': state is absent, reviewed present"
            ],
        ),
        (MANIFEST + "# a comment\n", []),
    ],
    ids=["topics", "owner", "state", "comment"],
)
def test_another_manifest_is_refused_with_the_difference(manifest: str, words: list[str], desk: Desk) -> None:
    (desk.folder / "topics.yaml").write_text(manifest)
    done = desk.apply()
    assert messages(done) == words
    assert done.code == (3 if words else 0)
    assert (desk.written == 0) is bool(words)
    assert desk.report["run"]["status"] == ("refused" if words else "ok")


def test_everything_that_does_not_fit_is_told_at_once(desk: Desk) -> None:
    desk.rewrite({"cluster.id": "another-cluster", "run.started_at": ago(hours=3), "environment": "dev"}, sealed=False)
    (desk.folder / "topics.yaml").write_text(MANIFEST.replace("7d", "8d"))
    done = desk.apply("--max-age", "2h")
    assert done.code == 3
    edited, old, environment, manifest, cluster = messages(done)
    assert edited == "plan.json: the file was changed after it was written: its checksum does not fit"
    assert re.fullmatch(r"plan.json: the plan is 3h old \(made at .* UTC\), and --max-age allows 2h", old)
    assert environment == "plan.json: the plan is for environment dev, and this run is for no environment"
    assert manifest.startswith("plan.json: the manifest is not the one that was reviewed: topics.yaml changed; topic")
    assert cluster.startswith("plan.json: the plan is for the cluster another-cluster, and this is the cluster ")
    assert desk.written == 0
    run = desk.report
    assert (run["run"]["status"], run["run"]["exit_code"]) == ("refused", 3)
    assert run["topics"] == []
    assert [each["code"] for each in run["diagnostics"]] == [
        "plan-edited",
        "plan-too-old",
        "plan-of-another-environment",
        "plan-of-another-manifest",
        "plan-of-another-cluster",
    ]


def test_the_plan_of_another_cluster_is_refused(desk: Desk) -> None:
    desk.rewrite({"cluster.id": "4L6g3nShT-eMCtK--X86sw"})
    done = desk.apply("-o", "json")
    assert done.code == 3
    (message,) = messages(done)
    cluster = done.report["cluster"]["id"]
    assert message == (
        f"plan.json: the plan is for the cluster 4L6g3nShT-eMCtK--X86sw, and this is the cluster {cluster}"
    )
    assert desk.written == 0


def test_a_plan_that_does_not_fit_is_refused_without_a_cluster_too(desk: Desk) -> None:
    desk.rewrite({"environment": "dev"}, sealed=False)
    nowhere = ["--bootstrap-server", "no-such-host.invalid:9092", "--timeout", "5"]
    done = desk.run("apply", *nowhere, "--plan", "plan.json", "--yes")
    assert done.code == 3
    edited, environment, unreachable = messages(done)
    assert "checksum does not fit" in edited
    assert "environment dev" in environment
    assert "no-such-host.invalid" in unreachable


@pytest.mark.parametrize(("age", "code"), [({"days": 400}, 0), ({"minutes": -4}, 0), ({"minutes": -6}, 3)])
def test_a_plan_may_be_old_and_a_clock_a_little_off(age: dict[str, int], code: int, desk: Desk) -> None:
    desk.rewrite({"run.started_at": ago(**age)})
    done = desk.apply()
    assert done.code == code
    assert ("the plan was made in the future, at " in done.stderr) == (code == 3)


def test_the_age_may_be_limited_by_a_variable(desk: Desk) -> None:
    desk.rewrite({"run.started_at": ago(minutes=2)})
    assert desk.apply(env={"RECONCILER_MAX_AGE": "1m"}).code == 3
    assert desk.written == 0
    assert desk.apply("--max-age", "1h", env={"RECONCILER_MAX_AGE": "1m"}).code == 0


# Files that are no plan


def changed(desk: Desk, change: dict[str, Any]) -> bytes:
    desk.rewrite(change)
    return desk.plan.read_bytes()


def topic_twice(desk: Desk) -> bytes:
    topics = json.loads(desk.plan.read_text())["topics"]
    return changed(desk, {"topics": [*topics, topics[0]]})


def field_twice(desk: Desk) -> bytes:
    changes = json.loads(desk.plan.read_text())["topics"][0]["changes"]
    return changed(desk, {"topics.0.changes": [*changes, *changes]})


FILES: dict[str, tuple[Callable[[Desk], bytes], str]] = {
    "empty": (lambda _: b"", "plan.json: the file is empty"),
    "truncated": (lambda desk: desk.plan.read_bytes()[:-200], "the file is incomplete"),
    "yaml": (lambda _: MANIFEST.encode(), "the file is not JSON"),
    "binary": (lambda _: bytes(range(256)) * 8, "the file is not JSON"),
    "another document": (lambda _: b'{"topics": []}', "the file is not a report: it has no format_version"),
    "a later format": (lambda desk: changed(desk, {"format_version": "2.0"}), "the report has format 2.0"),
    "ancient": (
        lambda desk: changed(desk, {"format_version": "1.0", "plan": {"fingerprint": "sha256:" + "0" * 64}}).replace(
            b'"checksum"', b'"_"'
        ),
        "plan.json: this plan has no checksum (format 1.0)",
    ),
    "of another command": (lambda _: FROZEN.read_bytes(), "plan.json: this is a report of apply, not of plan"),
    "of an undo": (
        lambda desk: changed(
            desk,
            {"undo": {"report": "r.json", "run_id": "1", "patch": {}, "not_in_patch": [], "not_restored": []}},
        ),
        "plan.json: this is the plan of an undo",
    ),
    "failed": (
        lambda desk: changed(desk, {"run.status": "failed", "run.exit_code": 1}),
        "plan.json: this plan is not complete: its run failed (exit code 1)",
    ),
    "interrupted": (
        lambda desk: changed(desk, {"run.status": "interrupted", "run.exit_code": 130}),
        "plan.json: this plan is not complete: its run was interrupted (exit code 130)",
    ),
    "without a cluster": (
        lambda desk: changed(desk, {"cluster": None}),
        "plan.json: this plan is not complete: it has no plan, cluster or manifest",
    ),
    "a topic twice": (topic_twice, "plan.json: topics are there twice: 'orders'"),
    "a field twice": (
        lambda desk: changed(
            desk, {"topics.0.changes": [json.loads(desk.plan.read_text())["topics"][0]["changes"][0]] * 2}
        ),
        "plan.json: changes of topic 'orders' are there twice: 'config.retention.ms'",
    ),
    "numbers of more than 64 bits": (
        lambda desk: changed(desk, {"topics.0.live.partitions": 2**70}),
        "topics[0].live.partitions: must be an integer, not 1.1805916207174113e+21",
    ),
    "negative numbers": (
        lambda desk: changed(desk, {"topics.0.live.partitions": -1}),
        "topics[0].live.partitions: must be greater than or equal to 0, not -1",
    ),
    "another type": (
        lambda desk: changed(desk, {"topics.0.changes.0.after": {"$ref": "file:///etc/passwd"}}),
        "topics[0].changes[0].after: must be an integer or a string, not an object",
    ),
    "deep": (lambda _: b'{"a":' + b"[" * 100_000 + b"]" * 100_000 + b"}", "the file is not JSON: "),
}


@pytest.mark.parametrize(("content", "words"), FILES.values(), ids=FILES)
def test_a_file_that_is_no_plan_is_an_error(content: Callable[[Desk], bytes], words: str, desk: Desk) -> None:
    desk.plan.write_bytes(content(desk))
    done = desk.apply()
    assert done.code == 1
    assert any(words in line for line in done.stderr.splitlines()), done.stderr
    assert done.stderr.replace("\n", "").isprintable()
    assert desk.written == 0
    assert desk.report["run"]["status"] == "failed"


@pytest.mark.parametrize("where", ["nowhere.json", "."])
def test_a_file_that_cannot_be_read_is_an_error(where: str, desk: Desk) -> None:
    done = desk.apply(plan=where)
    assert done.code == 1
    assert f"cannot read the report {where}: " in done.stderr
    assert desk.written == 0


# Files of which the form is right, and the content a trap

EVIL = "x\x1b]0;owned\x07\u202e\n\r"
TRAPS: dict[str, tuple[dict[str, Any], str]] = {
    "a topic that is not in the manifest": (
        {"topics.0.name": "secrets"},
        "shows topics that the manifest does not have",
    ),
    "a glob for a topic": ({"topics.0.name": "*"}, "shows topics that the manifest does not have: '*'"),
    "a name that is a path": ({"topics.0.name": "../../etc/passwd"}, "shows topics that the manifest does not have"),
    "a name that is an escape": ({"topics.0.name": EVIL}, r"does not have: 'x\x1b]0;owned"),
    "a name of a megabyte": ({"topics.0.name": "a" * 1_000_000}, "shows topics that the manifest does not have"),
    "a delete of a topic in the manifest": (
        {"topics.0.origin": None, "topics.0.action": "delete"},
        "shows topics that the manifest does not have: 'orders'",
    ),
    "another value": ({"topics.0.changes.0.after": "1"}, "retention.ms is to be 604800000 (7d), reviewed 1"),
    "another value before": ({"topics.0.changes.0.before": EVIL}, "reviewed x"),
    "no change": ({"topics.0.changes": []}, "the reviewed plan does not show a change of retention.ms"),
    "a change that nobody wants": ({"topics.0.changes.0.field": "state"}, "does not show a change of retention.ms"),
    "no topic there": ({"topics.0.live": None}, "the topic was created after the reviewed plan"),
    "a create of a topic that is there": (
        {"topics.0.action": "create", "topics.0.live": None},
        "the topic was created",
    ),
    "a topic of another id": ({"topics.0.live.topic_id": EVIL}, ""),
    "a value of a megabyte": ({"topics.0.live.config": {"retention.ms": "9" * 1_000_000}}, "reviewed 99999999"),
    "files with evil names": ({"manifest.files": [{"path": EVIL, "sha256": "0" * 64}]}, ""),
    "a cluster with an evil id": ({"cluster.id": EVIL}, r"the plan is for the cluster x\x1b]0;owned"),
    "an environment with an evil name": ({"environment": EVIL}, r"the plan is for environment x\x1b]0;owned"),
}


@pytest.mark.parametrize("more", [["-vv"], ["-vv", "--log-format", "json"]], ids=["text", "json"])
@pytest.mark.parametrize(("change", "words"), TRAPS.values(), ids=TRAPS)
def test_a_forged_plan_cannot_make_a_change_and_is_shown_without_harm(
    more: list[str], change: dict[str, Any], words: str, desk: Desk
) -> None:
    desk.rewrite(change)
    before = dict(desk.kafka.topics)
    done = desk.apply("-o", "json", *more)
    everything = done.stdout + done.stderr + (desk.folder / "run.json").read_text()
    assert everything.replace("\n", "").isprintable()
    assert words in everything.replace("\\\\", "\\")
    assert len(done.stderr) < 100_000
    if words:
        assert done.code == 3
        assert desk.kafka.topics["orders"] == before["orders"]


def test_a_forged_consent_needs_a_change_of_the_manifest(desk: Desk) -> None:
    """Whoever can write the file can consent, as docs/saved-plans.md says, and no more."""
    consent = {"kind": "data-loss", "risk": EVIL, "given_by": EVIL, "up_to": None, "until": None, "reason": EVIL}
    desk.rewrite({"topics.0.changes.0.consent": consent, "topics.0.changes.0.verdict": "risky"})
    done = desk.apply()
    assert done.code == 0
    assert (done.stdout + done.stderr).replace("\n", "").isprintable()
    assert desk.kafka.topics["orders"].config["retention.ms"] == "604800000"


# Usage


@pytest.mark.parametrize(
    ("more", "env", "words"),
    [
        (["--allow", "delete"], {}, ["--allow (RECONCILER_ALLOW) cannot be used with --plan"]),
        ([], {"RECONCILER_PRUNE": "1"}, ["--prune (RECONCILER_PRUNE) cannot be used with --plan"]),
        (
            ["--allow", "delete", "--prune", "--exceed-limits"],
            {},
            ["--allow (RECONCILER_ALLOW)", "--prune (RECONCILER_PRUNE)", "--exceed-limits (RECONCILER_EXCEED_LIMITS)"],
        ),
        (["-f", "-", "--plan", "-"], {}, ["both the manifest and the plan are to be read from standard input"]),
        (["--max-age", "0"], {}, ["0.0 is not in the range x>0"]),
        (["--max-age", "soon"], {}, ["'soon' is not a duration"]),
    ],
)
def test_options_that_permit_more_than_the_plan_are_wrong_usage(
    more: list[str], env: dict[str, str], words: list[str], desk: Desk
) -> None:
    done = desk.apply(*more, env=env)
    assert done.code == 64
    assert all(each in done.stderr for each in words)
    assert desk.written == 0


def test_the_age_needs_a_plan(desk: Desk) -> None:
    plain = ["apply", "--bootstrap-server", desk.kafka.bootstrap_servers, "--yes"]
    done = desk.run(*plain, "--max-age", "1h")
    assert done.code == 64
    assert "--max-age needs --plan" in done.stderr
    assert desk.run(*plain, env={"RECONCILER_MAX_AGE": "1h"}).code == 0


def test_a_plan_from_standard_input_needs_yes(desk: Desk) -> None:
    done = desk.apply(plan="-", yes=False, stdin=desk.plan.read_text())
    assert done.code == 64
    assert "cannot ask for confirmation: standard input is the plan" in done.stderr
    assert desk.written == 0
    assert desk.apply(plan="-", stdin=desk.plan.read_text()).code == 0
    assert desk.kafka.topics["payments"].config["retention.ms"] == "172800000"


@pytest.mark.parametrize(
    ("command", "hint"),
    [("apply", "to apply a reviewed plan: --plan plan.json"), ("plan", "to show it: reconciler render plan.json")],
)
def test_a_plan_in_the_place_of_a_manifest_gets_a_hint(command: str, hint: str, desk: Desk) -> None:
    yes = ["--yes"] if command == "apply" else []
    done = desk.run(command, "--bootstrap-server", desk.kafka.bootstrap_servers, "plan.json", *yes)
    assert done.code == 1
    assert done.stderr == f"error: plan.json: this is a report, not a manifest\n  {hint}\n"
