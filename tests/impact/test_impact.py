"""Some seeded cases on a real broker; ``make impact`` tries more of them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from reconciler.sandbox import Sandbox
from tests.impact.cases import draw
from tests.impact.cluster import BareCluster, broker
from tests.impact.losses import run

SEEDS = range(1, 11)


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with broker() as sandbox:
        yield sandbox


def test_no_more_is_lost_than_was_predicted_for_a_topic_and_for_each_group(sandbox: Sandbox) -> None:
    account = run([draw(seed) for seed in SEEDS], BareCluster(sandbox.bootstrap_servers), sandbox.bootstrap_servers)
    assert account["with a loss"] >= len(SEEDS) / 2
    assert account["unread lost"] > 0
    # Not everything is called lost.
    assert account["records predicted"] < account["records"]
