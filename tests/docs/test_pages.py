"""Pages show what their commands print; some on a real Kafka that they start themselves."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.command import PROJECT, environment
from tests.support.pages import played


@pytest.mark.parametrize("name", ["tutorial", "replication"])
def test_a_page_with_a_kafka_of_its_own_shows_what_its_commands_print(
    name: str, golden: Callable[[Path, str], None], tmp_path: Path
) -> None:
    page = PROJECT / f"docs/{name}.md"
    env = {"XDG_STATE_HOME": str(tmp_path / "state")}  # another sandbox of this user is left alone
    try:
        text = played(page.read_text(encoding="utf-8"), tmp_path, env)
    finally:
        stop = [sys.executable, "-m", "reconciler", "sandbox", "stop"]
        subprocess.run(stop, env=environment(env), capture_output=True, timeout=60, check=False)
    golden(page, text)


@pytest.mark.parametrize("name", ["layers", "compare"])
def test_a_page_shows_what_its_commands_print(name: str, golden: Callable[[Path, str], None], tmp_path: Path) -> None:
    page = PROJECT / f"docs/{name}.md"
    golden(page, played(page.read_text(encoding="utf-8"), tmp_path, {}))
