"""Every folder of ``tests/cases/validate`` has a manifest and the output of ``validate`` for it.

``arguments`` holds further arguments, ``environment`` variables, ``stderr`` what is said; a ``stderr``
without an error means a valid manifest, and with one it has the ``exit-code`` 1 unless that is given.
"""

from __future__ import annotations

import shlex
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import ruamel.yaml.main

from tests.support.cases import case_folders
from tests.support.command import PROJECT, RunReconciler, environment

PARSERS = ["both-parsers", "parser-in-python"]


@pytest.fixture(params=PARSERS)
def parsers(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine with both YAML parsers, and one where the parser in C is not installed."""
    assert vars(ruamel.yaml.main)["CParser"] is not None
    if request.param == "parser-in-python":
        monkeypatch.setattr(ruamel.yaml.main, "CParser", None)


@pytest.mark.usefixtures("parsers")
@pytest.mark.parametrize("folder", case_folders("validate"))
def test_validate_says(folder: Path, reconciler: RunReconciler, golden: Callable[[Path, str], None]) -> None:
    extra = folder / "arguments"
    arguments = shlex.split(extra.read_text()) if extra.exists() else []
    variables = folder / "environment"
    lines = variables.read_text().splitlines() if variables.exists() else []
    done = reconciler("validate", *arguments, cwd=folder, env=dict(line.split("=", 1) for line in lines))
    golden(folder / "stderr", done.stderr)
    code = folder / "exit-code"
    assert done.code == (int(code.read_text()) if code.exists() else 1 if "error:" in done.stderr else 0)
    assert bool(done.stdout) == (done.code != 1)


def test_where_the_parser_in_c_is_not_installed_a_process_says_the_same(
    tmp_path: Path, reconciler_process: RunReconciler
) -> None:
    (tmp_path / "_ruamel_yaml.py").write_text("raise ImportError\n")
    without = {"PYTHONPATH": str(tmp_path)}
    look = [sys.executable, "-c", "import ruamel.yaml.main as library; print(library.CParser)"]
    assert subprocess.run(look, env=environment(without), capture_output=True, check=True).stdout == b"None\n"
    folder = PROJECT / "tests/cases/validate/every-error-at-once"
    said = [reconciler_process("validate", cwd=folder, env=env).stderr for env in ({}, without)]
    assert said == [(folder / "stderr").read_text()] * 2
