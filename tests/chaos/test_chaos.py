"""Schedules of fixed seeds on a real cluster; ``make chaos`` runs more of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import pytest

from reconciler.sandbox import Sandbox
from tests.chaos.proxy import Kind
from tests.chaos.schedules import cluster, run

# Together they meet every fate, and are quick about it.
SEEDS = (2, 4, 7, 13, 18, 22, 29, 61, 103, 113)


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with cluster() as sandbox:
        yield sandbox


@pytest.mark.timeout(600)  # three brokers and a dozen applies with timeouts, beside other tests
def test_every_invariant_holds_through_every_fate(sandbox: Sandbox) -> None:
    struck: Counter[Kind] = sum((run(seed, sandbox).struck for seed in SEEDS), Counter())
    assert struck.keys() == {"cut", "delayed", "frozen"}
