"""The page on risky changes shows a golden case: its manifest, and what ``plan`` prints."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

from tests.support.command import PROJECT

PAGE = PROJECT / "docs/risky-changes.md"
CASE = PROJECT / "tests/cases/plan/risky-changes-page"


def test_the_page_shows_the_plan_of_a_golden_case(golden: Callable[[Path, str], None]) -> None:
    manifest, plan = ((CASE / name).read_text(encoding="utf-8") for name in ("topics.yaml", "plan.100.txt"))
    blocks = iter([f"```yaml\n{manifest}```", f"```console\n$ reconciler plan\n{plan}```"])
    page = re.sub(
        r"```(?:yaml|console)\n.*?```",
        lambda _shown: next(blocks),
        PAGE.read_text(encoding="utf-8"),
        count=2,
        flags=re.DOTALL,
    )
    golden(PAGE, page)
