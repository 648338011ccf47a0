"""The page on bases shows a golden case."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

from tests.support.command import PROJECT

PAGE = PROJECT / "docs/base.md"
PLAN = PROJECT / "tests/cases/plan/base-page/plan.100.txt"


def test_the_page_shows_the_plan_of_a_golden_case(golden: Callable[[Path, str], None]) -> None:
    shown = f"$ reconciler plan --base base\n{PLAN.read_text(encoding='utf-8')}```"
    page = re.sub(
        r"\$ reconciler plan --base base\n.*?```",
        lambda _shown: shown,
        PAGE.read_text(encoding="utf-8"),
        count=1,
        flags=re.DOTALL,
    )
    golden(PAGE, page)
