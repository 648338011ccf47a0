"""The page in a real browser, where there is one: what people see, click, type and print."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from enum import Enum
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Locator, sync_playwright
from playwright.sync_api import Page as Tab

from reconciler.report.document import Report
from reconciler.report.escaping import mapped
from reconciler.report.html import render_file
from tests.report.html.estates import APPLY, BASE, RECREATED, RISKY, UNDO, alike, audit, many
from tests.support.hostile import HOSTILE

BROWSER = shutil.which("chromium") or shutil.which("google-chrome")
DESKTOP, PHONE = {"width": 1380, "height": 900}, {"width": 390, "height": 844}
ORDERS = replace(RISKY, topics=[replace(each, owner=each.owner or "team-money") for each in RISKY.topics])
"""A plan of two owners."""

pytestmark = pytest.mark.skipif(BROWSER is None, reason="there is no Chromium on this machine")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=BROWSER, args=["--no-sandbox"])
        yield started
        started.close()


@contextmanager
def opened(browser: Browser, report: Report, tmp_path: Path, **how: Any) -> Iterator[Tab]:
    """The page of ``report`` from a file, in a tab; the browser must have nothing to object to."""
    file = tmp_path / "report.html"
    file.write_text(render_file(report), encoding="utf-8")
    context = browser.new_context(viewport=how.pop("viewport", DESKTOP), **how)
    try:
        tab = context.new_page()
        said: list[str] = []
        tab.on("console", lambda message: said.append(message.text))
        tab.on("pageerror", lambda error: said.append(str(error)))
        tab.on("dialog", lambda dialog: said.append(dialog.message))
        tab.on("request", lambda request: said.append(request.url) if request.url != file.as_uri() else None)
        tab.goto(file.as_uri())
        yield tab
        assert said == []
    finally:
        context.close()


def shown(tab: Tab) -> list[str]:
    """The topics of the rows that can be seen."""
    names: list[str] = tab.locator("table.sortable tbody tr:visible th > code").all_inner_texts()
    return names


def count_of(tab: Tab, part: str) -> str:
    return tab.locator(f"#{part} .count").inner_text()


def filtered(tab: Tab) -> Locator:
    """The line that tells what is shown, once it tells something."""
    output = tab.locator("#filters output")
    output.filter(has_text="Shown").wait_for()
    return output


def test_filters_narrow_the_tables_and_counts_follow(browser: Browser, tmp_path: Path) -> None:
    with opened(browser, ORDERS, tmp_path) as tab:
        everything = shown(tab)
        assert count_of(tab, "person") == "9"

        tab.get_by_role("combobox", name="Owner").select_option("team-orders")
        assert filtered(tab).inner_text().startswith("Shown: 2 of 26 changes, 0 of 1 unmanaged")
        assert set(shown(tab)) == {"orders"}
        assert count_of(tab, "person") == "1 of 9"
        assert not tab.locator("#consented").is_visible()

        tab.get_by_role("button", name="Clear").click()
        tab.locator("#consented").wait_for()
        assert shown(tab) == everything
        assert count_of(tab, "person") == "9"

        tab.get_by_role("combobox", name="Verdict").select_option("impossible")
        filtered(tab)
        assert shown(tab) == ["fewer"]
        tab.get_by_role("button", name="Clear").click()
        tab.locator("#consented").wait_for()

        tab.get_by_role("combobox", name="Action").select_option("create")
        filtered(tab)
        assert {row.get_attribute("data-action") for row in tab.locator("tbody tr[data-n]:visible").all()} == {"create"}
        tab.get_by_role("button", name="Clear").click()
        tab.locator("#consented").wait_for()

        tab.get_by_label("Text").fill("billing STABLE")
        filtered(tab)
        assert shown(tab) == ["orders"]

        tab.get_by_label("Text").fill("")
        tab.get_by_role("button", name="team-orders").click()
        assert tab.get_by_role("combobox", name="Owner").input_value() == "team-orders"


def test_changes_are_filtered_by_where_they_come_from(browser: Browser, tmp_path: Path) -> None:
    with opened(browser, BASE, tmp_path) as tab:
        tab.get_by_role("combobox", name="Source").select_option("merged before, not applied")
        filtered(tab)
        rows = tab.locator("table.changes tbody tr:visible")
        assert rows.count()
        for row in rows.all():
            assert "merged before, not applied" in row.inner_text()


def test_drift_is_filtered_by_owner(browser: Browser, tmp_path: Path) -> None:
    with opened(browser, audit(40), tmp_path) as tab:
        tab.get_by_role("button", name="team-1").click()
        assert tab.locator("#filters output").inner_text() == "Shown: 10 of 40 differences, 0 of 2 topics in sync"
        assert count_of(tab, "drift") == "9 of 36"


def test_the_topics_of_a_row_are_filtered_one_by_one(browser: Browser, tmp_path: Path) -> None:
    with opened(browser, alike(RISKY, "audit", 400), tmp_path) as tab:
        tab.get_by_label("Text").fill("shop.012")
        filtered(tab)
        assert count_of(tab, "person") == "10 of 400"
        tab.get_by_role("combobox", name="Owner").select_option("team-1")
        tab.locator("#person .count", has_text="5 of 400").wait_for()
        tab.get_by_text("5 of 400 topics").click()
        assert tab.locator(".names li:visible").count() == 5
        tab.get_by_role("button", name="Clear").click()
        tab.locator("#person .count", has_text=re.compile("^400$")).wait_for()
        assert tab.locator(".names li:visible").count() == 400


def test_columns_are_sorted_with_the_keyboard(browser: Browser, tmp_path: Path) -> None:
    with opened(browser, RISKY, tmp_path) as tab:
        table = tab.locator("table[aria-labelledby=person]")
        names = table.locator("tbody th > code")
        before = names.all_inner_texts()
        table.get_by_role("button", name="Topic").focus()
        tab.keyboard.press("Enter")
        tab.keyboard.press("Enter")
        assert names.all_inner_texts() == sorted(before, reverse=True)
        assert table.get_by_role("columnheader", name="Topic").get_attribute("aria-sort") == "descending"
        assert table.locator("[aria-sort]:not([aria-sort=none])").count() == 1
        outline = "getComputedStyle(document.activeElement).outlineStyle"
        assert tab.evaluate(outline) == "solid"
        tab.keyboard.press("Tab")
        tab.keyboard.press("Tab")
        tab.keyboard.press("Tab")
        tab.keyboard.press("Space")
        assert table.get_by_role("columnheader", name="Who is hurt").get_attribute("aria-sort") == "ascending"
        assert names.all_inner_texts()[0] == "audit", "it loses the fewest records"
        assert set(names.all_inner_texts()[-2:]) == {"fewer", "hidden"}, "they hurt nobody"
        tab.keyboard.press("Space")
        tab.keyboard.press("Space")
        assert names.all_inner_texts() == before


def test_all_of_it_can_be_read_without_scripts(browser: Browser, tmp_path: Path) -> None:
    with opened(browser, ORDERS, tmp_path, java_script_enabled=False) as tab:
        assert not tab.locator("#filters").is_visible()
        assert not tab.locator("table.sortable button").count()
        there = tab.locator("[role=rowheader] code").all_text_contents()
        assert {topic.name for topic in ORDERS.topics if topic.action != "skip"} <= {*there}
        tab.get_by_text("team-money: 1 topic").click()
        assert tab.locator(".in-sync .names").is_visible()


def test_what_is_folded_is_printed(browser: Browser, tmp_path: Path) -> None:
    with opened(browser, alike(RISKY, "audit", 30), tmp_path) as tab:
        last = tab.locator(".names li").last
        assert not last.is_visible()
        tab.emulate_media(media="print")
        assert last.is_visible()
        assert not tab.locator("#filters").is_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("viewport", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_nothing_keeps_people_from_using_it(
    browser: Browser, tmp_path: Path, scheme: str, viewport: dict[str, int]
) -> None:
    owned = replace(APPLY, topics=[replace(each, owner=each.owner or "team-money") for each in APPLY.topics])
    mixed = replace(owned, topics=[*owned.topics, *RECREATED.topics], unmanaged=RISKY.unmanaged, undo=UNDO.undo)
    for report in (mixed, audit(40)):
        with opened(browser, report, tmp_path, color_scheme=scheme, viewport=viewport) as tab:
            found = Axe().run(tab)
            assert found.violations_count == 0, found.generate_report()
            width = tab.evaluate("document.documentElement.scrollWidth")
            assert width <= viewport["width"]


def test_nothing_that_somebody_else_wrote_runs_or_breaks_the_filters(browser: Browser, tmp_path: Path) -> None:
    words = iter(HOSTILE * 100)

    def hostile(text: str) -> str:
        return text if isinstance(text, Enum) or text.startswith("sha256:") else f"{next(words)}\"'{text}"

    with opened(browser, mapped(RISKY, hostile), tmp_path) as tab:
        assert tab.locator("img, iframe, a:not([href^='#'])").count() == 0
        owner = tab.get_by_role("combobox", name="Owner").locator("option").last.get_attribute("value")
        tab.get_by_role("combobox", name="Owner").select_option(owner)
        filtered(tab)
        assert {row.get_attribute("data-owner") for row in tab.locator("tr[data-owner]:visible").all()} == {owner}


def test_10000_topics_of_which_no_two_are_alike_stay_usable(browser: Browser, tmp_path: Path) -> None:
    report = many(RISKY, 10_000)
    wanted = next(topic for topic in reversed(report.topics) if topic.name.startswith("shop.orders."))
    with opened(browser, report, tmp_path) as tab:
        tab.get_by_role("combobox", name="Owner").select_option(wanted.owner)
        tab.get_by_label("Text").fill(wanted.name.removeprefix("shop."))
        tab.locator("#filters output", has_text=f"Shown: {len(wanted.changes)} of").wait_for()
        assert set(shown(tab)) == {wanted.name}
