"""How large the report of many topics is in each format, and how long people wait for its page in a browser."""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from statistics import median

from playwright.sync_api import Browser, sync_playwright

from reconciler.report.document import Report
from reconciler.report.formats import FORMATS
from reconciler.report.read import report_in

CASE = Path(__file__).parent.parent / "tests/cases/plan/risky-and-routine/plan.json"
BROWSER = shutil.which("chromium") or shutil.which("google-chrome")
PAINTED = "await new Promise(done => requestAnimationFrame(() => setTimeout(done)));"
FILTER = f"""async () => {{
    const [words, output] = ["#filter-text", "#filters output"].map(each => document.querySelector(each));
    const began = performance.now();
    words.value = "orders.00";
    words.dispatchEvent(new Event("input", {{bubbles: true}}));
    while (!output.textContent) {PAINTED}
    {PAINTED}
    return performance.now() - began;
}}"""
SORT = f"""async () => {{
    const began = performance.now();
    const tables = [...document.querySelectorAll("table.sortable")];
    const largest = tables.reduce((one, other) => (one.rows.length < other.rows.length ? other : one));
    largest.querySelectorAll("th button")[1].click();
    {PAINTED}
    return performance.now() - began;
}}"""


def many(size: int) -> Report:
    """A plan of so many topics that all change, none like another: the worst case of every format."""
    report = report_in(CASE.read_bytes(), CASE.name)
    topics = [
        replace(
            topic,
            name=f"shop.{topic.name}.{number:05}",
            owner=f"team-{number % 10}",
            changes=[replace(change, after=f"{change.after}{number}") for change in topic.changes],
        )
        for number in range(size)
        for topic in [report.topics[number % len(report.topics)]]
    ]
    return replace(report, topics=topics)


def formats(sizes: Sequence[int], runs: int) -> Iterator[tuple[str, ...]]:
    """A row for each format and size: how large the file is, and how long writing it takes."""
    for size in sizes:
        report = many(size)
        for name, form in FORMATS.items():
            write = form.renderer().render_file
            seconds = []
            for _ in range(runs):
                began = time.perf_counter()
                text = write(report)
                seconds.append(time.perf_counter() - began)
            yield name, f"{size:,}", f"{len(text.encode()) / 1000:,.0f}", f"{median(seconds):.2f}"


def pages(folder: Path, sizes: Sequence[int], runs: int) -> Iterator[tuple[str, ...]]:
    """A row for each size: seconds until the page is painted, until a column sorts it, until a text filters it."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=BROWSER, args=["--no-sandbox"])
        for size in sizes:
            page = folder / f"{size}.html"
            page.write_text(FORMATS["html"].renderer().render_file(many(size)), encoding="utf-8")
            waits = [_waits(browser, page) for _ in range(runs)]
            yield f"{size:,}", *(f"{median(each):.2f}" for each in zip(*waits, strict=True))
        browser.close()


def _waits(browser: Browser, page: Path) -> tuple[float, float, float]:
    context = browser.new_context(viewport={"width": 1380, "height": 900})
    tab = context.new_page()
    began = time.perf_counter()
    tab.goto(page.as_uri())
    tab.evaluate(f"async () => {{ {PAINTED} }}")
    opened = time.perf_counter() - began
    arranged, found = (tab.evaluate(step) / 1000 for step in (SORT, FILTER))
    context.close()
    return opened, arranged, found
