"""A merge: the plan that was reviewed, if it is still true; else a new one, with consent of the manifest only."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from reconciler.report.checksum import checksum
from tests.ci.github import Event, pull_request
from tests.ci.world import World

CONSENTED = "state: absent, allow: [delete]"
RISKY = "state: absent"


@pytest.fixture
def merge(world: World) -> Callable[..., Event]:
    """Plan a pull request and merge it; what GitHub then sends."""

    def propose_and_merge(number: int, *, planned: bool = True, **topics: str) -> Event:
        head = world.origin.propose(number, f"change-{number}", topics=world.manifest(**topics))
        event = pull_request(number, f"change-{number}", head)
        if planned:
            world.plan_only(event)
        merged = world.origin.merge(number)
        world.github.merged(merged, event)
        return Event(name="push", sha=merged)

    return propose_and_merge


def statuses(world: World, job_report: dict[str, list[dict[str, str]]]) -> dict[str, str]:
    return {each["name"].removeprefix(f"{world.prefix}."): each["status"] for each in job_report["topics"]}


def test_the_plan_that_was_reviewed_is_applied(world: World, merge: Callable[..., Event]) -> None:
    job = world.run("apply", merge(7, orders=""))
    assert job.succeeded, job.log
    assert job.report["reviewed"] is not None
    assert statuses(world, job.report) == {"orders": "applied"}
    assert job.passwords == {"hunter2/apply"}


def test_what_changed_since_the_review_is_left_alone(world: World, merge: Callable[..., Event]) -> None:
    world.on_cluster(orders="config: {retention.ms: 7d}")
    push = merge(7, orders="config: {retention.ms: 8d}", refunds="")
    world.on_cluster(orders="config: {retention.ms: 9d}")
    job = world.run("apply", push)
    assert not job.succeeded
    assert statuses(world, job.report) == {"orders": "stale", "refunds": "applied"}


def test_a_run_by_hand_restores_what_the_manifest_says(world: World, merge: Callable[..., Event]) -> None:
    world.on_cluster(orders="config: {retention.ms: 7d}", refunds="")
    push = merge(7, orders="config: {retention.ms: 7d}", refunds="config: {retention.ms: 8d}")
    assert world.run("apply", push).succeeded
    world.on_cluster(orders="config: {retention.ms: 6d}")
    job = world.run("apply", Event(name="workflow_dispatch", sha=push.sha))
    assert job.succeeded, job.log
    assert statuses(world, job.report) == {"orders": "applied", "refunds": "unchanged"}


def test_another_merge_meanwhile_is_planned_anew(world: World, merge: Callable[..., Event]) -> None:
    head = world.origin.propose(8, "later", topics_prod=f"topics: {{{world.prefix}.later: {{}}}}\n")
    event = pull_request(8, "later", head)
    world.plan_only(event)
    merge(7, orders="")
    merged = world.origin.merge(8)
    world.github.merged(merged, event)
    job = world.run("apply", Event(name="push", sha=merged))
    assert job.succeeded, job.log
    assert job.report["reviewed"] is None
    assert statuses(world, job.report) == {"later": "applied", "orders": "applied"}


def test_a_plan_that_is_too_old_is_made_anew(world: World, merge: Callable[..., Event]) -> None:
    push = merge(7, orders="")
    world.github.machine = {"RECONCILER_MAX_AGE": "1ms"}
    job = world.run("apply", push)
    assert job.succeeded, job.log
    assert job.report["reviewed"] is None


def test_what_is_risky_and_was_not_reviewed_is_refused(world: World, merge: Callable[..., Event]) -> None:
    world.on_cluster(orders="")
    job = world.run("apply", merge(7, planned=False, orders=RISKY, refunds=""))
    assert not job.succeeded
    assert job.outputs["needs-consent"] == "true"
    assert statuses(world, job.report) == {"orders": "refused", "refunds": "applied"}


def test_consent_in_the_manifest_is_enough(world: World, merge: Callable[..., Event]) -> None:
    world.on_cluster(orders="", refunds="")
    assert world.run("apply", merge(7, orders=CONSENTED, refunds="")).succeeded
    assert world.run("apply", merge(8, planned=False, orders=CONSENTED, refunds=CONSENTED)).succeeded


def test_a_plan_cannot_permit_more_than_the_manifest(world: World, merge: Callable[..., Event]) -> None:
    world.on_cluster(orders="")
    push = merge(7, orders=RISKY)
    path = world.github.artifact("kafka-topics-plan-prod") / "report.json"
    plan = json.loads(path.read_text())
    change = plan["topics"][0]["changes"][0]
    change |= {"refusal": None, "status": "planned"}
    change["consent"]["given_by"] = "topics.yaml:5:3"
    plan["topics"][0]["status"] = "planned"
    plan["plan"]["checksum"] = checksum(plan)
    path.write_text(json.dumps(plan))
    job = world.run("apply", push)
    assert not job.succeeded
    assert "without consent in the manifest" in job.log
    assert job.report["command"] == "plan"


@pytest.mark.parametrize("of_a_fork", ["pull request", "run"])
def test_nothing_of_a_fork_is_taken(world: World, merge: Callable[..., Event], of_a_fork: str) -> None:
    push = merge(7, orders="")
    if of_a_fork == "run":
        world.github.let_runs_be_of_a_fork()
    else:
        head = world.github.state["pulls"][push.sha][0]["head"]["sha"]
        world.github.merged(push.sha, pull_request(7, "change-7", head, fork=True))
    job = world.run("apply", push)
    assert job.succeeded, job.log
    assert job.report["reviewed"] is None


def test_a_push_without_a_pull_request_is_planned_anew(world: World, elsewhere: Callable[..., Path]) -> None:
    pushed = world.origin.commit(topics=world.manifest(orders=""))
    job = world.run(elsewhere("apply", world), Event(name="push", sha=pushed))
    assert job.succeeded, job.log
    assert statuses(world, job.report) == {"orders": "applied"}


def test_without_a_cluster_the_run_is_red_and_has_a_report(world: World, merge: Callable[..., Event]) -> None:
    push = merge(7, orders="")
    world.github.bootstrap_servers = "127.0.0.1:1"
    world.github.machine = {"RECONCILER_TIMEOUT": "2"}
    job = world.run("apply", push)
    assert not job.succeeded
    assert job.outputs["exit-code"] == "1"
    assert "failed" in (world.github.artifact("kafka-topics-apply-prod") / "report.json").read_text()
