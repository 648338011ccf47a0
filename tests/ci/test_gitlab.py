"""The template for GitLab: one note on a merge request, an apply of the approved plan, one issue about drift."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from tests.ci.gitlab import ME, SOMEBODY, TOKEN, GitLab, jobs_of, run_job, served
from tests.ci.origin import git
from tests.ci.world import World

MERGE_REQUEST = {
    "CI_PIPELINE_SOURCE": "merge_request_event",
    "CI_MERGE_REQUEST_IID": "7",
    "CI_PROJECT_ID": "5",
    "CI_DEFAULT_BRANCH": "main",
    "CI_MERGE_REQUEST_SOURCE_PROJECT_ID": "5",
}
PUSH = {"CI_PIPELINE_SOURCE": "push", "CI_COMMIT_BRANCH": "main", "CI_DEFAULT_BRANCH": "main"}
NIGHT = {**PUSH, "CI_PIPELINE_SOURCE": "schedule"}


@pytest.fixture
def gitlab() -> Iterator[GitLab]:
    with served() as running:
        yield running


@pytest.fixture
def workspace(world: World) -> Path:
    return world.folder / "workspace"


def run(name: str, gitlab: GitLab, world: World, variables: Mapping[str, str], ref: str = "main") -> tuple[int, str]:
    """Run a job in a new check-out of ``ref``, or in the one that is there."""
    workspace = world.folder / "workspace"
    if not workspace.exists():
        world.origin.check_out(workspace, ref, "1")
        git(workspace, "remote", "add", "origin", world.origin.folder.as_uri())
    assert name in jobs_of(variables)
    servers = {"KAFKA_BOOTSTRAP_SERVERS": world.github.bootstrap_servers}
    return run_job(name, gitlab, workspace, world.github.commands, {**servers, **world.github.machine, **variables})


def test_which_jobs_a_pipeline_has() -> None:
    assert jobs_of(MERGE_REQUEST) == ["kafka-topics-validate", "kafka-topics-plan"]
    assert jobs_of({**MERGE_REQUEST, "CI_MERGE_REQUEST_SOURCE_PROJECT_ID": "6"}) == ["kafka-topics-validate"]
    assert jobs_of(PUSH) == ["kafka-topics-plan", "kafka-topics-apply"]
    assert jobs_of({**PUSH, "CI_PIPELINE_SOURCE": "web"}) == jobs_of(PUSH)
    assert jobs_of({**PUSH, "CI_COMMIT_BRANCH": "feature"}) == []
    assert jobs_of(NIGHT) == ["kafka-topics-drift"]


def test_a_merge_request_has_one_note_that_is_kept_up_to_date(world: World, gitlab: GitLab, workspace: Path) -> None:
    theirs = dict(gitlab.note('<!-- reconciler {"environment": "prod", "commit": null} -->', SOMEBODY))
    merge_request = {**MERGE_REQUEST, "CI_MERGE_REQUEST_DIFF_BASE_SHA": world.origin.head}
    world.origin.propose(7, "orders", topics=world.manifest(orders=""))
    code, log = run("kafka-topics-plan", gitlab, world, merge_request, "orders")
    assert code == 0, log
    assert TOKEN not in log
    assert json.loads((workspace / "report.json").read_text())["summary"]["from_branch"] == 1
    (workspace / "topics.yaml").write_text(world.manifest(orders="state: absent", refunds=""))
    code, log = run("kafka-topics-plan", gitlab, world, {**MERGE_REQUEST})
    assert code == 0, log
    before, note = gitlab.notes
    assert before == theirs
    assert note["author"] == ME
    assert f"{world.prefix}.refunds" in note["body"]


def test_what_the_approved_plan_shows_is_applied(world: World, gitlab: GitLab, workspace: Path) -> None:
    world.origin.commit(topics=world.manifest(orders=""))
    assert run("kafka-topics-plan", gitlab, world, PUSH)[0] == 0
    code, log = run("kafka-topics-apply", gitlab, world, PUSH)
    assert code == 0, log
    assert json.loads((workspace / "report.json").read_text())["summary"]["applied"] == 1
    assert gitlab.notes == []


def test_an_issue_about_drift_is_opened_updated_and_closed(world: World, gitlab: GitLab) -> None:
    world.origin.commit(topics=world.manifest(orders=""))
    assert run("kafka-topics-drift", gitlab, world, NIGHT)[0] == 2
    assert gitlab.issues[0]["title"] == "Kafka topics have drifted: prod"
    first = gitlab.kept["baseline.json"]
    servers, world.github.bootstrap_servers = world.github.bootstrap_servers, "127.0.0.1:1"
    world.github.machine = {"RECONCILER_TIMEOUT": "2"}
    assert run("kafka-topics-drift", gitlab, world, NIGHT)[0] == 1
    assert gitlab.kept["baseline.json"] == first
    world.github.bootstrap_servers, world.github.machine = servers, {}
    world.on_cluster(orders="")
    assert run("kafka-topics-drift", gitlab, world, NIGHT)[0] == 0
    (issue,) = gitlab.issues
    assert issue["state"] == "closed"


def test_without_a_cluster_the_job_is_red_and_the_note_says_so(world: World, gitlab: GitLab) -> None:
    world.github.bootstrap_servers, world.github.machine = "127.0.0.1:1", {"RECONCILER_TIMEOUT": "2"}
    world.origin.propose(7, "orders", topics=world.manifest(orders=""))
    assert run("kafka-topics-plan", gitlab, world, MERGE_REQUEST, "orders")[0] == 1
    assert len(gitlab.notes) == 1
