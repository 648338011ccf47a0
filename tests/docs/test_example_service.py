"""The example service works, and so do its tests."""

from __future__ import annotations

import json
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import pytest

from tests.support.command import PROJECT, RunReconciler, environment
from tests.wire.proxy import free_port


@pytest.fixture
def example(tmp_path: Path) -> Path:
    """A copy, so that nothing is left in the project."""
    return Path(shutil.copytree(PROJECT / "examples/orders-service", tmp_path / "orders-service"))


def test_its_tests_pass(example: Path) -> None:
    env = {key: value for key, value in environment().items() if not key.startswith("PYTEST_")}
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider"]
    done = subprocess.run(command, cwd=example, env=env, capture_output=True, text=True, timeout=250, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_its_manifest_is_valid_in_production(example: Path, reconciler: RunReconciler) -> None:
    done = reconciler("validate", "-e", "prod", "-o", "json", cwd=example)
    assert (done.code, done.report["diagnostics"]) == (0, [])


def test_it_runs_in_a_sandbox_until_it_is_told_to_end(example: Path) -> None:
    port = free_port()
    service = [sys.executable, "-m", "orders_service"]
    command = [sys.executable, "-m", "reconciler", "sandbox", "run", "--", *service]
    with subprocess.Popen(command, cwd=example, env=environment({"PORT": str(port)})) as process:
        try:
            health = first_answer(f"http://127.0.0.1:{port}/health", process)
            assert (health["status"], health["topics_created"]) == ("healthy", 3)
            process.send_signal(signal.SIGTERM)
            assert process.wait(60) == 128 + signal.SIGTERM
        finally:
            process.kill()


def first_answer(address: str, process: subprocess.Popen[bytes]) -> dict[str, object]:
    while process.poll() is None:
        try:
            with urlopen(address, timeout=60) as answer:  # noqa: S310 - an address of our own
                return dict(json.load(answer))
        except URLError:
            time.sleep(0.05)
    raise AssertionError(f"it ended with the exit code {process.returncode}")
