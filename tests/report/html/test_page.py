"""What is in the page: all of the report, each change once, nothing from elsewhere and nobody else's markup."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Callable
from dataclasses import replace
from enum import Enum
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.apply import Ledger
from reconciler.model import Action, TopicStatus
from reconciler.printable import escaped
from reconciler.report.document import Report
from reconciler.report.document.undo import TopicPatch
from reconciler.report.entries import entries
from reconciler.report.escaping import mapped
from reconciler.report.headline import headline
from reconciler.report.html import render_file
from tests.report.html.estates import (
    APPLY,
    BASE,
    CASES,
    IN_SYNC,
    MOVES,
    POLICY,
    RECREATED,
    RISKY,
    UNDO,
    alike,
    audit,
    many,
)
from tests.report.plans import accounts, report_of
from tests.support.command import RunReconciler
from tests.support.hostile import HOSTILE

REPORTS = {
    "apply": APPLY,
    "audit": audit(40),
    "base": BASE,
    "in-sync": IN_SYNC,
    "moves": MOVES,
    "policy": POLICY,
    "recreated": RECREATED,
    "risky": RISKY,
    "undo": UNDO,
}
INJECTION = r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval|Function\("
ADDRESSES = {"href", "src", "action", "srcset", "data", "poster", "xlink:href"}


class Page(HTMLParser):
    """The elements of a page with their attributes, and its text."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.within: list[str] = []
        self.inline: dict[str, str] = {}
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        self.within.append(tag)

    def handle_endtag(self, tag: str) -> None:
        while self.within.pop() != tag:
            pass

    def handle_data(self, data: str) -> None:
        if self.within and self.within[-1] in {"style", "script"}:
            self.inline[self.within[-1]] = data
        else:
            self.text += data

    @property
    def shape(self) -> tuple[set[str], set[str]]:
        """The names of its elements and attributes."""
        return {tag for tag, _ in self.elements}, {name for _, attributes in self.elements for name in attributes}

    def rows(self, noun: str) -> int:
        """How many ``noun`` the headings count."""
        return sum(int(its["data-total"] or 0) for _, its in self.elements if its.get("data-noun") == noun)

    def number_of(self, *keys: str) -> int:
        """How many the rows are worth that have all of these attributes."""
        return sum(int(its["data-n"] or 0) for _, its in self.elements if "data-n" in its and {*keys} <= {*its})


@pytest.mark.parametrize("name", REPORTS)
def test_a_page_as_it_is(name: str, golden: Callable[[Path, str], None]) -> None:
    body = re.search(r"<body>.*(?=<script>)", render_file(REPORTS[name]), flags=re.DOTALL)
    assert body is not None
    golden(CASES / f"report/formats/{name}.html", body[0])


@pytest.mark.parametrize("report", REPORTS.values(), ids=list(REPORTS))
def test_a_page_loads_nothing_and_allows_nothing_but_its_own_style_and_script(report: Report) -> None:
    page = Page(render_file(report))
    addresses = [value for _, its in page.elements for name, value in its.items() if name in ADDRESSES]
    assert [address for address in addresses if not str(address).startswith("#")] == []
    assert not any(name.startswith("on") or name == "style" for name in page.shape[1])
    (policy,) = [its["content"] for _, its in page.elements if its.get("http-equiv") == "Content-Security-Policy"]
    hashes = [base64.b64encode(hashlib.sha256(page.inline[tag].encode()).digest()).decode() for tag in page.inline]
    style, script = hashes
    assert policy == (
        f"default-src 'none'; style-src 'sha256-{style}'; script-src 'sha256-{script}'; "
        "base-uri 'none'; form-action 'none'"
    )
    assert "url(" not in page.inline["style"]
    assert "@import" not in page.inline["style"]
    assert not re.search(
        r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval|Function\(", page.inline["script"]
    )


OURS = [
    set[str]().union(*kinds) for kinds in zip(*(Page(render_file(it)).shape for it in REPORTS.values()), strict=True)
]


@pytest.mark.parametrize("words", HOSTILE)
@pytest.mark.parametrize("name", ["apply", "audit", "base", "recreated", "undo"])
def test_no_markup_comes_from_a_report(name: str, words: str) -> None:
    report = REPORTS[name]

    def hostile(text: str) -> str:
        return text if isinstance(text, Enum) or text.startswith("sha256:") else f"\"{words}'{text}{words}"

    made = mapped(report, hostile)
    made = replace(made, diagnostics=[replace(each, severity="warning") for each in made.diagnostics])
    html = render_file(made)
    page, plain = Page(html), Page(render_file(report))
    assert [kind <= ours for kind, ours in zip(page.shape, OURS, strict=True)] == [True, True]
    assert all(character.isprintable() for character in html.replace("\n", ""))
    assert page.inline == plain.inline
    for topic in made.topics:
        assert escaped(topic.name) in page.text


def test_the_first_line_and_the_title_tell_it_all() -> None:
    for report in REPORTS.values():
        html = render_file(report)
        assert f"<title>{headline(report)}</title>" in html
        assert f"<h1>{headline(report)}</h1>" in html


@given(accounts(), st.sampled_from(["plan", "apply"]))
def test_each_change_and_each_topic_in_sync_is_in_the_page_once(ledger: Ledger, command: str) -> None:
    report = report_of(command, ledger)  # type: ignore[arg-type]
    page = Page(render_file(report))
    in_sync = sum(topic.action is Action.SKIP for topic in report.topics)
    assert page.rows("changes") == page.number_of("data-verdict") == len(entries(report))
    assert page.rows("topics in sync") == in_sync
    told = [topic for topic in report.topics if topic.status is not TopicStatus.UNCHANGED or topic.found_done]
    assert page.rows("results") == page.number_of("data-result") == (len(told) if command == "apply" else 0)


def test_many_changes_that_are_alike_are_one_row_with_every_topic_its_owner_and_its_loss() -> None:
    html = render_file(alike(RISKY, "audit", 400))
    page = Page(html)
    assert len([its for _, its in page.elements if "data-verdict" in its]) == 1
    assert "pass --allow data-loss=shop.0*" in page.text
    assert "removes at most 2,800 records" in page.text
    assert html.count("<small>removes at most 7 records") == 400
    assert html.count('<li data-owner="team-1">') == 200


def test_400_topics_that_drifted_in_the_same_way_are_a_row_with_every_owner_and_age() -> None:
    html = render_file(audit(400))
    page = Page(html)
    assert [its["data-n"] for _, its in page.elements if "data-drift" in its] == ["360", "40"]
    assert page.rows("differences") == 400
    assert "retention.ms is 604800000 (7d), not 86400000 (1d)" in page.text
    assert "for up to 6d" in page.text
    assert "accepted: incident 42 (sre), w.yaml:3" in page.text
    assert html.count("<small>for 6d</small>") == 400 // 7
    assert "shop.back (missing)" in page.text


def test_the_facts_of_the_run_have_its_commit() -> None:
    commit = "0123456789abcdef0123456789abcdef01234567"
    assert commit[:12] in Page(render_file(replace(RISKY, run=replace(RISKY.run, commit=commit)))).text
    assert "Commit" not in Page(render_file(RISKY)).text


def test_a_patch_of_very_many_topics_is_left_to_the_json_report() -> None:
    assert UNDO.undo is not None
    patch: dict[str, dict[str, TopicPatch | None]] = {"topics": {f"t{number}": None for number in range(10_000)}}
    text = Page(render_file(replace(UNDO, undo=replace(UNDO.undo, patch=patch)))).text
    assert "The patch for 10,000 topics is in the JSON report" in text
    assert "t0: null" not in text


@pytest.mark.parametrize("report", [RISKY, APPLY], ids=["plan", "apply"])
def test_a_page_of_10000_topics_of_which_no_two_are_alike_is_no_larger_than_12_mb(report: Report) -> None:
    assert len(render_file(many(report, 10_000)).encode()) < 12_000_000


def test_a_page_is_written_beside_other_formats_and_rendered_from_json(
    reconciler: RunReconciler, tmp_path: Path
) -> None:
    (tmp_path / "topics.yaml").write_text("version: 1\ntopics: {a: {}}\n")
    reconciler("validate", "--report", "run.json", "--report", "run.html", cwd=tmp_path)
    page = (tmp_path / "run.html").read_text()
    assert "the manifest is valid" in page
    assert reconciler("render", "run.json", "-o", "html", cwd=tmp_path).stdout == page
