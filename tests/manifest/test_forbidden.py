"""Files without read permission: an error with the file name, and a report."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.command import RunReconciler
from tests.support.ordinary_user import modes

TOPICS = "version: 1\ntopics: {a: {}}\n"


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (("-f", "no.yaml"), "no.yaml"),
        (("-f", "closed/topics.yaml"), "closed/topics.yaml"),
        (("-f", "closed/topics.yaml", "-e", "dev"), "closed/topics.dev.yaml"),
        (("-f", "closed"), "closed"),
        (("-f", "tree"), "tree/closed"),
        (("-f", "listed"), "listed/topics.yaml"),
    ],
)
def test_a_manifest_that_may_not_be_read_is_an_error_with_a_report(
    arguments: tuple[str, ...], named: str, tmp_path: Path, ordinary_user: RunReconciler
) -> None:
    for folder in ("closed", "tree", "tree/closed", "listed"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "topics.yaml").write_text(TOPICS)
    (tmp_path / "no.yaml").write_text(TOPICS)
    with modes(tmp_path, {"closed": 0, "tree/closed": 0, "listed": 0o444, "no.yaml": 0}):
        done = ordinary_user("validate", *arguments, "-o", "json")
    assert done.code == done.report["run"]["exit_code"] == 1
    assert f"error: {named}: cannot be read: Permission denied\n" in done.stderr
    assert "internal error" not in done.stderr
