"""Each format of some reports as a golden file, and what readers of these formats make of any report."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from junitparser import Error, Failure, JUnitXml

from reconciler.apply import Ledger
from reconciler.model import RunStatus, TopicStatus, ending, is_trouble
from reconciler.report.document import Report
from reconciler.report.escaping import mapped
from reconciler.report.formats import BY_ENDING, GITHUB, JUNIT
from reconciler.report.github import SHOWN
from reconciler.report.read import report_in
from tests.report.plans import accounts, report_of
from tests.support.command import PROJECT
from tests.support.hostile import HOSTILE

CASES = PROJECT / "tests/cases"
REPORTS = {
    "apply": CASES / "report/1.0.json",
    "in-sync": CASES / "plan/nothing-to-do/plan.json",
    "moves": CASES / "report/moves.json",
    "policy": CASES / "plan/policy-violations/plan.json",
    "risky": CASES / "plan/risky-and-routine/plan.json",
}
COMMAND = re.compile(r"::(error|warning|notice) (?:[a-z]+=[^,:]*(?:,[a-z]+=[^,:]*)*)::.*")


def read(name: str) -> Report:
    return report_in(REPORTS[name].read_bytes(), name)


@pytest.mark.parametrize("name", REPORTS)
@pytest.mark.parametrize("form", [GITHUB, JUNIT, BY_ENDING[".md"]], ids=lambda form: form.name)
def test_a_report_in_each_format(name: str, form: object, golden: Callable[[Path, str], None]) -> None:
    ending_of = {"github": "annotations.txt", "junit": "xml", "markdown": "md"}[form.name]  # type: ignore[attr-defined]
    golden(CASES / f"report/formats/{name}.{ending_of}", form.renderer().render_file(read(name)))  # type: ignore[attr-defined]


def cases_of(report: Report) -> dict[str, object]:
    """The test cases that a CI server reads, by topic."""
    suites = JUnitXml.fromstring(JUNIT.renderer().render_file(report).encode())
    return {case.name: case for suite in suites for case in suite if case.classname != "reconciler"}


@given(accounts(), st.sampled_from(["plan", "apply"]))
def test_a_topic_fails_in_junit_exactly_if_it_makes_the_run_fail(ledger: Ledger, command: str) -> None:
    report = report_of(command, ledger)  # type: ignore[arg-type]
    found = cases_of(report)
    assert list(found) == [topic.name for topic in report.topics]
    for topic in report.topics:
        kinds = {type(result) for result in found[topic.name].result}  # type: ignore[attr-defined]
        has_failed = ending(topic.status) is RunStatus.FAILED or topic.status is TopicStatus.STALE
        expected = ({Error} if has_failed else {Failure}) if is_trouble(topic.status) else set()
        assert kinds == expected


@pytest.mark.parametrize("name", REPORTS)
def test_numbers_of_a_suite_are_those_of_its_cases(name: str) -> None:
    text = JUNIT.renderer().render_file(read(name))
    (suite,) = JUnitXml.fromstring(text.encode())
    results = [type(result) for case in suite for result in case.result]
    assert suite.tests == len(list(suite))
    assert (suite.failures, suite.errors) == (results.count(Failure), results.count(Error))


@pytest.mark.parametrize(
    "words", [*HOSTILE, "::error::x", "a\n::error::x", "</testcase>", "]]>", "&amp;", "%0A", "a,b:c", "\x1b"]
)
@pytest.mark.parametrize("name", ["apply", "risky"])
def test_nothing_that_somebody_else_wrote_is_read_as_a_command_or_as_markup(name: str, words: str) -> None:
    def hostile(text: str) -> str:
        return words + text if type(text) is str and not text.startswith("sha256:") else text

    report = mapped(read(name), hostile)
    assert len(cases_of(report)) == len(report.topics)
    lines = GITHUB.renderer().render_file(report).splitlines()
    assert lines
    assert [line for line in lines if not COMMAND.fullmatch(line)] == []


def test_of_many_annotations_ten_of_each_kind_are_left_with_the_number_of_the_others() -> None:
    risky = read("risky")
    (audit,) = [topic for topic in risky.topics if topic.name == "audit"]
    many = replace(risky, topics=[replace(audit, name=f"audit-{place}") for place in range(500)])
    lines = GITHUB.renderer().render_file(many).splitlines()
    assert len(lines) == SHOWN
    assert lines[-1] == "::error title=reconciler::and 491 more; see the log of this step"


def test_topics_that_failed_are_annotated_before_those_that_were_not_attempted() -> None:
    lines = GITHUB.renderer().render_file(read("apply")).splitlines()
    titles = [re.search(r"title=([^:,]*)", line)[1] for line in lines if line.startswith("::error")]  # type: ignore[index]
    assert titles[:2] == ["failed", "unknown"]
