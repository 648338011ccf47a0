"""``page.py``: take the picture of a plan's HTML report, docs/page.png, in the Chromium of this machine."""

from __future__ import annotations

import shutil
import sys
import tempfile
from dataclasses import replace
from pathlib import Path

from playwright.sync_api import sync_playwright

from reconciler.report.formats import FORMATS
from reconciler.report.read import report_in

PROJECT = Path(__file__).parent.parent
PLAN = PROJECT / "tests/cases/plan/pull-request/plan.json"
PICTURE = PROJECT / "docs/page.png"
WIDTH = 1280
ROWS = 2
"""So many of the first table are shown."""

if __name__ == "__main__":
    browser = shutil.which("chromium") or shutil.which("google-chrome")
    if browser is None:
        sys.exit("there is no Chromium on this machine")
    report = replace(report_in(PLAN.read_bytes(), PLAN.name), environment="prod")
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        page = Path(folder, "plan.html")
        page.write_text(FORMATS["html"].renderer().render_file(report), encoding="utf-8")
        tab = playwright.chromium.launch(executable_path=browser, args=["--no-sandbox"]).new_page()
        tab.set_viewport_size({"width": WIDTH, "height": WIDTH})
        tab.goto(page.as_uri())
        end = tab.evaluate(
            f"document.querySelector('tbody tr[data-n]:nth-child({ROWS})').getBoundingClientRect().bottom"
        )
        tab.screenshot(path=PICTURE, clip={"x": 0, "y": 0, "width": WIDTH, "height": end})
