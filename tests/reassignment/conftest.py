"""A cluster whose racks are uneven, and what another tool does to it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest

from reconciler.sandbox import Sandbox, start
from tests.reassignment.other_tool import OtherTool
from tests.support.command import Finished, RunReconciler

MISSED_SOON = {"broker.session.timeout.ms": "3000", "broker.heartbeat.interval.ms": "500"}
CONSENT = ("--allow", "replication-change", "--allow", "durability-loss")


@pytest.fixture(scope="module")
def racked() -> Iterator[Sandbox]:
    """Four brokers in three racks: the first and the fourth share one."""
    with start(brokers=4, racks=3, properties=MISSED_SOON) as sandbox:
        yield sandbox


@pytest.fixture
def tool(racked: Sandbox) -> OtherTool:
    return OtherTool(racked)


@pytest.fixture
def write_manifest(tmp_path: Path) -> Callable[[Mapping[str, int]], None]:
    """Write ``topics.yaml`` with the replication factor of each topic."""

    def write(factors: Mapping[str, int]) -> None:
        lines = "".join(f"  {name}: {{replication_factor: {factor}}}\n" for name, factor in factors.items())
        (tmp_path / "topics.yaml").write_text(f"version: 1\ntopics:\n{lines}")

    return write


@pytest.fixture
def plan(reconciler: RunReconciler, racked: Sandbox) -> Callable[..., Finished]:
    def run(*more: str) -> Finished:
        return reconciler("plan", "--bootstrap-server", racked.bootstrap_servers, "-o", "json", *more)

    return run


@pytest.fixture
def apply(reconciler: RunReconciler, racked: Sandbox) -> Callable[..., Finished]:
    def run(*more: str) -> Finished:
        arguments = ("apply", "--yes", "--bootstrap-server", racked.bootstrap_servers, "-o", "json")
        return reconciler(*arguments, *CONSENT, *more)

    return run
