"""``--cancel-reassignments`` with options that make no sense beside it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.command import RunReconciler

NOWHERE = ("--bootstrap-server", "127.0.0.1:1", "--timeout", "1")


@pytest.fixture
def manifest(tmp_path: Path) -> None:
    (tmp_path / "topics.yaml").write_text("version: 1\ntopics: {orders: {}}\n")


@pytest.mark.usefixtures("manifest")
def test_options_about_what_is_applied_are_wrong_usage_all_at_once(reconciler: RunReconciler) -> None:
    others = {
        "--plan": "p.json",
        "--max-age": "1h",
        "--undo": "r.json",
        "--allow": "delete",
        "--prune": None,
        "--exceed-limits": None,
        "--no-auto-create": None,
        "--reassign-throttle": "1MB",
    }
    given = [part for option in others.items() for part in option if part is not None]
    done = reconciler("apply", "--cancel-reassignments", "--yes", *NOWHERE, *given)
    assert done.code == 64
    for option in others:
        name = option.replace("--no-auto", "--auto")
        assert f"{name} cannot be used with --cancel-reassignments, which applies nothing else" in done.stderr


@pytest.mark.usefixtures("manifest")
def test_a_variable_that_is_set_for_all_runs_does_not_matter(reconciler: RunReconciler) -> None:
    variables = {"RECONCILER_REASSIGN_THROTTLE": "1MB", "RECONCILER_ALLOW": "delete"}
    done = reconciler("apply", "--cancel-reassignments", "--yes", *NOWHERE, env=variables)
    assert done.code == 1
    assert "cannot connect" in done.stderr


@pytest.mark.usefixtures("manifest")
def test_without_a_terminal_yes_is_required(reconciler: RunReconciler) -> None:
    done = reconciler("apply", "--cancel-reassignments", *NOWHERE)
    assert done.code == 64
    assert "pass --yes to apply without asking" in done.stderr
