"""Every folder of ``tests/cases/validate`` is a manifest and what ``validate`` says of it.

``arguments`` holds further arguments, ``environment`` variables, ``stderr`` what is said; a ``stderr``
without an error means a valid manifest.
"""

from __future__ import annotations

import shlex
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.conftest import RunReconciler, case_folders, environment


@pytest.fixture(params=["both-parsers", "parser-in-python"])
def installed(request: pytest.FixtureRequest, tmp_path: Path) -> dict[str, str]:
    """The environment of a machine with both YAML parsers, and of one where the parser in C is not installed."""
    if request.param == "both-parsers":
        return {}
    (tmp_path / "_ruamel_yaml.py").write_text("raise ImportError\n")
    return {"PYTHONPATH": str(tmp_path)}


def test_the_parser_in_c_can_be_taken_away(installed: dict[str, str]) -> None:
    look = "import ruamel.yaml.main as library; print(library.CParser is not None)"
    done = subprocess.run([sys.executable, "-c", look], env=environment(installed), capture_output=True, check=True)
    assert done.stdout.split() == [b"False" if installed else b"True"]


@pytest.mark.parametrize("folder", case_folders("validate"))
def test_validate_says(
    folder: Path, installed: dict[str, str], reconciler: RunReconciler, golden: Callable[[Path, str], None]
) -> None:
    extra = folder / "arguments"
    arguments = shlex.split(extra.read_text()) if extra.exists() else []
    variables = folder / "environment"
    lines = variables.read_text().splitlines() if variables.exists() else []
    env = installed | dict(line.split("=", 1) for line in lines)
    done = reconciler("validate", *arguments, cwd=folder, env=env)
    golden(folder / "stderr", done.stderr)
    assert done.code == (1 if "error:" in done.stderr else 0)
    assert bool(done.stdout) == (done.code == 0)
