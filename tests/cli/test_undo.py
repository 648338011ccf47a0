"""``--undo`` with files that tell of no run to undo, hostile ones, and with options that make no sense."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.support.command import PROJECT, RunReconciler

FROZEN: Any = json.loads((PROJECT / "tests/cases/report/1.0.json").read_text())
NOWHERE = ["--bootstrap-server", "127.0.0.1:1"]


@pytest.fixture
def said(reconciler: RunReconciler, tmp_path: Path) -> Callable[..., tuple[int, str]]:
    """Exit code and messages of an undo of the report, after ``change``."""
    (tmp_path / "topics.yaml").write_text("version: 1\ntopics: {orders: {}}\n")

    def run(change: Callable[[Any], object], *more: str) -> tuple[int, str]:
        report = json.loads(json.dumps(FROZEN))
        change(report)
        (tmp_path / "run.json").write_text(json.dumps(report))
        done = reconciler("plan", *NOWHERE, "--undo", "run.json", *more)
        return done.code, done.stderr

    return run


def drifted(report: Any) -> Any:
    return next(topic for topic in report["topics"] if topic["action"] == "drift" and topic["status"] == "applied")


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (
            lambda report: report.update(command="plan"),
            "error: run.json: this is the report of 'plan', which changes nothing on a cluster\n"
            "  --undo takes the JSON report of an apply\n",
        ),
        (
            lambda report: report.update(cluster=None),
            "error: run.json: the run did not read a cluster, so it changed nothing\n",
        ),
        (
            lambda report: report["cluster"].update(id=None),
            "error: run.json: the report does not have the id of the cluster, which may be another one\n",
        ),
        (
            lambda report: report["plan"].update(checksum=f"sha256:{'0' * 64}"),
            "error: run.json: the report was changed after it was written, so it does not tell what the run did\n",
        ),
        (
            lambda report: drifted(report).update(live=None),
            "the report does not tell how topic 'altered' was before the run: live is null\n",
        ),
        (
            lambda report: report["topics"].append(drifted(report)),
            "run.json:1:1: error: topic 'altered' is in the report twice\n",
        ),
        (
            lambda report: drifted(report).update(name="../\x1b[31m"),
            "run.json:1:1: error: topic '../\\x1b[31m' has a name that Kafka does not allow\n",
        ),
        (
            lambda report: drifted(report)["live"].update(config={"retention.ms": "1" * 40_000}),
            "topic 'altered' has a config key or value that is 40,000 bytes long; Kafka accepts at most 32,767\n",
        ),
    ],
)
def test_a_report_that_tells_of_no_run_to_undo_is_refused(
    said: Callable[..., tuple[int, str]], change: Callable[[Any], object], words: str
) -> None:
    code, messages = said(change)
    assert code == 1
    assert words in messages


def test_a_topic_that_the_run_did_not_change_is_wrong_usage(said: Callable[..., tuple[int, str]]) -> None:
    code, messages = said(lambda _report: None, "--only", "nothing.*")
    assert (code, messages) == (64, "error: --only nothing.*: the run changed no topic that matches\n")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["plan", "--prune"], "--prune (RECONCILER_PRUNE)"),
        (["apply", "--yes", "--prune"], "--prune (RECONCILER_PRUNE)"),
        (["plan", "--baseline", "run.json"], "--baseline"),
        (["apply", "--yes", "--plan", "run.json"], "--plan"),
    ],
)
def test_options_that_make_no_sense_with_undo_are_refused(
    reconciler: RunReconciler, arguments: list[str], words: str
) -> None:
    done = reconciler(*arguments, *NOWHERE, "--undo", "run.json")
    assert done.code == 64
    assert f"error: {words} cannot be used with --undo, which restores what one run changed\n" in done.stderr


def test_one_standard_input_is_not_two_files(reconciler: RunReconciler) -> None:
    done = reconciler("apply", "-", *NOWHERE, "--undo", "-", "--yes")
    assert done.code == 64
    assert "both the manifest and the report are to be read from standard input" in done.stderr


def test_the_plan_of_an_undo_is_no_plan_to_apply(reconciler: RunReconciler, tmp_path: Path) -> None:
    (tmp_path / "topics.yaml").write_text("version: 1\ntopics: {orders: {}}\n")
    undo = {"report": "run.json", "run_id": "1", "patch": {}, "not_in_patch": [], "not_restored": []}
    plan = FROZEN | {"command": "plan", "undo": undo}
    (tmp_path / "plan.json").write_text(json.dumps(plan))
    done = reconciler("apply", "--yes", *NOWHERE, "--plan", "plan.json")
    assert done.code == 1
    assert "plan.json: this is the plan of an undo" in done.stderr
    assert "to carry it out, pass --undo with that report to apply" in done.stderr
