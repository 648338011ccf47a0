"""Every night: an issue that is opened, kept up to date and closed; ages by the report of the night before."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

from tests.ci.github import Event
from tests.ci.runner import Job
from tests.ci.world import World

NAME = "kafka-topics-drift-prod"


def night(world: World) -> Job:
    return world.run("drift", schedule(world))


def schedule(world: World) -> Event:
    return Event(name="schedule", sha=world.origin.head)


def test_an_issue_is_opened_kept_up_to_date_and_closed(world: World) -> None:
    world.origin.commit(topics=world.manifest(orders="config: {retention.ms: 7d}"))
    world.on_cluster(orders="config: {retention.ms: 7d}")
    assert night(world).succeeded
    assert world.github.issues == []

    world.on_cluster(orders="config: {retention.ms: 8d}")
    job = night(world)
    assert not job.succeeded
    assert job.outputs["has-changes"] == "true"
    assert job.outputs["exit-code"] == "2"
    (issue,) = world.github.issues
    assert issue["title"] == "Kafka topics have drifted: prod"
    assert "8d" in issue["body"]
    assert (world.github.artifact(NAME) / "report.html").is_file()

    world.on_cluster(orders="config: {retention.ms: 9d}")
    job = night(world)
    (issue,) = world.github.issues
    assert "9d" in issue["body"]
    assert issue["state"] == "open"
    before = job.report["audit"]["baseline"]
    assert before is not None

    world.on_cluster(orders="config: {retention.ms: 7d}")
    assert night(world).succeeded
    (issue,) = world.github.issues
    assert issue["state"] == "closed"
    assert len(issue["comments"]) == 1


def test_each_environment_has_its_own_issue(world: World, elsewhere: Callable[..., Path]) -> None:
    world.origin.commit(topics=world.manifest(orders=""), topics_prod_eu="topics: {}\n")
    for environment in ("prod", "prod.eu"):
        workflow = elsewhere("drift", world, **{"environment: prod": f"environment: {environment}"})
        assert not world.run(workflow, schedule(world)).succeeded
    assert len(world.github.issues) == 2


def test_a_night_without_a_cluster_is_red_and_keeps_issue_and_baseline(world: World) -> None:
    world.origin.commit(topics=world.manifest(orders=""))
    night(world)
    servers = world.github.bootstrap_servers
    world.github.bootstrap_servers, world.github.machine = "127.0.0.1:1", {"RECONCILER_TIMEOUT": "2"}
    (before,) = world.github.issues
    job = night(world)
    assert not job.succeeded
    assert job.outputs["exit-code"] == "1"
    assert world.github.issues == [before]
    first = json.loads((world.github.folder / "artifacts/0/report.json").read_text())

    world.github.bootstrap_servers, world.github.machine = servers, {}
    assert night(world).report["audit"]["baseline"]["run_id"] == first["run"]["id"]
