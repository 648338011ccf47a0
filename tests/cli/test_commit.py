"""The Git commit that a report names: from an option or from the variables of CI, and never anything but a commit."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.support.command import RunReconciler

COMMIT = "0123456789abcdef0123456789abcdef01234567"
OTHER = "f" * 40


@pytest.fixture(autouse=True)
def manifest(tmp_path: Path) -> None:
    (tmp_path / "topics.yaml").write_text("version: 1\ntopics: {a: {}}\n")


@pytest.mark.parametrize(
    ("arguments", "variables", "commit"),
    [
        ([], {}, None),
        (["--commit", COMMIT], {"RECONCILER_COMMIT": OTHER}, COMMIT),
        ([], {"RECONCILER_COMMIT": COMMIT, "GITHUB_SHA": OTHER, "CI_COMMIT_SHA": OTHER}, COMMIT),
        ([], {"RECONCILER_COMMIT": "", "GITHUB_SHA": COMMIT}, COMMIT),
        ([], {"CI_COMMIT_SHA": COMMIT}, COMMIT),
        (["--commit", "ABCDEF1"], {}, "abcdef1"),
        (["--commit", "a" * 64], {}, "a" * 64),
    ],
)
def test_a_report_names_the_commit(
    arguments: list[str], variables: dict[str, str], commit: str | None, reconciler: RunReconciler, tmp_path: Path
) -> None:
    done = reconciler("validate", "-o", "json", *arguments, env=variables, cwd=tmp_path)
    assert done.code == 0
    assert json.loads(done.stdout)["run"]["commit"] == commit


@pytest.mark.parametrize("text", ["main", "abcdef", "a" * 65, f"{COMMIT} -->", "0x1234567", "\uff11234567"])
def test_what_is_not_a_commit_is_refused_with_the_variable_it_is_from(
    text: str, reconciler: RunReconciler, tmp_path: Path
) -> None:
    done = reconciler("validate", "--report", "run.md", env={"GITHUB_SHA": text}, cwd=tmp_path)
    assert done.code == 64
    assert "'--commit' (env var: 'GITHUB_SHA')" in done.stderr
    assert "is not a commit; use 7 to 64 hexadecimal digits" in done.stderr
    assert not (tmp_path / "run.md").exists()


def test_a_report_with_another_text_as_its_commit_is_not_read(reconciler: RunReconciler, tmp_path: Path) -> None:
    report = json.loads(reconciler("validate", "-o", "json", cwd=tmp_path).stdout)
    report["run"]["commit"] = "--> <b>"
    (tmp_path / "run.json").write_text(json.dumps(report))
    done = reconciler("render", "run.json", "-o", "markdown", cwd=tmp_path)
    assert done.code == 1
    assert "run.commit" in done.stderr
