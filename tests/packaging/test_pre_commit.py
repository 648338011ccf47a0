"""The hook, as pre-commit installs and runs it in the repository of a user."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from tests.support.command import PROJECT
from tests.support.other_commands import finish, run

(HOOK,) = YAML(typ="safe").load(PROJECT / ".pre-commit-hooks.yaml")


@pytest.mark.parametrize(
    ("path", "runs"),
    [
        ("topics.yaml", True),
        ("topics.prod.yml", True),
        ("kafka/topics.yaml", True),
        ("topics/orders.yaml", True),
        ("topics.prod/orders/requests.yaml", True),
        ("hottopics.yaml", False),
        ("topics-notes.md", False),
        ("docs/topics.yaml.j2", False),
    ],
)
def test_the_hook_runs_for_manifests_and_overlays(path: str, runs: bool) -> None:
    assert bool(re.search(HOOK["files"], path)) is runs


def test_a_commit_is_refused_for_what_the_manifest_or_its_overlay_gets_wrong(tmp_path: Path) -> None:
    locked = re.findall(r"^[a-z0-9.-]+==[^ ;\\]+", (PROJECT / "requirements-dev.lock").read_text(), re.MULTILINE)
    (tmp_path / "constraints.txt").write_text("\n".join(locked))
    repository = tmp_path / "repository"
    repository.mkdir()
    hook = f"{{id: {HOOK['id']}, name: validate prod, args: [-e, prod]}}"
    rev = run("git", "rev-parse", "HEAD", cwd=PROJECT).strip()
    (repository / ".pre-commit-config.yaml").write_text(f"repos: [{{repo: {PROJECT}, rev: {rev}, hooks: [{hook}]}}]\n")
    run("git", "init", "--quiet", cwd=repository)
    run(sys.executable, "-m", "pre_commit", "install", cwd=repository)

    def commit(file: str, text: str) -> tuple[int, str]:
        (repository / file).write_text(text)
        run("git", "add", "--all", cwd=repository)
        done = finish(
            *("git", "-c", "user.name=Test", "-c", "user.email=test@example.com", "commit", "-m", file),
            cwd=repository,
            PRE_COMMIT_HOME=str(tmp_path / "cache"),
            PIP_CONSTRAINT=str(tmp_path / "constraints.txt"),
        )
        return done.returncode, done.stdout + done.stderr

    (repository / "topics.yaml").write_text("version: 1\ntopics: {orders: {partitions: 3}}\n")
    code, said = commit("topics.prod.yaml", "topics: {orders: {partitions: 6}}\n")
    assert code == 0, said
    assert re.search(r"validate prod\.+Passed", said)
    code, said = commit("README.md", "# Topics\n")
    assert code == 0, said
    assert re.search(r"validate prod\.+\(no files to check\)Skipped", said)
    code, said = commit("topics.prod.yaml", "topics: {orders: {partitions: six}}\n")
    assert code == 1
    assert "topics.prod.yaml:1:31: error: topics.orders.partitions must be a whole number" in said
