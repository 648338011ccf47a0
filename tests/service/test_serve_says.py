"""``serve`` that cannot begin: a message, and an exit code."""

from __future__ import annotations

import socket
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.command import PROJECT, RunReconciler, environment

SERVERS = ["--bootstrap-server", "127.0.0.1:1"]
WITHOUT = """
import sys
sys.modules[sys.argv.pop()] = None
from reconciler.cli.main import main
main(sys.argv[1:])
"""


def test_an_address_that_is_taken(reconciler: RunReconciler) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        address = f"127.0.0.1:{taken.getsockname()[1]}"
        done = reconciler("serve", *SERVERS, "--address", address, cwd=PROJECT)
    assert done.code == 1
    assert f"cannot listen on {address}: Address already in use" in done.stderr
    assert "choose another address with --address" in done.stderr


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("8080", "'8080' is not an address; write HOST:PORT"),
        ("http://localhost:8080", "'http://localhost:8080' is not an address"),
        ("::1:8080", "'::1:8080' is not an address"),
        ("localhost:http", "'localhost:http' has no valid port"),
        ("localhost:65536", "'localhost:65536' has no valid port"),
    ],
)
def test_what_is_not_an_address(reconciler: RunReconciler, address: str, words: str) -> None:
    done = reconciler("serve", *SERVERS, "--address", address)
    assert done.code == 64
    assert words in done.stderr


@pytest.mark.parametrize("package", ["starlette", "uvicorn", "prometheus_client"])
def test_a_missing_extra_is_named(package: str) -> None:
    command = [sys.executable, "-c", WITHOUT, "serve", *SERVERS, package]
    done = subprocess.run(command, cwd=PROJECT, env=environment(), capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert f"serve needs the package {package}" in done.stderr
    assert "pip install 'kafka-topic-reconciler[serve]'" in done.stderr


def test_standard_input_can_be_read_only_once(reconciler: RunReconciler) -> None:
    done = reconciler("serve", *SERVERS, "-f", "-", stdin="version: 1\n")
    assert done.code == 64
    assert "name a file instead of -" in done.stderr


def test_options_that_make_no_sense_end_it_at_the_first_audit(reconciler: RunReconciler, tmp_path: Path) -> None:
    (tmp_path / "topics.yaml").write_text("version: 1\ntopics: {a: {}}\n")
    done = reconciler("serve", "--address", "127.0.0.1:0")
    assert done.code == 64
    assert "no cluster: give --bootstrap-server" in done.stderr
