"""Two applies at once on a real broker, in rounds of fixed seeds; ``make together`` runs more of them."""

from __future__ import annotations

from pathlib import Path

import pytest

from reconciler.sandbox import Sandbox
from tests.together.rounds import KINDS, run

SEEDS = range(2 * len(KINDS))
"""Two rounds of each kind."""


@pytest.mark.parametrize("seed", SEEDS, ids=lambda seed: f"{KINDS[seed % len(KINDS)]}-{seed}")
def test_what_two_applies_at_once_report_is_so(seed: int, kafka: Sandbox, tmp_path: Path) -> None:
    run(seed, kafka, tmp_path)
