"""A pull request: one comment per environment, kept up to date; red where a person is needed; forks without secrets."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from tests.ci.github import pull_request
from tests.ci.world import WORKFLOWS, World

HOSTILE_BRANCH = "fix/$(touch${IFS}pwned)`id`;'\"&|"
HOSTILE_TITLE = '"; touch pwned; echo ${{ secrets.KAFKA_PLAN_PASSWORD }} `id` \n::error::pwned'


def test_the_first_run_comments_and_the_next_one_updates_the_comment(world: World) -> None:
    world.github.comment(7, "somebody", '<!-- reconciler {"environment": "prod" -->\nmine')
    head = world.origin.propose(7, "orders", topics=world.manifest(orders="owner: team-a"))
    first = world.run("plan", pull_request(7, "orders", head))
    assert first.succeeded, first.log
    assert first.outputs["has-changes"] == "true"
    assert first.outputs["needs-consent"] == "false"
    theirs, comment = world.github.comments
    assert theirs.endswith("mine")
    assert f"{world.prefix}.orders" in comment
    assert f"/actions/runs/{world.github.run}" in comment
    assert first.summary == comment
    assert first.report["run"]["commit"] == head
    assert first.report["plan"]["base"] is not None
    assert first.report["summary"]["from_branch"] == 1
    kept = {path.name for path in world.github.artifact("kafka-topics-plan-prod").iterdir()}
    assert kept == {"report.json", "report.md", "report.html"}

    head = world.origin.propose(7, "orders", topics=world.manifest(orders="owner: team-a", refunds=""))
    world.run("plan", pull_request(7, "orders", head))
    theirs, comment = world.github.comments
    assert theirs.endswith("mine")
    assert f"{world.prefix}.refunds" in comment


def test_each_environment_has_its_own_comment(world: World, elsewhere: Callable[..., Path]) -> None:
    head = world.origin.propose(7, "more", topics=world.manifest(orders=""), topics_prod_eu="topics: {}\n")
    workflow = elsewhere("plan", world)
    text = workflow.read_text()
    step = text[text.index("      - uses: OWNER") :].replace("environment: prod", "environment: prod.eu")
    workflow.write_text(text + step)
    for _ in range(2):
        job = world.run(workflow, pull_request(7, "more", head))
        assert job.succeeded, job.log
    assert len(world.github.comments) == 2


def test_nothing_to_do_is_green_and_says_so(world: World) -> None:
    world.on_cluster(orders="")
    head = world.origin.propose(7, "same", topics=world.manifest(orders=""))
    job = world.run("plan", pull_request(7, "same", head))
    assert job.succeeded
    assert job.outputs["has-changes"] == "false"
    assert job.annotations == []
    assert len(world.github.comments) == 1


def test_a_risky_change_without_consent_makes_the_pull_request_red(world: World) -> None:
    world.on_cluster(orders="")
    head = world.origin.propose(7, "away", topics=world.manifest(orders="state: absent"))
    job = world.run("plan", pull_request(7, "away", head))
    assert not job.succeeded
    assert job.outputs["needs-consent"] == "true"
    assert job.outputs["exit-code"] == "3"
    assert "1 change needs a person" in world.github.comments[0]
    assert any(line.startswith("::error file=topics.yaml,line=5") for line in job.annotations), job.annotations


def test_a_mistake_is_shown_at_its_line(world: World) -> None:
    head = world.origin.propose(7, "wrong", topics=world.manifest(orders="partitons: 3"))
    job = world.run("plan", pull_request(7, "wrong", head), only="validate")
    assert not job.succeeded
    assert any(line.startswith("::error file=topics.yaml,line=5") for line in job.annotations), job.annotations
    assert world.github.comments == []


def test_without_a_cluster_the_run_is_red_and_has_a_report(world: World) -> None:
    world.github.bootstrap_servers = "127.0.0.1:1"
    world.github.machine = {"RECONCILER_TIMEOUT": "2"}
    head = world.origin.propose(7, "orders", topics=world.manifest(orders=""))
    event = pull_request(7, "orders", head)
    job = world.run("plan", event)
    assert not job.succeeded
    assert job.report["run"]["status"] == "failed"
    assert job.outputs["exit-code"] == "1"
    assert len(world.github.comments) == 1
    assert world.github.artifact("kafka-topics-plan-prod").is_dir()


def test_a_fork_is_validated_and_sees_no_secret(world: World, elsewhere: Callable[..., Path]) -> None:
    head = world.origin.propose(7, "main", topics=world.manifest(orders=""))
    event = pull_request(7, "main", head, fork=True)
    assert world.run_if_wanted(WORKFLOWS / "plan.yml", event, only="plan") is None
    assert world.run("plan", event, only="validate").succeeded
    there = world.run(elsewhere("plan", world), event)
    assert there.succeeded, there.log
    assert there.report["command"] == "validate"
    assert there.passwords == {""}
    assert world.github.comments == []
    assert world.github.calls == ""


def test_names_that_strangers_choose_are_only_text(world: World) -> None:
    head = world.origin.propose(7, HOSTILE_BRANCH, topics=world.manifest(orders='owner: "##[error]pwned"'))
    job = world.run("plan", pull_request(7, HOSTILE_BRANCH, head, title=HOSTILE_TITLE))
    assert job.succeeded, job.log
    assert not list(world.folder.rglob("pwned"))
    assert job.annotations == []
    assert job.passwords == {"hunter1/plan"}
    shown = world.github.everything_shown(job.log, job.summary)
    assert not [secret for secret in world.github.secrets.values() if secret in shown]


def test_a_check_out_without_the_target_branch_is_told(world: World, elsewhere: Callable[..., Path]) -> None:
    head = world.origin.propose(7, "orders", topics=world.manifest(orders=""))
    job = world.run(elsewhere("plan", world, **{"fetch-depth: 2, ": ""}), pull_request(7, "orders", head))
    assert job.succeeded
    assert job.report["plan"]["base"] is None
    assert any("fetch-depth: 2" in line for line in job.annotations)
