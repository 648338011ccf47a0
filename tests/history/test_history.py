"""A short history on a real broker; ``make history`` carries out a long one."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from reconciler.sandbox import Sandbox
from tests.history.course import run
from tests.oracle.held import broker

SEED, COMMITS, TOPICS = 5, 12, 30
"""It has each of the rare large commits, and a partition decrease."""


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with broker() as sandbox:
        yield sandbox


def test_report_and_cluster_agree_after_every_commit_of_a_history(sandbox: Sandbox) -> None:
    account = run(SEED, sandbox, commits=COMMITS, topics=TOPICS)
    assert {"made", "needs-consent", "limit", "impossible"} <= account.keys()
