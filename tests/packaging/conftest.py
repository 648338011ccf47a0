from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.command import PROJECT
from tests.support.other_commands import run


@pytest.fixture(scope="session")
def dist(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the wheel and the source archive."""
    folder = tmp_path_factory.mktemp("dist")
    run("make", "--old-file=.venv/.installed", "dist", f"DIST={folder}", cwd=PROJECT)
    return folder
