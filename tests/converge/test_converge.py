"""Pairs of states of fixed seeds on a real broker; ``make converge`` runs more of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import pytest

from reconciler.sandbox import Sandbox
from tests.converge.pairs import run
from tests.oracle.held import broker

SEEDS = (3, 4, 5, 8, 10, 17, 21, 29, 30, 35)
"""Together they meet every reason to refuse something."""


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with broker() as sandbox:
        yield sandbox


def test_after_an_apply_only_what_is_refused_is_left_and_an_undo_gives_back_what_was_there(sandbox: Sandbox) -> None:
    account: Counter[str] = sum((run(seed, sandbox) for seed in SEEDS), Counter())
    assert account.keys() == {"made", "undone", "impossible", "broker", "needs-consent", "protected", "limit"}
