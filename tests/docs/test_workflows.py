"""The pages on CI show the examples as they are, name every input and output, and give commands that exist."""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from tests.support.command import PROJECT, RunReconciler

_EXAMPLE = re.compile(r"^```yaml\n# \.github/workflows/(\w+)\.yml\n.*?^```", re.MULTILINE | re.DOTALL)
PAGES = [PROJECT / "README.md", PROJECT / "docs/ci.md"]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_a_workflow_is_shown_as_it_is(page: Path, golden: Callable[[Path, str], None]) -> None:
    def shown(block: re.Match[str]) -> str:
        text = (PROJECT / f"examples/github/{block[1]}.yml").read_text(encoding="utf-8")
        return f"```yaml\n# .github/workflows/{block[1]}.yml\n{text}```"

    text, blocks = _EXAMPLE.subn(shown, page.read_text(encoding="utf-8"))
    assert blocks == 1
    golden(page, text)


def test_every_input_and_output_of_the_action_is_described() -> None:
    action = YAML(typ="safe").load(PROJECT / "action.yml")
    page = (PROJECT / "docs/ci.md").read_text(encoding="utf-8")
    assert re.findall(r"^\| `([\w-]+)` \| [^|]+\|$", page, re.MULTILINE)[: len(action["inputs"])] == [*action["inputs"]]
    assert all(f"| `{name}` |" in page for name in action["outputs"])


def test_commands_have_the_options_that_they_are_given(reconciler: RunReconciler) -> None:
    commands = re.findall(r"^\$ reconciler (.*)", (PROJECT / "docs/ci.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert len(commands) == 4
    for command in commands:
        done = reconciler(*shlex.split(command), "--help")  # options are read before help is shown
        assert done.code == 0, done.stderr


def test_the_permissions_of_each_job_are_those_of_its_workflow() -> None:
    page = (PROJECT / "docs/ci.md").read_text(encoding="utf-8")
    for name in ("plan", "apply", "drift"):
        for file in (f"examples/github/{name}.yml", f".github/workflows/{name}.yml"):
            job = YAML(typ="safe").load(PROJECT / file)["jobs"][name]
            row = next(line for line in page.splitlines() if line.startswith(f"| `{name}` | `contents"))
            assert re.findall(r"`([\w-]+): (\w+)`", row) == list(job["permissions"].items())
