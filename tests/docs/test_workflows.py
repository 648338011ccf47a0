"""Every GitHub workflow of the documentation is valid, and its commands exist."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.command import PROJECT, RunReconciler

_BLOCK = re.compile(r"^```yaml\n(# \.github/workflows/.*?)^```", re.MULTILINE | re.DOTALL)
PAGES = [PROJECT / "README.md", PROJECT / "docs/ci.md"]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_a_workflow_is_valid(page: Path, tmp_path: Path) -> None:
    (block,) = _BLOCK.findall(page.read_text(encoding="utf-8"))
    (tmp_path / "workflow.yml").write_text(block)
    check = ["-m", "check_jsonschema", "--builtin-schema", "vendor.github-workflows", str(tmp_path / "workflow.yml")]
    done = subprocess.run([sys.executable, *check], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_its_commands_have_the_options_that_they_are_given(page: Path, reconciler: RunReconciler) -> None:
    commands = re.findall(r"run: reconciler (.*)", page.read_text(encoding="utf-8"))
    assert len(commands) > 1
    for command in commands:
        done = reconciler(*shlex.split(command), "--help")  # options are read before help is shown
        assert done.code == 0, done.stderr
