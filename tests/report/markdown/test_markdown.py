"""What a comment shows: the important first, within its size, and nothing that somebody else wrote as markup."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from enum import Enum
from html.parser import HTMLParser

import cmarkgfm
import pytest
from cmarkgfm.cmark import Options
from hypothesis import given
from hypothesis import strategies as st

from reconciler.errors import Severity
from reconciler.report.document import Report
from reconciler.report.escaping import mapped
from reconciler.report.markdown import MOST_BYTES, render_file
from reconciler.report.markdown.words import code, plain
from reconciler.report.read import report_in
from tests.report.html.estates import audit
from tests.report.plans import accounts, report_of
from tests.support.command import PROJECT
from tests.support.hostile import HOSTILE

FROZEN = report_in((PROJECT / "tests/cases/report/1.0.json").read_bytes(), "1.0.json")
RISKY = report_in((PROJECT / "tests/cases/plan/risky-and-routine/plan.json").read_bytes(), "plan.json")
OURS = {"h3", "table", "thead", "tbody", "tr", "th", "td", "code", "br", "details", "summary", "ul", "li", "p", "sub"}
OURS |= {"strong"}
COMMIT = "0123456789abcdef0123456789abcdef01234567"


class Page(HTMLParser):
    """The elements of a page, and its text outside code."""

    def __init__(self, markdown: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.prose = ""
        self.text = ""
        self._in_code = 0
        options = Options.CMARK_OPT_UNSAFE  # as strict as can be: GitHub takes even more out
        self.feed(cmarkgfm.github_flavored_markdown_to_html(markdown, options))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}
        self._in_code += tag == "code"

    def handle_endtag(self, tag: str) -> None:
        self._in_code -= tag == "code"

    def handle_data(self, data: str) -> None:
        self.text += data
        self.prose += "" if self._in_code else data


def cells(markdown: str) -> list[list[str]]:
    rows = re.findall(r"<tr>.*?</tr>", cmarkgfm.github_flavored_markdown_to_html(markdown), flags=re.DOTALL)
    return [re.findall(r"<t[dh]>(.*?)</t[dh]>", row, flags=re.DOTALL) for row in rows]


@pytest.mark.parametrize("words", HOSTILE)
@pytest.mark.parametrize("write", [plain, code])
def test_words_are_shown_as_they_are(write: object, words: str) -> None:
    shown = words.replace("\x1b", "").replace("\u202e", "").replace("\n", " ").strip()
    page = Page(f"| a | b |\n| --- | --- |\n| x {write(shown)} x | y |\n")  # type: ignore[operator]
    assert page.tags <= OURS
    assert page.attributes == set()
    expected = f"x {shown} x"
    assert expected in page.text.replace("\N{ZERO WIDTH SPACE}", "")
    assert page.text.split()[-1] == "y"
    assert not re.search(r"(?i)@\w|://|www\.|[#!]\d|:smile:|:100:|\b[0-9a-f]{7,40}\b", page.prose)


@pytest.mark.parametrize("words", HOSTILE)
@pytest.mark.parametrize("report", [FROZEN, RISKY], ids=["apply", "plan"])
def test_no_markup_comes_from_a_report(report: Report, words: str) -> None:
    def hostile(text: str) -> str:
        return text if isinstance(text, Enum) or text.startswith("sha256:") else words + text + words

    made = mapped(report, hostile)
    made = replace(made, diagnostics=[replace(each, severity="warning") for each in made.diagnostics])
    text = render_file(made)
    assert text.isascii() or all(character.isprintable() for character in text.replace("\n", ""))
    page = Page(text)
    assert page.tags <= OURS
    assert page.attributes == set()
    assert not re.search(r"@\w", page.prose)
    assert text.count("-->") == 1
    assert text.count("</details>") == text.count("<details>")


@given(accounts(), st.sampled_from(["plan", "apply"]))
def test_each_row_has_as_many_cells_as_the_head(ledger: object, command: str) -> None:
    report = report_of(command, ledger)  # type: ignore[arg-type]
    rows = cells(render_file(report))
    assert {len(row) for row in rows} <= {5, 3}


def many(number: int) -> Report:
    """A plan of so many changed topics; each of a kind of its own, so that nothing folds."""
    topics = [
        replace(
            topic,
            name=f"topic-{place:05}",
            changes=[replace(change, after=str(place)) for change in topic.changes],
        )
        for place in range(number)
        for topic in [RISKY.topics[place % len(RISKY.topics)]]
    ]
    return replace(RISKY, topics=topics)


@pytest.mark.parametrize("number", [5_000, 10_000])
def test_a_comment_of_any_plan_fits(number: int) -> None:
    text = render_file(many(number))
    assert len(text.encode()) <= MOST_BYTES
    assert len(text.encode()) > MOST_BYTES * 0.8
    first = text.splitlines()[1]
    assert re.fullmatch(r"### kafka:9092: [0-9,]+ changes need a person, .* are routine", first)
    assert re.search(r"^And [0-9,]+ more rows: see the JSON report\.$", text, flags=re.MULTILINE)
    assert "routine changes</summary>" in text
    assert text.rstrip().endswith("</sub>")


def test_of_very_many_errors_the_first_are_shown_and_the_others_counted() -> None:
    (entry, *_) = FROZEN.diagnostics
    errors = [replace(entry, severity=Severity.ERROR, message=f"error number {number}") for number in range(60)]
    text = render_file(replace(FROZEN, diagnostics=errors))
    assert "error number 0<" in text or "error number 0\n" in text
    assert "error number 49" in text
    assert "error number 50" not in text
    assert "And 10 more errors: see the JSON report." in text


def test_what_failed_comes_before_what_a_plan_refused() -> None:
    failed = [topic for topic in FROZEN.topics if topic.status == "failed"]
    assert failed
    refused = [replace(topic, name=f"refused-{number}") for number in range(5_000) for topic in RISKY.topics[:1]]
    text = render_file(replace(FROZEN, topics=[*refused, *failed]))
    assert text.index(f"| `{failed[0].name}` | failed |") < text.index("needs consent")
    assert len(text.encode()) <= MOST_BYTES


def test_drift_of_very_many_causes_leaves_room_for_the_owners() -> None:
    report = audit(10_000)
    assert report.audit is not None
    (cause, *_) = report.audit.causes
    causes = [replace(cause, topics=[topic.name]) for topic in report.topics]
    text = render_file(replace(report, audit=replace(report.audit, causes=causes)))
    assert len(text.encode()) <= MOST_BYTES
    assert re.search(r"^And [0-9,]+ more causes: see the JSON report\.$", text, flags=re.MULTILINE)
    assert re.search(r"^\| team-0 \| [0-9,]+ \| [0-9,]+ \|", text, flags=re.MULTILINE)
    assert "\n\n\n" not in text


def test_many_topics_that_need_the_same_consent_are_one_row_with_one_command() -> None:
    (audit,) = [topic for topic in RISKY.topics if topic.name == "audit"]
    text = render_file(replace(RISKY, topics=[replace(audit, name=f"shop.{place}") for place in range(2_000)]))
    _, row = cells(text)
    assert "2,000 topics" in row[1]
    assert "pass <code>--allow data-loss=shop.*</code>" in row[2]
    assert "removes at most 14,000 records" in row[3]


@pytest.mark.parametrize("environment", ["a-->b", "--!>", "<!--", 'x", "commit": "y', None])
def test_the_marker_is_json_that_tells_environment_commit_and_fingerprint(environment: str | None) -> None:
    made = replace(FROZEN, environment=environment, run=replace(FROZEN.run, commit=COMMIT))
    found = re.match(r"<!-- reconciler ([^<>]*) -->\n", render_file(made))
    assert found is not None
    assert FROZEN.plan is not None
    facts = {"environment": environment, "commit": COMMIT, "fingerprint": FROZEN.plan.fingerprint}
    assert json.loads(found[1]) == facts


def test_up_to_the_environment_the_marker_is_the_same_for_every_run() -> None:
    prod = replace(FROZEN, environment="prod-eu")
    begin = '<!-- reconciler {"environment": "prod-eu", '
    assert render_file(prod).startswith(begin)
    assert render_file(replace(prod, run=replace(prod.run, commit=COMMIT), plan=None)).startswith(begin)
    assert not render_file(replace(prod, environment="prod")).startswith(begin.removesuffix(" "))


def test_what_would_consent_is_code_that_can_be_copied() -> None:
    _, row = cells(render_file(replace(RISKY, topics=[each for each in RISKY.topics if each.name == "audit"])))
    assert "write <code>allow: [data-loss]</code> at topics.yaml:6" in row[2]
    assert "pass <code>--allow data-loss=audit</code>" in row[2]


def test_the_foot_names_the_commit() -> None:
    text = render_file(replace(FROZEN, run=replace(FROZEN.run, commit=COMMIT)))
    assert "commit `0123456789ab`" in text.splitlines()[-1]
    assert "commit" not in render_file(FROZEN).splitlines()[-1]


def test_numbers_and_places_can_be_copied_from_prose() -> None:
    for words in ("write partitions: 1048588", "1,785,105 records", "topics.yaml:18:13 covers 1200"):
        assert plain(words) == words


def test_dollars_in_prose_begin_no_formula() -> None:
    assert "$" not in plain("$(x)$") + plain("$") + code("x") + plain("$")


def test_a_text_that_is_very_long_is_cut() -> None:
    assert len(plain("*" * 10_000)) < 4_000
    assert code("x" * 10_000).endswith("x…`")
