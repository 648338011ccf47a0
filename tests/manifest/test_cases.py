"""Every folder of ``tests/cases/validate`` is a manifest and what ``validate`` says of it.

``arguments`` holds further arguments, ``environment`` variables, ``stderr`` what is said; a ``stderr``
without an error means a valid manifest.
"""

from __future__ import annotations

import shlex
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.conftest import RunReconciler, case_folders


@pytest.mark.parametrize("folder", case_folders("validate"))
def test_validate_says(folder: Path, reconciler: RunReconciler, golden: Callable[[Path, str], None]) -> None:
    extra = folder / "arguments"
    arguments = shlex.split(extra.read_text()) if extra.exists() else []
    variables = folder / "environment"
    lines = variables.read_text().splitlines() if variables.exists() else []
    done = reconciler("validate", *arguments, cwd=folder, env=dict(line.split("=", 1) for line in lines))
    golden(folder / "stderr", done.stderr)
    assert done.code == (1 if "error:" in done.stderr else 0)
    assert bool(done.stdout) == (done.code == 0)
