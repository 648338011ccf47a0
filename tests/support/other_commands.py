"""Commands beside the one under test, run where nothing of this checkout reaches them."""

from __future__ import annotations

import subprocess
from pathlib import Path

from tests.support.command import environment


def finish(*command: str | Path, cwd: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    """``command`` with ``variables``, however it ends. A checkout on PYTHONPATH would hide what it installed."""
    clean = {key: value for key, value in environment().items() if key != "PYTHONPATH"}
    return subprocess.run(
        command, cwd=cwd, env=clean | variables, capture_output=True, text=True, timeout=280, check=False
    )


def run(*command: str | Path, cwd: Path, **variables: str) -> str:
    """The standard output of ``command``, which must succeed."""
    done = finish(*command, cwd=cwd, **variables)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout
