"""Manifests on a real broker."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest

from reconciler.sandbox import Sandbox, start
from reconciler.sandbox.versions import known_versions
from tests.broker.another_client import AnotherClient
from tests.support.checks import Found, found
from tests.support.command import Finished, RunReconciler


@pytest.fixture(scope="session", params=known_versions())
def each_kafka(request: pytest.FixtureRequest) -> Iterator[Sandbox]:
    """A real Kafka of each version that the sandbox has."""
    with start(kafka_version=request.param) as sandbox:
        yield sandbox


@pytest.fixture
def client(kafka: Sandbox) -> AnotherClient:
    return AnotherClient(kafka)


@pytest.fixture
def prefix(request: pytest.FixtureRequest) -> str:
    """What the topics of one test begin with, so that tests can share a broker."""
    return str(request.node.name).replace("[", "-").replace("]", "")


@pytest.fixture
def manifest(tmp_path: Path) -> Callable[[str], None]:
    """Write ``topics.yaml``; the text is what stands under ``topics:``, one line a topic."""

    def write(topics: str) -> None:
        lines = "".join(f"  {line.strip()}\n" for line in topics.strip().splitlines())
        (tmp_path / "topics.yaml").write_text(f"version: 1\ntopics:\n{lines}")

    return write


@pytest.fixture
def plan(reconciler: RunReconciler, kafka: Sandbox) -> Callable[..., Finished]:
    def run(*more: str) -> Finished:
        return reconciler("plan", "--bootstrap-server", kafka.bootstrap_servers, "-o", "json", *more)

    return run


@pytest.fixture
def apply(reconciler: RunReconciler, kafka: Sandbox) -> Callable[..., Finished]:
    def run(*more: str) -> Finished:
        return reconciler("apply", "--bootstrap-server", kafka.bootstrap_servers, "--yes", "-o", "json", *more)

    return run


@pytest.fixture
def doctor(reconciler: RunReconciler, tmp_path: Path) -> Callable[..., Found]:
    """Run ``doctor`` with a file of client properties; the password among them may not come out."""

    def run(properties: Mapping[str, str], *more: str) -> Found:
        lines = "".join(f"{key}={value}\n" for key, value in properties.items())
        (tmp_path / "client.properties").write_text(lines)
        began = time.monotonic()
        done = reconciler("doctor", "--command-config", "client.properties", "-o", "json", "--timeout", "20", *more)
        assert time.monotonic() - began < 45
        assert properties.get("sasl.password", "no password") not in done.stdout + done.stderr
        return found(done)

    return run
