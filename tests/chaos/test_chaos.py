"""Schedules of fixed seeds on a real cluster; ``make chaos`` runs more of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import pytest

from reconciler.sandbox import Sandbox
from tests.chaos.proxy import Kind
from tests.chaos.schedules import cluster, run


# Writes are hit in most of them, and in some so often that apply gives up.
SEEDS = (2, 4, 8, 19, 31, 61, 68, 84, 114, 132, 148, 156)


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with cluster() as sandbox:
        yield sandbox


@pytest.fixture(scope="module")
def struck() -> Counter[Kind]:
    """What befell the connections of all schedules so far."""
    return Counter()


@pytest.mark.parametrize("seed", SEEDS)
def test_every_invariant_holds(seed: int, sandbox: Sandbox, struck: Counter[Kind]) -> None:
    struck.update(run(seed, sandbox).struck)


def test_they_were_disturbed(struck: Counter[Kind]) -> None:
    assert struck.keys() == {"cut", "delayed", "frozen"}
