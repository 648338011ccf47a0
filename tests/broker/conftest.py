"""Manifests on a real broker."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from reconciler.sandbox import Sandbox, start
from reconciler.sandbox.versions import known_versions
from tests.broker.another_client import AnotherClient
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
