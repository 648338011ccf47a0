"""Files that this user may not read: an error with the file's name, and a report."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import PROJECT, environment

# Root without these is held to the modes of files as everybody is.
_PRIVILEGES = "-dac_override,-dac_read_search"
AS_ORDINARY_USER = ["/usr/bin/setpriv", "--inh-caps=-all", f"--bounding-set={_PRIVILEGES}"] if os.geteuid() == 0 else []


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
    arguments: tuple[str, ...], named: str, tmp_path: Path
) -> None:
    for folder in ("closed", "tree", "tree/closed", "listed"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "topics.yaml").write_text("version: 1\ntopics: {a: {}}\n")
    (tmp_path / "no.yaml").write_text("version: 1\ntopics: {a: {}}\n")
    modes = {"closed": 0, "tree/closed": 0, "listed": 0o444, "no.yaml": 0}
    for name, mode in modes.items():
        (tmp_path / name).chmod(mode)
    command = [*AS_ORDINARY_USER, sys.executable, "-m", "reconciler", "validate", *arguments, "-o", "json"]
    try:
        done = subprocess.run(
            command,
            cwd=tmp_path,
            env=environment({"PYTHONPATH": str(PROJECT)}),
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
    finally:
        for name in modes:
            (tmp_path / name).chmod(0o755)
    assert done.returncode == json.loads(done.stdout)["run"]["exit_code"] == 1
    assert f"error: {named}: cannot be read: Permission denied" in done.stderr
    assert "internal error" not in done.stderr
